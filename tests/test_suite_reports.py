"""Reports of instruments as a submission could forge them: each costs its check, none is a failure of the grader."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.outcomes import Returned
from grader.probing import CheckFailed
from grader.suites.reports import Compiled, Network, Trained, checked
from grader.suites.trainings import LAYERS, Training

__all__: list[str] = []

LAYER = {"class": "Dense", "genuine": True, "name": "one", "shape": [3]}
MODEL = {"class": "Sequential", "input": [2], "layers": [LAYER], "weights": 9}
PIECE = {"shape": [3], "answer": np.zeros(3)}


@pytest.mark.parametrize(
    ("form", "report"),
    [
        (Network, {"class": "Sequential", "input": [2], "weights": 9}),
        (Network, {"class": "Sequential", "layers": [LAYER], "weights": 9}),
        (Network, MODEL | {"layers": [LAYER | {"units": np.zeros(2)}]}),
        (Network, MODEL | {"pieces": [{"answer": np.zeros(3)}]}),
        (Compiled, {"class": "Model", "reported": {"loss": 1.0}}),
    ],
)
def test_a_report_that_lacks_what_is_always_there_is_none(form: type[Any], report: dict[str, Any]) -> None:
    with pytest.raises(CheckFailed):
        checked(report, form)


@pytest.mark.parametrize(
    ("form", "report"),
    [
        (Network, MODEL | {"pieces": [PIECE, {"error": "ValueError"}]}),
        (Network, {"class": "None"}),
        (Compiled, {"class": "Model", "optimizer": ["SGD"]}),
    ],
)
def test_reports_of_honest_workers_are_taken(form: type[Any], report: dict[str, Any]) -> None:
    assert checked(report, form) is report


class Forger:
    """A student whose worker reports whatever it likes of a training."""

    def __init__(self, marks: Any) -> None:
        history = dict.fromkeys(("loss", "accuracy", "val_loss", "val_accuracy"), [1.0] * 7)
        weights = [np.zeros(shape) for shape in LAYERS]
        told = {"class": "History", "is_history": True, "history": history, "weights": weights}
        self.public = {"train": [Returned(told | {"train_marks": marks, "test_marks": np.ones((2, 2))})]}
        self.public["defaults"] = self.public["train"]

    def require(self) -> None:
        """There is a module."""

    illustrate = require


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_marks_that_are_no_numbers_fail_the_check(number: float) -> None:
    checked(Forger(np.ones((2, 2))).public["train"][0].value, Trained)
    with pytest.raises(CheckFailed):
        Training(Forger(np.full((2, 2), number))).learns()  # type: ignore[arg-type]
