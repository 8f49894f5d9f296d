"""Judges a compiled model by what it reports on a batch, and by the family of its optimizer."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.fixture import StudentFixture
from grader.judging import request
from grader.networks.compiled import compiled, reported
from grader.probing import Made
from grader.refusals import refusal
from grader.student import Returned
from grader.suites.reports import Compiled, checked

__all__ = ["compiles", "cross_entropy", "examples", "with_accuracy"]


def examples() -> Any:
    """A strategy of (model, what the instrument is told): a batch with one-hot targets."""
    from hypothesis import strategies as st  # only drawing needs it

    from grader.suites import keras_strategies as draw

    layers: list[Any] = [["Dense", {"units": 3, "activation": "softmax"}]]
    return draw.NUMBERS.flatmap(
        lambda number: st.tuples(st.just(draw.model((4,), number, layers)), st.just(_batch(draw.rng(number))))
    )


def _batch(source: np.random.Generator) -> dict[str, Any]:
    targets = np.eye(3, dtype=np.float32)[source.integers(0, 3, 40)]
    return {"x": source.standard_normal((40, 4)).astype(np.float32), "y": targets}


def cross_entropy(model: Made, aim: dict[str, Any]) -> dict[str, Any]:
    """The loss that a compiled model reports, by its formula."""
    return {"class": "Model", "reported": {"loss": reported(model, aim)["loss"]}}


def with_accuracy(model: Made, aim: dict[str, Any]) -> dict[str, Any]:
    """Loss and accuracy, by their formulas."""
    return {"class": "Model", "reported": reported(model, aim)}


def compiles(student: StudentFixture, probe: str, optimizer: str) -> None:
    """CheckFailed unless the function compiles a model as asked: optimizer, loss, and what is to be reported."""
    replay = student.recording().probes[probe]
    example = replay.examples[0]
    outcome = student.outcome(request(replay, example, student.locate), replay.seconds)
    if not isinstance(outcome, Returned):
        raise refusal(replay.function, outcome, public=True)
    facts = checked(outcome.value, Compiled)
    model, aim = example.args
    compiled(replay.function, facts, optimizer, model, aim, example.expected["reported"])
