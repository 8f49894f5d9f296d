"""Public checks of one exercise: all calls at once, then one verdict after the other, without points."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from grader.check.public import PublicCheck, PublicExercise
from grader.judging import Caller, agree, requests
from grader.model import CheckResult
from grader.outcomes import Outcome
from grader.probing import CheckFailed, CheckNotRun, PictureFile
from grader.recorded import Recording

__all__ = ["HAND_IN", "verdicts"]

HAND_IN = "runs when you hand in"


def verdicts(
    exercise: PublicExercise, recording: Recording, caller: Caller, pictures: Path, chosen: Sequence[str]
) -> list[CheckResult]:
    """The verdicts on the `chosen` checks; `pictures` is a folder for the pictures that calls read."""

    def locate(picture: PictureFile) -> str:
        path = pictures / picture.name
        path.write_bytes(picture.data)
        return os.fspath(path)

    def judged(check: PublicCheck) -> CheckFailed | None:
        try:
            for name in check.probes:
                agree(caller, recording.probes[name], locate, outcomes[name])
        except CheckFailed as failure:
            return failure
        return None

    checks = [check for check in exercise.checks if check.name in chosen]
    probes = [recording.probes[name] for check in checks for name in check.probes]
    wanted = {probe.name: requests(probe, True, locate) for probe in probes}
    calls = [request for part in wanted.values() for request in part]
    answers = iter(caller.calls(calls, max((probe.seconds for probe in probes), default=0.0)))
    outcomes: dict[str, list[Outcome]] = {name: [next(answers) for _ in part] for name, part in wanted.items()}
    made: dict[str, CheckResult] = {}
    for check in checks:
        base = CheckResult(name=check.name, title=check.title, points=0.0, max_points=0.0, outcome="not_run")
        if not check.probes:
            made[check.name] = msgspec.structs.replace(base, observation=HAND_IN)
        elif awaited := _awaited(check, made):
            made[check.name] = msgspec.structs.replace(base, waits_for=awaited)
        elif isinstance(failure := judged(check), CheckNotRun) and (before := _failed_before(made)):
            made[check.name] = msgspec.structs.replace(base, waits_for=before)
        else:
            made[check.name] = _filled(base, failure, check.hints[0], f"{pictures}{os.sep}")
    return list(made.values())


def _awaited(check: PublicCheck, made: Mapping[str, CheckResult]) -> str:
    """The check that has to pass first and did not; what only runs at hand-in is not waited for."""
    before = [made[name] for name in check.after if name in made]
    return next((one.waits_for or one.name for one in before if one.outcome == "failed" or one.waits_for), "")


def _failed_before(made: Mapping[str, CheckResult]) -> str:
    """The last check that failed: with it ended the process that this one's calls were meant for."""
    return next((one.name for one in reversed(list(made.values())) if one.outcome == "failed"), "")


def _filled(base: CheckResult, failure: CheckFailed | None, hint: str, place: str) -> CheckResult:
    """The verdict on a check that was made; `place` is the temporary folder, which no text shows."""
    if failure is None:
        return msgspec.structs.replace(base, outcome="passed")
    evidence = [msgspec.structs.replace(one, given=one.given.replace(place, "")) for one in failure.evidence]
    return msgspec.structs.replace(
        base,
        outcome="failed",
        observation=failure.observation.replace(place, ""),
        reason=failure.reason,
        next_step=failure.next_step or ("" if isinstance(failure, CheckNotRun) else hint),
        misconception=failure.misconception,
        evidence=tuple(evidence),
    )
