"""What runs beside the student's own code: a worker's makers and instruments, and one that cuts networks into parts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from grader import wire
from grader.messages import Call, Made, Trouble
from grader.networks.parts import Part, fitted, ranges
from grader.worker import models
from grader.worker.instruments import LOOKS, Instrumented
from grader.worker.values import UNCALLED

__all__ = ["Equipped", "Shown"]


class Shown(msgspec.Struct, frozen=True):
    """What the instrument `shown` is told: the size that was asked for, and the parts to hold the network against.

    `classes` is how many answers the last layer should give, 0 where that is not for the caller to choose.
    """

    build: list[int]
    classes: int
    parts: tuple[Part, ...]


def shown(value: Any, args: Sequence[Any], aim: dict[str, Any]) -> dict[str, Any]:
    """What a returned network is, and for each part what its layers compute beside what those asked for compute.

    Expected answers are worked out here: on one's own machine nobody is to be convinced of them.
    """
    plan = msgspec.convert(aim, Shown)
    facts = models.network(value, args, {"build": plan.build})
    if not facts.get("layers") or "pieces" not in facts:
        return facts
    pieces = [part.asked(*span) for part, span in zip(plan.parts, ranges(facts["layers"], plan.parts), strict=True)]
    facts = models.network(value, args, {"build": plan.build, "number": 1, "pieces": pieces})
    return facts | {"wanted": [_wanted(part) for part in fitted(plan.parts, plan.classes, facts["layers"])]}


def _wanted(part: Part) -> dict[str, Any]:
    """What the layers that are asked for compute."""
    model = models.sequential({"input": part.input[1:], "layers": part.layers, "number": 0})
    alone = {"number": 1, "pieces": [part.asked(0, len(part.layers))]}
    found: dict[str, Any] = models.network(model, (), alone)["pieces"][0]
    return found


class Equipped(Instrumented):
    """A server with all instruments; Keras is readied when a call wants one, or the code to run speaks of Keras."""

    looks = LOOKS | {"shown": shown}

    def execute(self, exercise: str, modules: dict[str, bytes]) -> None:
        """Runs the module."""
        # Where it may not be imported, it stands among the modules as None.
        if {"keras", "tensorflow"} & self.imports and sys.modules.get("keras", True) is not None:
            models.armed()
        super().execute(exercise, modules)

    def call(
        self, call: Call, args: list[Any], aim: Any, buffers: list[bytes]
    ) -> tuple[wire.Value | None, Trouble | None]:
        """What one call comes to."""
        wanted = (call.look and call.look not in UNCALLED) or any(isinstance(arg, Made) for arg in call.args)
        if wanted or sys.modules.get("keras") is not None:
            models.armed()
        return super().call(call, args, aim, buffers)
