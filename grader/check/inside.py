"""Calls of functions that live in this process: those of a notebook that checks itself."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import msgspec
import numpy as np

from grader import wire
from grader.check.child import ANSWER_BYTES
from grader.messages import Answer
from grader.outcomes import Outcome, Raised, Request, outcome_of
from grader.worker.calling import Callee

__all__ = ["Inside"]

ANSWERS = msgspec.msgpack.Decoder(Answer)


class Inside:
    """The functions of a namespace; arguments and answers take the same way as those of a worker, in memory."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self.callee = Callee(ANSWER_BYTES)
        self.callee.module = ModuleType("notebook")
        self.callee.module.__dict__.update(namespace)

    def calls(self, requests: Sequence[Request], reference_seconds: float | None = None) -> list[Outcome]:
        """The outcomes of the calls, in order."""
        return [self.alone(request) for request in requests]

    def alone(self, request: Request) -> Outcome:
        """The outcome of one call; whoever interrupts the notebook ends the check."""
        call, buffers = request.packed
        states = random.getstate(), np.random.get_state()
        try:
            frame = self.callee.answer(0, call, wire.Reader(b"".join(buffers)))
        finally:  # the notebook's own random numbers go on as if nothing had been called
            random.setstate(states[0])
            np.random.set_state(states[1])
        start = wire.PREFIX.size
        header, _ = wire.sizes(frame[:start], len(frame))
        reply, take = wire.unpack(frame[start : start + header], frame[start + header :], ANSWERS)
        outcome = outcome_of(reply, take, request.plain)
        if isinstance(outcome, Raised) and outcome.trouble.error == "KeyboardInterrupt":
            raise KeyboardInterrupt
        return outcome
