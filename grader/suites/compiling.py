"""Judges a compiled model by what it reports on a batch, and by the family of its optimizer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from grader.fixture import StudentFixture
from grader.networks.compiled import compiled, reported
from grader.networks.texts import TEXTS
from grader.probing import CheckFailed, Made
from grader.recorded import Replay
from grader.refusals import refusal
from grader.student import Request, Returned
from grader.suites.reports import Compiled, checked

__all__ = ["compiles", "cross_entropy", "examples", "with_accuracy"]


class Batch(NamedTuple):
    """A model to be compiled, what the instrument is told, and what should be reported of it."""

    model: Made
    aim: dict[str, Any]
    wanted: dict[str, float]


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
    model, aim = replay.examples[0].args
    wanted = replay.examples[0].expected["reported"]
    try:
        _examine(student, replay, optimizer, Batch(model, aim, wanted), public=False)
    except CheckFailed as failure:
        if failure.status == "graded":
            # Names and messages are the student's choice, so that words come from a worker with a batch of no account.
            other, batch = replace(model, given=model.given | {"number": 0}), _batch(np.random.default_rng(0))
            told = {name: value for name, value in reported(other, batch).items() if name in wanted}
            _examine(student, replay, optimizer, Batch(other, batch, told), public=True)
        raise


def _examine(student: StudentFixture, replay: Replay, optimizer: str, given: Batch, public: bool) -> None:
    """CheckFailed where the model is not compiled as asked; words repeat what it said of a `public` batch only."""
    asked = Request(replay.function, (given.model,), plain=True, look=replay.look, aim=given.aim)
    outcome = student.outcome(asked, replay.seconds, public=public)
    if not isinstance(outcome, Returned):
        raise refusal(replay.function, outcome, public=public)
    facts = checked(outcome.value, Compiled)
    try:
        compiled(replay.function, facts, optimizer, *given)
    except CheckFailed:
        if public:
            raise
        raise TEXTS.failure("no_report") from None
