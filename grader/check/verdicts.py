"""Public checks of one exercise: all calls at once, then one verdict after the other, without points."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from grader.check.failing import Failing, entries, failing
from grader.check.judged import Judges
from grader.check.public import PublicCheck, PublicExercise
from grader.judging import Caller, is_right, times
from grader.model import CheckResult
from grader.outcomes import Stopped
from grader.probing import CheckFailed, CheckNotRun, PictureFile
from grader.recorded import Recording, Replay

__all__ = ["HAND_IN", "Verdict", "verdicts"]

HAND_IN = "runs when you hand in"


class Verdict(CheckResult, frozen=True, kw_only=True):
    """The verdict on a public check, with the example that its words speak of, where they speak of one."""

    failing: Failing | None = None


def verdicts(
    exercise: PublicExercise, recording: Recording, caller: Caller, pictures: Path, chosen: Sequence[str]
) -> list[Verdict]:
    """The verdicts on the `chosen` checks; `pictures` is a folder for the pictures that calls read.

    A verdict is told with the smallest example that fails: they are tried in the order of their size.
    """

    def locate(picture: PictureFile) -> str:
        path = pictures / picture.name
        path.write_bytes(picture.data)
        return os.fspath(path)

    recording = replace(recording, probes={name: _smallest_first(p) for name, p in recording.probes.items()})
    judges = Judges(exercise, recording, locate)

    def judged(check: PublicCheck) -> tuple[CheckFailed, Failing | None] | None:
        try:
            judges.judge(check, caller)
        except CheckFailed as failure:
            if not failure.evidence and not any(one.evidence and one.name in networks for one in made.values()):
                failure.evidence = judges.evidence(check)
            told = None if check.judge else _told(judges, check, failure, exercise.spec.stub)
            return failure, told
        return None

    checks = [check for check in exercise.checks if check.name in chosen]
    networks = {check.name for check in checks if check.judge[:1] == ("network",)}
    wanted = {name: calls for check in checks if check.made for name, calls in judges.requests(check).items()}
    probes = [recording.probes[name] for name in wanted if name in recording.probes]
    answers = iter(
        caller.calls(
            [request for part in wanted.values() for request in part],
            max((probe.seconds for probe in probes), default=0.0),
        )
    )
    judges.outcomes |= {name: [next(answers) for _ in part] for name, part in wanted.items()}
    made: dict[str, Verdict] = {}
    for check in checks:
        base = Verdict(name=check.name, title=check.title, points=0.0, max_points=0.0, outcome="not_run")
        if not check.made:
            made[check.name] = msgspec.structs.replace(base, observation=HAND_IN)
        elif awaited := _awaited(check, made) or judges.awaited(check, made):
            made[check.name] = msgspec.structs.replace(base, waits_for=awaited)
        elif (told := judged(check)) and isinstance(told[0], CheckNotRun) and (before := _failed_before(made)):
            made[check.name] = msgspec.structs.replace(base, waits_for=before)
        else:
            made[check.name] = _filled(base, told, check.hints[0], f"{pictures}{os.sep}")
    return list(made.values())


def _awaited(check: PublicCheck, made: Mapping[str, Verdict]) -> str:
    """The check that has to pass first and did not; what only runs at hand-in is not waited for."""
    before = [made[name] for name in check.after if name in made]
    return next((one.waits_for or one.name for one in before if one.outcome == "failed" or one.waits_for), "")


def _failed_before(made: Mapping[str, Verdict]) -> str:
    """The last check that failed: with it ended the process that this one's calls were meant for."""
    return next((one.name for one in reversed(list(made.values())) if one.outcome == "failed"), "")


def _smallest_first(probe: Replay) -> Replay:
    return replace(probe, examples=tuple(sorted(probe.examples, key=entries)))


def _told(judges: Judges, check: PublicCheck, failure: CheckFailed, stub: str) -> Failing | None:
    """The example that a failure speaks of: the first one that was not answered as it should be."""
    for name in check.probes:
        probe = judges.recording.probes[name]
        for example, outcome in zip(probe.examples, judges.outcomes[name][:: times(probe)], strict=True):
            if not is_right(probe, example, outcome):
                speaks = failure.evidence or isinstance(outcome, Stopped)
                return failing(probe, example, outcome, stub) if speaks and not probe.look else None
    return None


def _filled(base: Verdict, judged: tuple[CheckFailed, Failing | None] | None, hint: str, place: str) -> Verdict:
    """The verdict on a check that was made; `place` is the temporary folder, which no text shows."""
    if judged is None:
        return msgspec.structs.replace(base, outcome="passed")
    failure, told = judged
    evidence = [msgspec.structs.replace(one, given=one.given.replace(place, "")) for one in failure.evidence]
    return msgspec.structs.replace(
        base,
        outcome="failed",
        observation=failure.observation.replace(place, ""),
        reason=failure.reason,
        next_step=failure.next_step or ("" if isinstance(failure, CheckNotRun) else hint),
        misconception=failure.misconception,
        evidence=tuple(evidence),
        failing=told,
    )
