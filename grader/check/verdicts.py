"""Public checks of one exercise, one after the other: verdicts without points."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from grader.check.public import PublicCheck, PublicExercise
from grader.judging import Caller, agree, requests
from grader.model import CheckResult
from grader.probing import CheckFailed, CheckNotRun, PictureFile
from grader.recorded import Recording

__all__ = ["HAND_IN", "verdicts"]

HAND_IN = "runs when you hand in"


def verdicts(
    exercise: PublicExercise, recording: Recording, caller: Caller, pictures: Path, chosen: Sequence[str] = ()
) -> list[CheckResult]:
    """The verdicts on the `chosen` checks, or on all; `pictures` is a folder for the pictures that calls read."""

    def locate(picture: PictureFile) -> str:
        path = pictures / picture.name
        if not path.exists():
            path.write_bytes(picture.data)
        return os.fspath(path)

    made: dict[str, CheckResult] = {}
    for check in exercise.checks:
        if not chosen or check.name in chosen:
            made[check.name] = _tidy(_verdict(check, recording, caller, locate, made), pictures)
    return list(made.values())


def _verdict(
    check: PublicCheck,
    recording: Recording,
    caller: Caller,
    locate: Callable[[PictureFile], str],
    made: dict[str, CheckResult],
) -> CheckResult:
    base = CheckResult(name=check.name, title=check.title, points=0.0, max_points=0.0, outcome="passed")
    change = msgspec.structs.replace
    if not check.probes:
        return change(base, outcome="not_run", observation=HAND_IN)
    for before in check.after:
        known = made.get(before)
        if known is not None and (known.outcome == "failed" or known.waits_for):
            return change(base, outcome="not_run", waits_for=known.waits_for or before)
    try:
        for name in check.probes:
            probe = recording.probes[name]
            agree(caller, probe, locate, caller.calls(requests(probe, True, locate), probe.seconds))
    except CheckFailed as failure:
        return change(
            base,
            outcome="failed",
            observation=failure.observation,
            reason=failure.reason,
            next_step=failure.next_step or ("" if isinstance(failure, CheckNotRun) else check.hint),
            misconception=failure.misconception,
            evidence=failure.evidence,
        )
    return base


def _tidy(verdict: CheckResult, pictures: Path) -> CheckResult:
    """The verdict without the temporary folder that pictures lie in."""
    place = f"{pictures}{os.sep}"
    texts = {name: getattr(verdict, name).replace(place, "") for name in ("observation", "next_step")}
    evidence = tuple(msgspec.structs.replace(e, given=e.given.replace(place, "")) for e in verdict.evidence)
    return msgspec.structs.replace(verdict, evidence=evidence, **texts)
