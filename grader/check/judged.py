"""Public checks that one comparison does not make: networks, compiled models, the history of a training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
import numpy as np

from grader.check.instruments import Shown
from grader.check.public import PublicCheck, PublicExercise, PublicNetwork
from grader.check.shapes import table
from grader.compare import kind_of
from grader.illustrate import call_text
from grader.judging import Caller, agree, requests
from grader.model import CheckResult, Evidence
from grader.networks.compiled import compiled, reported
from grader.networks.history import complete
from grader.networks.parts import Part, fitted, ranges, stands, token_of
from grader.networks.words import added_twice, broken, differences, other_answers, other_pictures, strange, wrong
from grader.outcomes import Outcome, Raised, Request, Returned
from grader.probing import CheckFailed, Made, PictureFile
from grader.recorded import Recording
from grader.refusals import refusal
from grader.worker.models import batch

__all__ = ["Judges"]

# Pictures and classes of a second network; the first one is told by the index.
OTHER = (40, 56, 1), 3
DENSE = Made(
    "sequential",
    {"input": [4], "layers": [["Dense", {"units": 3, "activation": "softmax"}]], "number": 7},
    "a model of one Dense layer, 3 units, softmax",
)
REPORTED = {"x": batch((40, 4), 9), "y": np.eye(3, dtype=np.float32)[np.arange(40) % 3]}
NETWORK = "the network"
# The place of the number of epochs among the arguments of a training.
EPOCHS = 6


@dataclass
class Network:
    """The network that a builder returned, and a second one that was asked for after it."""

    plan: PublicNetwork
    outcomes: Sequence[Outcome]

    @staticmethod
    def requests(plan: PublicNetwork) -> list[Request]:
        """The calls; a builder that takes no arguments is called twice alike."""
        aim = msgspec.to_builtins(Shown(list(plan.size), plan.classes, plan.parts))
        other = OTHER if plan.args else ()
        again = {"build": list(other[0] if other else plan.size), "pieces": []}
        return [
            Request(plan.function, tuple(plan.args), True, "shown", aim),
            Request(plan.function, other, True, "network", again),
        ]

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What was seen of the first one; CheckFailed where there is none."""
        outcome = self.outcomes[0]
        if not isinstance(outcome, Returned):
            padding = any(kind == "ZeroPadding2D" for kind, _ in self.plan.parts[0].layers)
            raise broken(self.plan.function, outcome, padding)
        if (fault := strange(self.plan.function, outcome.value)) is not None:
            raise fault.failure
        facts: dict[str, Any] = outcome.value
        return facts

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """What it should consist of."""
        return fitted(self.plan.parts, self.plan.classes, self.facts["layers"])

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Which layers make up each part."""
        return ranges(self.facts["layers"], self.parts)

    def stands(self, index: int) -> bool:
        """Whether a part computes what it should."""
        layers = self.facts["layers"][slice(*self.spans[index])]
        return stands(self.parts[index], layers, self.facts["pieces"][index], self.facts["wanted"][index])

    def genuine(self) -> None:
        """CheckFailed unless it is a Sequential of Keras layers, built anew in each call."""
        layers, again = self.facts["layers"], self.outcomes[1]
        count = len(again.value.get("layers", ())) if isinstance(again, Returned) else 0
        if count != len(layers):
            raise added_twice(self.plan.function, len(layers), count).failure

    def part(self, index: int) -> None:
        """CheckFailed unless a part computes what it should."""
        if not self.stands(index):
            start, stop = self.spans[index]
            layers = self.facts["layers"][start:stop]
            raise wrong(self.parts[index], layers, start, self.facts["pieces"][index]).failure

    def listed(self) -> None:
        """CheckFailed unless it has exactly the layers of the table."""
        for part, (start, stop) in zip(self.parts, self.spans, strict=True):
            if (fault := differences(part.layers, self.facts["layers"][start:stop], start, False)) is not None:
                raise fault.failure

    def sized(self) -> None:
        """CheckFailed unless the second one takes other pictures and gives another number of answers."""
        outcome = self.outcomes[1]
        if not isinstance(outcome, Returned):
            raise broken(self.plan.function, outcome)
        (size, classes), found = OTHER, outcome.value
        if found.get("input") != list(size):
            raise other_pictures(size, found.get("input")).failure
        last = found["layers"][-1]["shape"]
        if self.stands(len(self.parts) - 1) and last != [classes]:
            raise other_answers(classes, last).failure

    def missing(self, index: int) -> bool:
        """Whether nothing of a part is there yet; a padding layer at the end is none of its beginning."""
        try:
            layers = self.facts["layers"][slice(*self.spans[index])]
        except CheckFailed:
            return False
        return not any(token_of(layer["class"], layer) for layer in layers)

    def evidence(self) -> tuple[Evidence, ...]:
        """The call, and the table of what is built so far, where anything is."""
        outcome = self.outcomes[0]
        seen = outcome.seen if isinstance(outcome, Raised) else outcome.value if isinstance(outcome, Returned) else None
        if not isinstance(seen, dict) or not seen.get("layers"):
            return ()
        parts = fitted(self.plan.parts, self.plan.classes, seen["layers"])
        call = call_text(self.plan.function, self.plan.args)
        return (Evidence(call=call, expected="", given=table(parts, self.plan.size, seen)),)


class Judges:
    """The calls that the checks of an exercise want, and what the checks say of the outcomes.

    `outcomes` is filled in between, by the same names as `requests` has.
    """

    def __init__(self, exercise: PublicExercise, recording: Recording, locate: Callable[[PictureFile], str]) -> None:
        self.exercise = exercise
        self.recording = recording
        self.locate = locate
        self.outcomes: dict[str, list[Outcome]] = {}

    def requests(self, check: PublicCheck) -> dict[str, list[Request]]:
        """The calls that a check rests on, by a name that checks with the same calls have in common."""
        match check.judge:
            case ("network", *_):
                assert self.exercise.network is not None
                return {NETWORK: Network.requests(self.exercise.network)}
            case ("compiled", str(function), *_):
                return {check.name: [Request(function, (DENSE,), True, "compiled", REPORTED)]}
            case ("keys", str(function), *_):
                return {check.name: [Request(function, (), True)]}
        return {name: requests(self.recording.probes[name], True, self.locate) for name in check.probes}

    def judge(self, check: PublicCheck, caller: Caller) -> None:
        """CheckFailed unless a check passes."""
        match check.judge:
            case ("network", str(method), *given):
                getattr(self.network, method)(*given)
            case ("compiled", str(function), str(optimizer), *names):
                facts = _returned(function, self.outcomes[check.name][0])
                wanted = {name: value for name, value in reported(DENSE, REPORTED).items() if name in names}
                compiled(function, facts, optimizer, DENSE, REPORTED, wanted)
            case ("keys", str(function), *names):
                _keyed(function, _returned(function, self.outcomes[check.name][0]), names)
            case ("history",):
                probe = self.recording.probes[check.probes[0]]
                facts = _returned(probe.function, self.outcomes[probe.name][0])
                complete(facts, probe.examples[0].args[EPOCHS])
            case _:
                for name in check.probes:
                    agree(caller, self.recording.probes[name], self.locate, self.outcomes[name])

    @cached_property
    def network(self) -> Network:
        """The network of the exercise."""
        assert self.exercise.network is not None
        return Network(self.exercise.network, self.outcomes[NETWORK])

    def awaited(self, check: PublicCheck, made: Mapping[str, CheckResult]) -> str:
        """The check of a network that has to pass first: the list of all layers, and a part that is not there, wait."""
        match check.judge:
            case ("network", "listed"):
                late = True
            case ("network", "part", int(index)):
                late = self.network.missing(index)
            case _:
                return ""
        parts = [one.name for one in self.exercise.checks if one.judge[:2] == ("network", "part")]
        failed = (name for name in parts if name in made and made[name].outcome == "failed")
        return next(failed, "") if late else ""

    def evidence(self, check: PublicCheck) -> tuple[Evidence, ...]:
        """What to show beside the first failed check of a network."""
        return self.network.evidence() if check.judge[:1] == ("network",) else ()


def _returned(function: str, outcome: Outcome) -> Any:
    """What came back, or what an instrument told of it; CheckFailed where the call did not return."""
    if not isinstance(outcome, Returned):
        raise refusal(function, outcome, public=True)
    return outcome.value


def _keyed(function: str, value: Any, names: Sequence[str | int]) -> None:
    """CheckFailed unless an answer is a dictionary of numbers with these keys."""
    asked = ", ".join(map(repr, names))
    if not isinstance(value, dict):
        raise CheckFailed(
            f"`{function}` returned {kind_of(value)}.", f"A dictionary with the keys {asked} is asked for."
        )
    if set(value) != set(names):
        raise CheckFailed(f"The keys are {', '.join(map(repr, value)) or 'none'}.", f"Asked for are {asked}.")
    for name, number in value.items():
        if not isinstance(number, int | float):
            raise CheckFailed(f"Under {name!r} stands {kind_of(number)}.", "A whole number is asked for.")
