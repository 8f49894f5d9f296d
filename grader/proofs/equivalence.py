"""Holds declarations of equivalent mutants against 10,000 inputs that solution and mutant answer in workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader import judging
from grader.authoring.drawing import draw, drawn_from, probes_of, settings_of
from grader.course import Course
from grader.desk import Desk, spec_of
from grader.illustrate import call_text
from grader.model import Submission
from grader.probing import Probe
from grader.proofs.declared import DECLARED, Declaration, shown
from grader.proofs.mutants import Mutant
from grader.recorded import Example, Replay
from grader.student import Outcome, Raised, Request, Returned

__all__ = ["INPUTS", "Holder"]

# What a declaration is held against; drawing takes most of the time, so a sample has fewer.
INPUTS = {"all": 10_000, "sample": 100}
BATCH = 200
Args = tuple[Any, ...]


@dataclass(frozen=True)
class _Held:
    """Calls, their arguments as they are shown, and what the solution answers."""

    requests: list[Request]
    args: list[Args]
    answers: list[Outcome]


class Holder:
    """Two workers of one exercise, the solution's and a mutant's, and the inputs that they are compared on."""

    def __init__(self, root: Path, course: Course, exercise: str, modules: dict[str, bytes], inputs: int) -> None:
        self.course, self.exercise, self.inputs = course, exercise, inputs
        self.modules = {name.removesuffix(".py"): data for name, data in modules.items()}
        specs = [spec_of(one, root / "exercises") for one in course.ready]
        recordings = root / "grader" / "suites" / "recorded"
        self.desk = Desk(specs, course.limits, root / "data", recordings, isolation=course.isolation)
        self.known: dict[tuple[tuple[str, ...], int], _Held] = {}

    def close(self) -> None:
        """Ends the workers and their template."""
        self.desk.close()

    def faults(self, declared: Sequence[Declaration], mutants: Sequence[Mutant]) -> Iterator[str]:
        """Says which of the declared mutants answer differently, to what, or for which there are too few inputs."""
        there = {mutant.key: mutant for mutant in mutants}
        for one in declared:
            for key in one.changes():
                if key in there and one.inputs and (fault := self._fault(one, there[key])):
                    yield f"{DECLARED}: {shown(key)}: {fault}"

    def _fault(self, declaration: Declaration, mutant: Mutant) -> str:
        try:
            probes = probes_of(self.exercise)
        except ModuleNotFoundError:
            probes = {}
        for name in declaration.inputs:
            if name not in probes or probes[name].function != declaration.function:
                return f"{name!r} in `inputs` is no probe of {declaration.function}"
        count = min(self.inputs, declaration.count or self.inputs)
        held = self._held(declaration.inputs, count, probes)
        if len(held.requests) < count:
            return f"its probes give {len(held.requests)} inputs, not {count}; name others in `inputs`"
        if not any(isinstance(answer, Returned) for answer in held.answers):
            return "the solution returns nothing for any of these inputs; name others in `inputs`"
        other = self._outcomes(mutant.source.encode(), held.requests)
        for request, args, one, another in zip(held.requests, held.args, held.answers, other, strict=True):
            if not _alike(one, another):
                called = call_text(request.function, args)
                return f"not equivalent: {called} gives another answer; take the declaration out"
        return ""

    def _held(self, names: tuple[str, ...], count: int, probes: dict[str, Probe]) -> _Held:
        """The public examples of these probes and inputs that they draw; worked out once for all mutants."""
        if (names, count) not in self.known:
            calls = []
            for name in names:
                probe = replace(probes[name], examples=-(-count // len(names)))
                inputs = draw(probe, drawn_from(self.exercise, name, probe, self.course.secret))
                calls += [(self._request(probe, args), args) for args in (*probe.public, *inputs[: probe.examples])]
            requests, args = [call[0] for call in calls], [call[1] for call in calls]
            answers = list(self._outcomes(self.modules[self.exercise], requests))
            self.known[names, count] = _Held(requests, args, answers)
        return self.known[names, count]

    def _outcomes(self, source: bytes, requests: Sequence[Request]) -> Iterator[Outcome]:
        """What a module in the place of the exercise's answers, call by call, in a worker of its own."""
        submission = Submission(student="mutant", modules=self.modules | {self.exercise: source})
        student = self.desk.fixture(self.desk.open(submission), self.exercise).student
        try:
            for start in range(0, len(requests), BATCH):
                student.spent = 0.0  # the limit of an exercise is for a submission, not for so many calls
                yield from student.calls(requests[start : start + BATCH])
        finally:
            student.close()

    def _request(self, probe: Probe, args: Args) -> Request:
        replay = Replay("", probe.function, "", *settings_of(probe), 0.0, (), ())
        return judging.request(replay, Example(args, None, 0.0, True, ()), self.desk.locate)


def _alike(one: Outcome, other: Outcome) -> bool:
    """Whether two calls came to the same: value and changed arguments, or the same kind of error."""
    match one, other:
        case Returned(), Returned():
            return judging.same(one.value, other.value) and one.changed == other.changed
        case Raised(), Raised():
            return (one.trouble.kind, one.trouble.family) == (other.trouble.kind, other.trouble.family)
    return False
