"""Holds declarations of equivalent mutants against 10,000 inputs that solution and mutant answer in workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.course import Course
from grader.desk import Desk, spec_of
from grader.illustrate import call_text
from grader.judging import request, same
from grader.model import Submission
from grader.probing import Probe
from grader.proofs.declared import DECLARED, Declaration, shown
from grader.proofs.mutants import Mutant
from grader.recorded import Example, Replay
from grader.student import Outcome, Raised, Request, Returned, Student

__all__ = ["INPUTS", "Holder"]

# What a declaration is held against; drawing takes most of the time, so a sample has fewer.
INPUTS = {"all": 10_000, "sample": 300}
BATCH = 200
Args = tuple[Any, ...]


class Holder:
    """Two workers of one exercise, the solution's and a mutant's, and the inputs that they are compared on."""

    def __init__(self, root: Path, course: Course, exercise: str, modules: dict[str, bytes], inputs: int) -> None:
        self.course, self.exercise, self.inputs = course, exercise, inputs
        self.modules = {name.removesuffix(".py"): data for name, data in modules.items()}
        specs = [spec_of(one, root / "exercises") for one in course.ready]
        self.desk = Desk(specs, course.limits, root / "data", root / "grader" / "suites" / "recorded")
        self.known: dict[tuple[str, ...], tuple[list[Request], list[str], list[Outcome]]] = {}

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
        probes = _probes(self.exercise)
        for name in declaration.inputs:
            if name not in probes or probes[name].function != declaration.function:
                return f"{name!r} in `inputs` is no probe of {declaration.function}"
        wanted, calls, answers = self._answers(declaration.inputs, probes)
        if len(wanted) < self.inputs:
            return f"its probes draw {len(wanted)} inputs, not {self.inputs}; name others in `inputs`"
        student = self._student(mutant.source.encode())
        try:
            for start in range(0, len(wanted), BATCH):
                outcomes = _batch(student, wanted[start : start + BATCH])
                for number, outcome in enumerate(outcomes, start):
                    if not _alike(answers[number], outcome):
                        return f"not equivalent: {calls[number]} gives another answer; take the declaration out"
        finally:
            student.close()
        return ""

    def _answers(
        self, names: tuple[str, ...], probes: dict[str, Probe]
    ) -> tuple[list[Request], list[str], list[Outcome]]:
        """Calls, how they read, and what the solution answers; worked out once for all mutants of the same inputs."""
        if names not in self.known:
            wanted, calls = [], []
            for name in names:
                probe = replace(probes[name], examples=-(-self.inputs // len(names)))
                for args in _drawn(self.exercise, name, probe, self.course.secret):
                    wanted.append(self._request(probe, args))
                    calls.append(call_text(probe.function, args))
            student = self._student(self.modules[self.exercise])
            batches = (wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH))
            self.known[names] = wanted, calls, [outcome for batch in batches for outcome in _batch(student, batch)]
            student.close()
        return self.known[names]

    def _request(self, probe: Probe, args: Args) -> Request:
        from grader.drawing import settings_of

        replay = Replay("", probe.function, "", *settings_of(probe), 0.0, (), ())
        return request(replay, Example(args, None, 0.0, True, ()), self.desk.locate)

    def _student(self, source: bytes) -> Student:
        submission = Submission(student="mutant", modules=self.modules | {self.exercise: source})
        return self.desk.fixture(self.desk.open(submission), self.exercise).student


def _probes(exercise: str) -> dict[str, Probe]:
    from grader.drawing import probes_of  # hypothesis and the suite are only needed here

    try:
        return probes_of(exercise)
    except ModuleNotFoundError:
        return {}


def _drawn(exercise: str, name: str, probe: Probe, secret: str) -> list[Args]:
    """At most so many inputs as the probe says, by the checks' own strategy, the same in every run."""
    from grader.drawing import draw, drawn_from

    return draw(probe, drawn_from(exercise, name, probe, secret))[: probe.examples]


def _batch(student: Student, requests: Sequence[Request]) -> list[Outcome]:
    student.spent = 0.0  # the limit of an exercise is for a submission, not for so many calls
    return student.calls(requests)


def _alike(one: Outcome, other: Outcome) -> bool:
    """Whether two calls came to the same: value and changed arguments, or the same kind of error."""
    match one, other:
        case Returned(), Returned():
            return same(one.value, other.value) and one.changed == other.changed
        case Raised(), Raised():
            return (one.trouble.kind, one.trouble.family) == (other.trouble.kind, other.trouble.family)
    return False
