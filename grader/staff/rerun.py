"""One probe again as grading replays it, with hidden examples treated as public ones; keeps what went wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from grader.compare import Problem, difference
from grader.fixture import StudentFixture
from grader.illustrate import evidence, example_text, shown
from grader.judging import agree, is_right, request
from grader.model import Evidence
from grader.probing import CheckFailed
from grader.recorded import Example, Replay
from grader.staff.snippet import Step
from grader.student import Outcome, Returned

__all__ = ["Rerun"]

LARGE = 60


@dataclass
class Rerun:
    """What a check's probe came to, for whoever may see everything."""

    probe: Replay | None = None
    hidden: frozenset[int] = frozenset()
    tried: list[tuple[int, Example, Outcome]] = field(default_factory=list)
    wrong: tuple[int, Example, Outcome] | None = None

    def agree(self, fixture: StudentFixture, name: str) -> None:
        """What `agrees` does here: the public examples first, then the others; CheckFailed with everything shown."""
        recorded = fixture.recording().probes[name]
        self.probe = replace(recorded, examples=tuple(replace(e, public=True) for e in recorded.examples))
        numbers, self.tried = range(len(recorded.examples)), []
        self.hidden = frozenset(at for at in numbers if not recorded.examples[at].public)
        self._part(fixture, self.probe, [at for at in numbers if at not in self.hidden])
        times = 2 if recorded.twice else 1
        self._part(fixture, self.probe, [at for at in sorted(self.hidden) for _ in range(times)])

    def _part(self, fixture: StudentFixture, probe: Replay, numbers: Sequence[int]) -> None:
        outcomes = _outcomes(fixture, probe, numbers)
        self.tried += [(at, probe.examples[at], outcome) for at, outcome in zip(numbers, outcomes, strict=True)]
        self.wrong = next((tried for tried in self.tried if not is_right(probe, *tried[1:])), None)
        once = replace(probe, examples=tuple(example for _, example, _ in self.tried), twice=False)
        agree(fixture.student, once, fixture.locate, [outcome for _, _, outcome in self.tried])

    @property
    def problem(self) -> Problem | None:
        """What is wrong with the value that came back; None where that is right, or where none came back."""
        if self.wrong is None or not isinstance(self.wrong[2], Returned):
            return None
        return difference(self.wrong[1].expected, self.wrong[2].value, self.wrong[1].tolerance)

    @property
    def changed(self) -> bool:
        """Whether all that is wrong is an argument that was written to."""
        return self.wrong is not None and isinstance(self.wrong[2], Returned) and self.problem is None

    def story(self, failure: CheckFailed) -> Iterator[str]:
        """The failing example; for a check that judges otherwise, what it has to show."""
        if self.probe is None or self.wrong is None:
            for other in failure.evidence:
                yield from ("", *_lines(other))
            return
        at, example, outcome = self.wrong
        kind = "hidden from students" if at in self.hidden else "students may see it"
        yield from ("", f"Example {at + 1} of {len(self.probe.examples)} ({kind})")
        yield from _lines(evidence(self.probe, example, outcome))
        if self.problem is not None and self.problem.index:
            yield f"  at        the first wrong entry has the index {self.problem.index}"

    def steps(self, fixture: StudentFixture, recording: Path) -> tuple[str, list[Step]]:
        """The function, and the fewest calls after which a new worker goes wrong; what these print is listened to."""
        if self.probe is None or self.wrong is None:
            last = fixture.last_request
            return (last.function, [Step(last.args, "see above")]) if last is not None else ("", [])
        probe, at = self.probe, self.wrong[0]
        numbers = next(
            (few for few in ([at], [at, at], [self.tried[0][0], at]) if self._fails(fixture, probe, few)), []
        )
        source = f'recorded.read(Path({os.fspath(recording)!r})).probes["{probe.name}"].examples[{{}}].args'
        steps = [self._step(probe.examples[number], source.format(number)) for number in numbers or [at]]
        if not numbers:
            steps[0] = replace(steps[0], expected=f"{steps[0].expected} (it goes wrong only after other calls)")
        return probe.function, steps

    @staticmethod
    def _fails(fixture: StudentFixture, probe: Replay, numbers: Sequence[int]) -> bool:
        """Whether the last of these calls goes wrong in a new worker; code that takes too long is not asked again."""
        if probe.function in fixture.student.exhausted:
            return True
        fixture.student.close()
        fixture.student.printed.clear()
        return not is_right(probe, probe.examples[numbers[-1]], _outcomes(fixture, probe, numbers)[-1])

    def _step(self, example: Example, source: str) -> Step:
        """One call of the snippet; of a large answer, the first entry that is wrong."""
        assert self.wrong is not None
        index = self.problem.index if self.problem is not None and example is self.wrong[1] else None
        expected, outcome = example.expected, self.wrong[2]
        is_array = isinstance(expected, np.ndarray) and isinstance(outcome, Returned) and not outcome.listed
        if index and is_array and expected.size > LARGE:
            return Step(example.args, f"{expected[index]:.10g}", source, index)
        return Step(example.args, shown(example.expected), source)


def _outcomes(fixture: StudentFixture, probe: Replay, numbers: Sequence[int]) -> list[Outcome]:
    requests = [request(probe, probe.examples[at], fixture.locate) for at in numbers]
    return fixture.student.calls(requests, probe.seconds, public=True) if requests else []


def _lines(example: Evidence) -> list[str]:
    return [line.rstrip() for line in example_text(example).split("\n")]
