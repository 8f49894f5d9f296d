"""Judges a network that student code built, part by part: each part by what it computes, its list of layers apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from grader.fixture import StudentFixture
from grader.judging import request
from grader.networks.parts import Part, close, drops, ranges, stands
from grader.networks.texts import TEXTS
from grader.networks.words import added_twice, broken, differences, other_answers, other_pictures, strange, wrong
from grader.probing import CheckFailed, CheckNotRun
from grader.recorded import Example
from grader.refusals import refusal
from grader.student import Outcome, Raised, Returned
from grader.suites.remembered import Remembered
from grader.suites.reports import Network as Report
from grader.suites.reports import checked

__all__ = ["Network", "Plan"]


@dataclass(frozen=True)
class Plan:
    """How a builder is examined: its parts, and the probes that call it.

    `whole` asks for the answers of all layers and of the parts; `others` for networks of other sizes. Students' own
    checks build one with the arguments `shown`, for pictures of the shape `size`.
    """

    function: str
    parts: tuple[Part, ...]
    whole: str
    others: tuple[str, ...] = ()
    shown: tuple[Any, ...] = ()
    size: tuple[int, ...] = (32, 32, 3)


class Network(Remembered):
    """One student's network, built and looked at once."""

    def __init__(self, student: StudentFixture, plan: Plan) -> None:
        super().__init__(student)
        self.plan = plan
        self.cache: dict[str, Any] = {}
        self.told: dict[str, dict[str, Any]] = {}

    def example(self, probe: str) -> Example:
        """The recorded example of a probe, with the expected answers."""
        return self.student.recording().probes[probe].examples[0]

    def ask(self, probe: str, **aim: Any) -> dict[str, Any]:
        """What the worker's instrument tells of the network and of `pieces`; CheckFailed where there is none."""
        outcome = self._outcome(probe, aim)
        if isinstance(outcome, Returned):
            facts = checked(outcome.value, Report)
            if strange(self.plan.function, facts) is None and len(facts.get("pieces", ())) == len(aim["pieces"]):
                return facts
        if isinstance(outcome, Returned | Raised):
            self.described(probe)
        raise refusal(self.plan.function, outcome, public=False)

    def described(self, probe: str) -> dict[str, Any]:
        """The layers as a worker tells of them that has been shown no batch; CheckFailed where it has none to tell of.

        Names, classes and options are the student's choice, so that whatever words repeat of them comes from here.
        """
        if probe not in self.told:
            outcome = self._outcome(probe, {"input": [], "pieces": [], "number": 0}, public=True)
            if isinstance(outcome, Raised) and outcome.seen is not None:
                checked(outcome.seen, Report)
            if not isinstance(outcome, Returned):
                padding = any(kind == "ZeroPadding2D" for kind, _ in self.plan.parts[0].layers)
                raise broken(self.plan.function, outcome, padding)
            facts = checked(outcome.value, Report)
            if (fault := strange(self.plan.function, facts)) is not None:
                raise fault.failure
            self.told[probe] = facts
        return self.told[probe]

    def _outcome(self, probe: str, aim: dict[str, Any], public: bool = False) -> Outcome:
        recorded = self.student.recording().probes[probe]
        asked = request(recorded, self.example(probe), self.student.locate)
        return self.student.outcome(replace(asked, aim=asked.aim | aim), recorded.seconds, public=public)

    @property
    def first(self) -> str:
        """The probe that the list of layers is known from."""
        return self.plan.others[0] if self.plan.others else self.plan.whole

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The layers of the network, as the worker describes them."""
        return self.ask(self.first, pieces=[])

    def genuine(self) -> None:
        """CheckFailed unless it is a `keras.Sequential` of Keras layers, and nothing that looks like one."""
        layers = self.layers
        try:
            again = len(self.seen.get("layers", ())) if "pieces" in self.seen else 0
        except CheckFailed as failure:
            if failure.status != "graded":
                raise
            again = 0
        if again != len(layers):
            raise added_twice(self.plan.function, len(layers), again).failure

    @property
    def layers(self) -> list[dict[str, Any]]:
        """The description of each layer."""
        layers: list[dict[str, Any]] = self.facts["layers"]
        return layers

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Which of the student's layers make up each part."""
        return ranges(self.layers, self.plan.parts)

    @cached_property
    def seen(self) -> dict[str, Any]:
        """What the small network and its parts compute; where it cannot be built so small, the parts alone.

        Of networks that answer rightly as a whole, at the end of every part, no part is made anew: `pieces` is empty.
        """
        pieces = [part.asked(*span) for part, span in zip(self.plan.parts, self.spans, strict=True)]
        try:
            if self._agrees(self.first, self.facts):
                again = self._again()
                if self._agrees(self.plan.whole, again):
                    return again | {"pieces": []}
            return self.ask(self.plan.whole, pieces=pieces)
        except CheckFailed as failure:
            if not self.plan.others or failure.status != "graded":
                raise
            return self.ask(self.plan.others[0], pieces=pieces, input=[])

    def _again(self) -> dict[str, Any]:
        """What the small network computes as a whole; where it was looked at before, it is only built once more."""
        if self.plan.others:
            return self.ask(self.plan.whole, pieces=[])
        return self.ask(self.plan.whole, pieces=[], input=[]) | {"outputs": self.facts["outputs"]}

    def _agrees(self, probe: str, facts: dict[str, Any]) -> bool:
        """Whether a network answers as the contract's at the end of each part, as far as the probe asks for answers."""
        given = facts.get("outputs", [])
        return all(
            start < stop <= len(given) and close(given[stop - 1], wanted) and drops(part, facts["layers"][start:stop])
            for part, (start, stop), wanted in self._ends(probe)
        )

    def _ends(self, probe: str) -> list[tuple[Part, tuple[int, int], Any]]:
        """Each part with its span and the recorded answer at its end, as far as the probe asks for answers."""
        expected, ends, place = self.example(probe).expected["outputs"], [], 0
        for part, span in zip(self.plan.parts, self.spans, strict=True):
            place += len(part.layers)
            if place <= len(expected):
                ends.append((part, span, expected[place - 1]))
        return ends

    def stands(self, index: int) -> bool:
        """Whether a part computes what it should."""
        if not self.seen["pieces"]:
            return True
        layers = self.layers[slice(*self.spans[index])]
        return stands(self.plan.parts[index], layers, self.seen["pieces"][index], self._wanted(index))

    def _wanted(self, index: int) -> dict[str, Any]:
        """The expected answer of a part; a head that ignores the number of classes has paid elsewhere."""
        expected = self.example(self.plan.whole).expected["pieces"][index]
        given = self.seen["pieces"][index].get("shape")
        if index == len(self.plan.parts) - 1 and given != expected["shape"] and self.plan.others:
            other: dict[str, Any] = self.example(self.plan.others[0]).expected["pieces"][0]
            if given == other["shape"]:
                return other
        wanted: dict[str, Any] = expected
        return wanted

    def part(self, index: int) -> None:
        """CheckFailed, naming the layer, unless a part computes what it should."""
        if not self.stands(index):
            start, stop = self.spans[index]
            layers = self.described(self.first)["layers"][start:stop]
            raise wrong(self.plan.parts[index], layers, start, self.seen["pieces"][index]).failure

    @cached_property
    def standing(self) -> list[bool]:
        """Which parts compute what they should; CheckNotRun where none does: nothing can be told of the whole then."""
        standing = [self.stands(index) for index in range(len(self.plan.parts))]
        if not any(standing):
            raise CheckNotRun(TEXTS.phrase("no_part_stands"))
        return standing

    def listed(self) -> None:
        """CheckFailed unless the parts that stand consist of exactly the contract's layers."""
        for part, (start, stop), fine in zip(self.plan.parts, self.spans, self.standing, strict=True):
            if fine and differences(part.layers, self.layers[start:stop], start, False) is not None:
                fault = differences(part.layers, self.described(self.first)["layers"][start:stop], start, False)
                raise fault.failure if fault is not None else TEXTS.failure("no_report")

    def computes(self) -> None:
        """CheckFailed unless the whole network answers, up to its first faulty part, as the contract's does."""
        prefix = [*self.standing, False].index(False)
        answers = {self.plan.whole: self.seen.get("outputs", [])}
        answers |= {probe: self.whole(probe).get("outputs", []) for probe in self.plan.others[:1]}
        if not any(answers.values()):
            raise TEXTS.failure("no_network", f=self.plan.function)
        for probe, given in answers.items():
            self._compare(probe, given, prefix)
        if self.standing[-1] and self.seen.get("outputs"):
            total = np.asarray(self.seen["outputs"][-1], float)
            batch = self.example(self.plan.whole).args[-1]["input"][0]
            if total.size != self.example(self.plan.whole).args[-1]["classes"] * batch:
                return  # another number of classes, or a sample of many
            if not np.isfinite(total).all() or abs(total.sum() - batch) > 1e-3 * batch or total.min() < 0:
                raise TEXTS.failure("softmax_missing_in_answers", total=f"{total.sum() / batch:.4g}")

    def whole(self, probe: str) -> dict[str, Any]:
        """What a network of another size computes; the first one was looked at before."""
        if probe not in self.cache:
            self.cache[probe] = self.facts if probe == self.plan.others[0] else self.ask(probe, pieces=[])
        found: dict[str, Any] = self.cache[probe]
        return found

    def sized(self) -> None:
        """CheckFailed unless networks of other sizes take the pictures and give the answers that were asked for."""
        head = self.standing[-1]
        for probe in self.plan.others:
            facts, wanted = self.whole(probe), self.example(probe).args[-1]
            if not facts["built"] or facts["input"] != wanted["build"]:
                told = self.described(probe)
                raise other_pictures(wanted["build"], told["input"] if told["built"] else None).failure
            if head and facts["layers"][-1]["shape"] != [wanted["classes"]]:
                raise other_answers(wanted["classes"], self.described(probe)["layers"][-1]["shape"]).failure

    def _compare(self, probe: str, given: list[Any], prefix: int) -> None:
        """Holds the answers at the end of each part of the prefix against the recorded ones."""
        for part, (_, stop), wanted in self._ends(probe)[:prefix]:
            if stop > len(given):
                return
            if part is self.plan.parts[-1] and self.plan.others and np.shape(given[-1]) != np.shape(wanted):
                return  # another number of classes than was asked for is judged elsewhere
            if not close(given[stop - 1], wanted):
                raise TEXTS.failure("whole_answers_otherwise", part=part.name.replace("_", " "))
