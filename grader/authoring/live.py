"""Searches for a failing example with hypothesis, shrinks it, and judges it as recorded ones are judged."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import HypothesisException

from grader.authoring.drawing import answered, probes_of, settings_of
from grader.fixture import StudentFixture
from grader.illustrate import evidence
from grader.judging import agree, is_right, request
from grader.probing import CheckFailed, Probe
from grader.recorded import Example, Mistake, Replay
from grader.student import Outcome, Raised, Returned

__all__ = ["Live"]

LEAST_EXAMPLES = 100
# Processor seconds of judge and worker together, so that a busy machine searches as far as an idle one.
SEARCH_SECONDS = 10.0
SHRINK_SECONDS = 3.0
NEIGHBOURS = 40
Tried = tuple[Example, Outcome]


class EnoughError(BaseException):
    """Ends a search from inside; no Exception, or hypothesis would take it for one more failing example."""


class Live:
    """Searches in place of the recorded examples; each draws anew, and `pytest --hypothesis-seed=N` repeats one."""

    def __init__(self, exercise: str) -> None:
        self.probes = probes_of(exercise)

    def search(self, fixture: StudentFixture, name: str) -> None:
        """Tries the public examples of a probe, then looks for others; CheckFailed shows the smallest that fails."""
        search = _Search(fixture, self.probes[name])
        search.judge(search.tried_on(search.probe.public))
        if search.probe.hidden is not None and search.run(search.probe.hidden):
            search.judge([*search.found, *search.neighbours])


class _Search:
    """One search: the smallest failing calls so far, and what else was tried lately."""

    def __init__(self, fixture: StudentFixture, probe: Probe) -> None:
        self.fixture, self.probe = fixture, probe
        self.plain = replace(probe, misconceptions=())  # models of mistakes are asked at the end, about a few
        mistakes = tuple(Mistake(m.name, m.observation, m.reason, m.next_step) for m in probe.misconceptions)
        self.replay = Replay("", probe.function, "", *settings_of(probe), 0.0, mistakes, ())
        self.neighbours: deque[Tried] = deque(maxlen=NEIGHBOURS)
        self.found: list[Tried] = []
        fixture.student.spent = 0.0  # the budget of a search bounds it, not what is left of the exercise's
        self.until = self.spent() + SEARCH_SECONDS

    def spent(self) -> float:
        """Seconds that the search has used, of an arbitrary beginning."""
        return time.process_time() + self.fixture.student.spent

    def tried_on(self, family: Sequence[tuple[Any, ...]]) -> list[Tried]:
        """Expected answers and outcomes of calls, each made twice where the probe asks for that."""
        examples = [answered(self.plain, args, True) for args in family for _ in range(2 if self.probe.twice else 1)]
        requests = [request(self.replay, example, self.fixture.locate) for example in examples]
        return list(zip(examples, self.fixture.student.calls(requests), strict=True)) if requests else []

    def judge(self, tried: Sequence[Tried]) -> None:
        """CheckFailed with the first call that went wrong; those behind it help to tell which mistake it is."""
        examples = tuple(answered(self.probe, example.args, True) for example, _ in tried)
        outcomes = [outcome for _, outcome in tried]
        try:
            once = replace(self.replay, examples=examples, twice=False)
            agree(self.fixture.student, once, self.fixture.locate, outcomes)
        except CheckFailed as failure:
            wrong = next(pair for pair in zip(examples, outcomes, strict=True) if not is_right(self.replay, *pair))
            failure.evidence = failure.evidence or (evidence(self.replay, *wrong),)
            raise

    def run(self, strategy: Any) -> bool:
        """Whether hypothesis finds a failing example; `found` has the calls that it shrinks to, the wrong one first."""

        @settings(
            max_examples=max(self.probe.examples, LEAST_EXAMPLES), database=None, deadline=None, derandomize=False,
            phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False, verbosity=Verbosity.quiet,
        )  # fmt: skip
        @given(strategy)
        def attempt(drawn: Any) -> None:
            assert self.passes(drawn if isinstance(drawn, list) else [drawn])

        try:
            attempt()
        except (AssertionError, EnoughError, HypothesisException) as end:
            # Code that answers differently from call to call makes hypothesis complain; what was seen counts.
            if not self.found and not isinstance(end, EnoughError):
                raise
        return bool(self.found)

    def passes(self, family: Sequence[tuple[Any, ...]]) -> bool:
        """Whether all calls of one drawn example are answered rightly; EnoughError when the time is up."""
        if self.spent() > self.until:
            raise EnoughError
        tried = self.tried_on(family)
        wrong = next((pair for pair in tried if not is_right(self.replay, *pair)), None)
        if wrong is None:
            self.neighbours += tried
            return True
        if not self.found:
            self.until = self.spent() + SHRINK_SECONDS
        ended = not isinstance(wrong[1], Returned | Raised)
        if not (ended and self.found):
            self.neighbours += self.found
            self.found = [wrong, *(pair for pair in tried if pair is not wrong)]
        if ended:  # smaller examples would cost a worker each, or the whole time of a loop without an end
            raise EnoughError
        return False
