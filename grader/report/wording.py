"""The sentences that several reports share: statuses, levels of isolation, what a check waits for."""

from __future__ import annotations

from collections.abc import Iterable

from grader.model import CheckResult, ExerciseResult, SubmissionResult

__all__ = ["awaited", "device_lines", "isolation_line", "status_line"]

_STATUS = {
    "graded": "",
    "missing": "No module and no notebook cell for this exercise was found in the submission.",
    "import_error": "The module could not be imported, so none of its functions was called.",
    "timeout": "The code ran longer than its time limit.",
    "memory": "The code asked for more memory than its limit.",
    "crashed": "The process that ran the code ended before it answered.",
    "blocked": "The code used something that is switched off in this exercise.",
    "error": "The grader itself failed here. This is no fault of the submission and no score was given.",
}
_ISOLATION = {
    "locked": "the student's code ran in its own process, without network, with access to granted files only",
    "container": "the student's code ran in its own process; the container around the run is the boundary",
    "process": "the student's code ran in its own process, without file or network locks",
}


def status_line(status: str) -> str:
    """Return one sentence on a status, empty for an ordinary verdict."""
    return _STATUS.get(status, status)


def isolation_line(level: str, *, ran: bool = True) -> str:
    """Return the level of isolation with what it means, for the foot of a page; `ran`: was any code run?"""
    if not ran:
        return f"Isolation: {level}; no code of this submission was run."
    return f"Isolation: {level}: {_ISOLATION.get(level, 'not known to this version')}."


def device_lines(results: Iterable[SubmissionResult]) -> list[str]:
    """Return a sentence for each device other than a CPU that Keras computed on."""
    return [f"Keras computed on: {stamp}." for stamp in sorted({result.device for result in results} - {""})]


def awaited(check: CheckResult, exercise: ExerciseResult) -> str:
    """Return the title of the check that `check` waits for, or its name where it is not among the others."""
    return next((other.title for other in exercise.checks if other.name == check.waits_for), check.waits_for)
