"""Searches for a failing example with hypothesis, shrinks it, and judges it as recorded ones are judged."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import HypothesisException

from grader.drawing import answered, probes_of
from grader.fixture import StudentFixture
from grader.illustrate import evidence
from grader.judging import agree, is_right, request
from grader.probing import CheckFailed, Probe
from grader.recorded import Example, Mistake, Replay
from grader.student import NotRun, Outcome, Stopped

__all__ = ["Live"]

LEAST_EXAMPLES = 100
SEARCH_SECONDS = 10.0
SHRINK_SECONDS = 3.0
NEIGHBOURS = 40

Tried = tuple[tuple[Any, ...], Outcome]


class EnoughError(BaseException):
    """Ends a search from inside; no Exception, or hypothesis would take it for a failing example."""


class Live:
    """Searches in place of the recorded examples of one exercise; every search draws anew."""

    def __init__(self, exercise: str) -> None:
        self.probes = probes_of(exercise)

    def search(self, fixture: StudentFixture, name: str) -> None:
        """Tries the public examples of a probe, then looks for others; CheckFailed shows the smallest that fails."""
        probe = self.probes[name]
        # A search makes more calls than a replay does; its own budget bounds them.
        fixture.student.spent = 0.0
        search = _Search(fixture, probe)
        _judge(fixture, probe, [(args, search.call([args])[0]) for args in probe.public])
        if probe.hidden is not None and (found := search.run()):
            _judge(fixture, probe, [*found, *search.tried])


def _replay(probe: Probe, examples: Sequence[Example]) -> Replay:
    mistakes = tuple(Mistake(m.name, m.observation, m.reason, m.next_step) for m in probe.misconceptions)
    return Replay("", probe.function, "", probe.twice, probe.intact, 0.0, mistakes, tuple(examples))


def _judge(fixture: StudentFixture, probe: Probe, tried: Sequence[Tried]) -> None:
    """CheckFailed with the first call that went wrong; those behind it help to tell which mistake it is."""
    examples = [answered(probe, args, True) for args, _ in tried]
    outcomes = [outcome for _, outcome in tried]
    known = _replay(probe, examples)
    try:
        agree(fixture.student, known, fixture.locate, outcomes)
    except CheckFailed as failure:
        if not failure.evidence:
            wrong = (pair for pair in zip(examples, outcomes, strict=True) if not is_right(known, *pair))
            failure.evidence = tuple(evidence(probe.function, *pair, None) for pair in wrong)[:1]
        raise


@dataclass
class _Search:
    """One search: what was tried lately, and the smallest failing calls so far."""

    fixture: StudentFixture
    probe: Probe
    tried: deque[Tried] = field(default_factory=lambda: deque(maxlen=NEIGHBOURS))
    found: list[Tried] = field(default_factory=list)
    until: float = 0.0

    def __post_init__(self) -> None:
        self.plain = replace(self.probe, misconceptions=())  # models are asked once, at the end

    def run(self) -> list[Tried]:
        """The failing calls that hypothesis shrinks to, the first wrong one in front; [] where none was found."""
        self.until = time.monotonic() + SEARCH_SECONDS

        @settings(
            max_examples=max(self.probe.examples, LEAST_EXAMPLES), database=None, deadline=None,
            phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False, verbosity=Verbosity.quiet,
        )  # fmt: skip
        @given(self.probe.hidden)
        def attempt(drawn: Any) -> None:
            assert self.passes(drawn if isinstance(drawn, list) else [drawn])

        try:
            attempt()
        except (AssertionError, EnoughError, HypothesisException):
            # Code that answers differently from call to call makes hypothesis complain; what was seen counts.
            if not self.found and time.monotonic() < self.until:
                raise
        return self.found

    def call(self, family: Sequence[tuple[Any, ...]]) -> list[Outcome]:
        """Outcomes of the calls, each made twice where the probe says so."""
        times = 2 if self.probe.twice else 1
        calls = [request(_replay(self.plain, ()), Example(args, None, 0.0, True, ()), self.fixture.locate) for args in family]
        return self.fixture.student.calls([one for one in calls for _ in range(times)])

    def passes(self, family: Sequence[tuple[Any, ...]]) -> bool:
        """Whether all calls of an example are answered rightly; EnoughError when the time is up."""
        if time.monotonic() > self.until:
            raise EnoughError
        ...
