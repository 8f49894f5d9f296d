"""A compiled model judged by what it reports on a batch, and by the family of its optimizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.networks.texts import TEXTS
from grader.probing import Made
from grader.worker.models import bank

__all__ = ["accuracy", "compiled", "reported", "softmax"]

RTOL = 1e-3


def _probabilities(model: Made, x: NDArray[Any]) -> NDArray[Any]:
    """The answers of the one dense layer, by its formula."""
    number = model.given["number"]
    return softmax(x.astype(np.float64) @ bank((4, 3), number) + bank((3,), number))


def softmax(logits: NDArray[Any]) -> NDArray[Any]:
    """The softmax of each row of (n, classes)."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    answers: NDArray[Any] = powers / powers.sum(axis=1, keepdims=True)
    return answers


def accuracy(targets: NDArray[Any], answers: NDArray[Any]) -> float:
    """The share of rows whose largest entries stand at the same place."""
    return float((answers.argmax(axis=1) == targets.argmax(axis=1)).mean())


# By the end of the phrase that names it.
LOSSES: dict[str, Callable[[NDArray[Any], NDArray[Any]], float]] = {
    "categorical": lambda y, p: float(-np.log((y * p).sum(axis=1)).mean()),
    "binary": lambda y, p: float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()),
    "squared": lambda y, p: float(((y - p) ** 2).mean()),
    "absolute": lambda y, p: float(np.abs(y - p).mean()),
    "divergence": lambda y, p: float(-np.log((y * p).sum(axis=1)).mean()),
    "logits": lambda y, p: float((np.log(np.exp(p).sum(axis=1)) - (y * p).sum(axis=1)).mean()),
}


def reported(model: Made, aim: dict[str, Any]) -> dict[str, float]:
    """Loss and accuracy of a batch, by their formulas."""
    answers = _probabilities(model, aim["x"])
    return {"loss": LOSSES["categorical"](aim["y"], answers), "accuracy": accuracy(aim["y"], answers)}


def compiled(
    function: str, facts: dict[str, Any], optimizer: str, model: Made, aim: dict[str, Any], wanted: dict[str, float]
) -> None:
    """CheckFailed unless a model was compiled as asked: optimizer, loss, and what is to be reported."""
    if facts["class"] != "Model":
        raise TEXTS.failure("compile_no_model", f=function, kind=facts["class"])
    if "reported" not in facts and "error" not in facts:
        raise TEXTS.failure("not_compiled")
    if facts["optimizer"][:1] != [optimizer]:
        found = facts["optimizer"][0] if facts["optimizer"] else TEXTS.phrase("unknown_optimizer")
        raise TEXTS.failure("optimizer", found=found, wanted=optimizer)
    _loss(facts, model, aim, wanted["loss"])
    if "accuracy" in wanted:
        _accuracy(facts["reported"], wanted["accuracy"])


def _loss(facts: dict[str, Any], model: Made, aim: dict[str, Any], wanted: float) -> None:
    if "error" in facts:
        raise TEXTS.failure("loss_of_other_targets")
    loss, answers = facts["reported"].get("loss"), _probabilities(model, aim["x"])
    if loss is None or not abs(loss - wanted) <= RTOL * abs(wanted):
        found = [name for name, form in LOSSES.items() if loss and abs(loss - form(aim["y"], answers)) <= RTOL * loss]
        raise TEXTS.failure("loss_named", found=TEXTS.phrase(f"loss_{found[0]}")) if found else TEXTS.failure("loss")


def _accuracy(reported: dict[str, float], wanted: float) -> None:
    if "accuracy" not in reported:
        others = ", ".join(name for name in reported if name != "loss") or TEXTS.phrase("nothing")
        raise TEXTS.failure("accuracy_not_reported", others=others)
    if not abs(reported["accuracy"] - wanted) <= RTOL:
        raise TEXTS.failure("accuracy_of_another_kind")
