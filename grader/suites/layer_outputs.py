"""Tells from the answer of a Dropout layer whether it was asked as in training."""

from __future__ import annotations

import numpy as np

from grader.fixture import StudentFixture
from grader.probing import CheckFailed
from grader.student import Returned
from grader.suites.exercise_texts import texts

__all__ = ["DROPPED", "dropout"]

TEXTS = texts("vgg_assembly")

# The place of a Dropout layer that no other one stands in front of, and its rate.
DROPPED, RATE = 2, 0.5


def dropout(student: StudentFixture, failure: CheckFailed) -> None:
    """Names the mistake of a failure where units are switched off and the others are louder instead."""
    examples = [example for example in student.recording().probes["layer_output"].examples if example.public]
    for example, outcome in zip(examples, student.public.get("layer_output", ()), strict=False):
        value = outcome.value if isinstance(outcome, Returned) else None
        if example.args[2] != DROPPED or not isinstance(value, np.ndarray):
            continue
        given, expected = value.astype(float), np.asarray(example.expected, float)
        if given.shape != expected.shape:
            return
        off, loud = np.abs(given) < 1e-6, np.abs(given - expected / (1 - RATE)) < 1e-3
        if (off | loud).all() and not np.allclose(given, expected, atol=1e-3):
            TEXTS.rename(failure, "layer_dropout_active")
