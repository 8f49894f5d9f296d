"""Public checks of a notebook by itself: its functions are called where they are, and a table stands below the cell."""

from __future__ import annotations

import html
import random
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grader import wire
from grader.check.child import ANSWER_BYTES
from grader.check.instruments import Equipped
from grader.check.process import replies
from grader.check.public import examples, index, require
from grader.check.showing import summary
from grader.check.table import table
from grader.check.verdicts import verdicts
from grader.errors import GraderError, SubmissionError
from grader.messages import Answer
from grader.outcomes import Outcome, Raised, Request, outcome_of
from grader.worker import models
from grader.worker.serve import Server

__all__ = ["Report", "check"]


class Guest(Equipped):
    """A server in a process that has other work as well: it leaves Keras' random numbers alone."""

    def seed(self, salt: int) -> None:
        """The same draws for every call."""
        Server.seed(self, salt)


class Inside:
    """The functions of a namespace; arguments and answers take the same way as those of a worker, in memory."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self.server = Guest(-1, -1, ANSWER_BYTES)
        self.server.module.__dict__.update(namespace)

    def calls(self, requests: Sequence[Request], reference_seconds: float | None = None) -> list[Outcome]:
        """The outcomes of the calls, in order."""
        return [self.alone(request) for request in requests]

    def alone(self, request: Request) -> Outcome:
        """The outcome of one call; whoever interrupts the notebook ends the check."""
        call, buffers = request.packed
        states = random.getstate(), np.random.get_state()
        try:
            frame = self.server.answer(0, call, wire.Reader(b"".join(buffers)))
        finally:  # the notebook's own random numbers go on as if nothing had been called
            random.setstate(states[0])
            np.random.set_state(states[1])
        reply, take = next(replies(frame))
        assert isinstance(reply, Answer)
        outcome = outcome_of(reply, take, request.plain)
        if isinstance(outcome, Raised) and outcome.trouble.error == "KeyboardInterrupt":
            raise KeyboardInterrupt
        return outcome


@dataclass(frozen=True)
class Report:
    """What a cell shows of its check.

    nbgrader takes the text of a test cell's answer for its points. A check that the student runs is worth none: the
    text is 0.0, whatever came of it.
    """

    page: str

    def __repr__(self) -> str:
        return "0.0"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What Jupyter shows."""
        return {"text/plain": repr(self), "text/html": self.page}


def check(name: str) -> Report:
    """Runs the public checks of an exercise ("convolve"), or one of them ("convolve.grey"), on this notebook."""
    namespace = sys._getframe(1).f_globals
    try:
        exercise, checks = index().choose(name)
        require(exercise)
        with tempfile.TemporaryDirectory() as folder:
            made = verdicts(exercise, examples(exercise.name), Inside(namespace), Path(folder), checks)
    except (GraderError, SubmissionError) as error:
        return Report(f"<p>{html.escape(str(error))}</p>")
    finally:
        models.disarm()
    return Report(table(exercise.name, made, summary(made)))
