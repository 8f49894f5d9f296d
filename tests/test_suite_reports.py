"""Reports of a training as a submission could forge them: each costs its check, none is a failure of the grader."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.outcomes import Returned
from grader.probing import CheckFailed
from grader.suites.reports import Trained, checked
from grader.suites.trainings import LAYERS, Training

__all__: list[str] = []


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
    forger = Forger(np.full((2, 2), number))
    checked(forger.public["train"][0].value, Trained)  # its form is right
    with pytest.raises(CheckFailed):
        Training(forger).learns()  # type: ignore[arg-type]
