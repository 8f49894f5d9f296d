"""A compiled model judged by what it reports on a batch, and by the family of its optimizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import CheckFailed, Made
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


LOSSES: dict[str, Callable[[NDArray[Any], NDArray[Any]], float]] = {
    "categorical cross-entropy": lambda y, p: float(-np.log((y * p).sum(axis=1)).mean()),
    "binary cross-entropy": lambda y, p: float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()),
    "mean squared error": lambda y, p: float(((y - p) ** 2).mean()),
    "mean absolute error": lambda y, p: float(np.abs(y - p).mean()),
    "Kullback-Leibler divergence": lambda y, p: float(-np.log((y * p).sum(axis=1)).mean()),
    "cross-entropy of answers taken for logits": lambda y, p: float(
        (np.log(np.exp(p).sum(axis=1)) - (y * p).sum(axis=1)).mean()
    ),
}


def reported(model: Made, aim: dict[str, Any]) -> dict[str, float]:
    """Loss and accuracy of a batch, by their formulas."""
    answers = _probabilities(model, aim["x"])
    return {"loss": LOSSES["categorical cross-entropy"](aim["y"], answers), "accuracy": accuracy(aim["y"], answers)}


def compiled(
    function: str, facts: dict[str, Any], optimizer: str, model: Made, aim: dict[str, Any], wanted: dict[str, float]
) -> None:
    """CheckFailed unless a model was compiled as asked: optimizer, loss, and what is to be reported."""
    if facts["class"] != "Model":
        raise CheckFailed(
            f"`{function}` returned {facts['class']}, not the model.",
            "`model.compile` changes the model and returns None.",
            "Compile first, then `return model`.",
            misconception="no return",
        )
    if "reported" not in facts and "error" not in facts:
        raise CheckFailed(
            "The model that came back is not compiled.",
            "Optimizer, loss and metrics have to be set before a model can learn.",
            "Call model.compile(optimizer=..., loss=...).",
            misconception="not compiled",
        )
    if facts["optimizer"][:1] != [optimizer]:
        found = facts["optimizer"][0] if facts["optimizer"] else "none that Keras knows"
        raise CheckFailed(
            f"The optimizer is {found}; {optimizer} is asked for.",
            "Optimizers take their steps in different ways, and learning rates that fit one do not fit another.",
            f"Use keras.optimizers.{optimizer}, with any learning rate.",
            misconception="wrong optimizer",
        )
    _loss(facts, model, aim, wanted["loss"])
    if "accuracy" in wanted:
        _accuracy(facts["reported"], wanted["accuracy"])


def _loss(facts: dict[str, Any], model: Made, aim: dict[str, Any], wanted: float) -> None:
    reason = (
        "For one-hot targets and probabilities the loss is categorical cross-entropy: -log(probability of the class)."
    )
    step = 'Compile with loss="categorical_crossentropy".'
    if "error" in facts:
        text = "The loss does not take one-hot targets of shape (n, classes)."
        raise CheckFailed(text, reason, step, misconception="wrong loss")
    loss, answers = facts["reported"].get("loss"), _probabilities(model, aim["x"])
    if loss is None or not abs(loss - wanted) <= RTOL * abs(wanted):
        found = [name for name, form in LOSSES.items() if loss and abs(loss - form(aim["y"], answers)) <= RTOL * loss]
        text = f"The loss is {found[0]}." if found else "The loss of a batch is not its categorical cross-entropy."
        raise CheckFailed(text, reason, step, misconception="wrong loss")


def _accuracy(reported: dict[str, float], wanted: float) -> None:
    step = 'Compile with metrics=["accuracy"].'
    if "accuracy" not in reported:
        others = ", ".join(name for name in reported if name != "loss") or "nothing"
        raise CheckFailed(
            f"Beside the loss the model reports {others}, and no `accuracy`.",
            "A loss says little to people; the share of right answers does.",
            step,
            misconception="accuracy missing",
        )
    if not abs(reported["accuracy"] - wanted) <= RTOL:
        raise CheckFailed(
            "What is reported as `accuracy` is not the share of right answers.",
            "",
            step,
            misconception="accuracy missing",
        )
