"""Renders one result record as the `results.json` that Gradescope reads."""

from __future__ import annotations

import json
from typing import Any

from grader.model import CheckResult, Evidence, ExerciseResult, Reveal, SubmissionResult
from grader.report.text import clean, number, one_line
from grader.report.wording import awaited, status_line

__all__ = ["results_json"]

_VISIBILITY: dict[Reveal, str] = {"always": "visible", "after_due": "after_due_date", "never": "hidden"}


def results_json(result: SubmissionResult) -> bytes:
    """Return `result` as strict JSON in UTF-8, keys sorted, ended by a newline.

    Where the grader itself failed (a state or status of "error") the score is null: neither the student's zero nor a
    number that a gradebook could take for one. Raises `GraderError` for a score that is not finite.
    """
    text = json.dumps(_document(result), allow_nan=False, ensure_ascii=False, indent=2, sort_keys=True)
    return (text + "\n").encode()


def _document(result: SubmissionResult) -> dict[str, Any]:
    document: dict[str, Any] = {
        "score": None if result.state == "error" else _plain(result.score),
        "max_score": _plain(result.max_score),
        # The power of two above it: code that waits could tell of hidden examples by finer ones.
        "execution_time": 1 << int(sum(e.student_seconds + e.grader_seconds for e in result.exercises)).bit_length(),
        "tests": [
            _test(f"{index}.{place}", check, exercise)
            for index, exercise in enumerate(result.exercises, 1)
            for place, check in enumerate(exercise.checks, 1)
        ],
        "extra_data": {
            "exercises": {exercise.name: _summary(exercise) for exercise in result.exercises},
            "isolation": result.isolation,
            "device": result.device or "cpu",
            "state": result.state,
            # Not as JSON could escape it: what has no UTF-8 would be back, and stop the next program, once it is read.
            "student": result.student.encode(errors="backslashreplace").decode(),
            "version": result.version,
        },
    }
    output = "\n".join(_remarks(result))
    return document | ({"output": output, "output_format": "text"} if output else {})


def _remarks(result: SubmissionResult) -> list[str]:
    first = {"graded": "", "refused": "The submission was refused.", "error": status_line("error")}[result.state]
    own = [f"{exercise.name}: {note}" for exercise in result.exercises for note in exercise.notes]
    return [clean(line) for line in (first, result.reason, *result.notes, *own) if line]


def _summary(exercise: ExerciseResult) -> dict[str, Any]:
    score = None if exercise.status == "error" else _plain(exercise.score)
    worker = {"worker": exercise.worker} if exercise.worker else {}
    return {"score": score, "max_score": _plain(exercise.max_score), "status": exercise.status, **worker}


def _test(place: str, check: CheckResult, exercise: ExerciseResult) -> dict[str, Any]:
    failed_here = "error" in (check.status, exercise.status)
    return {
        "name": one_line(f"{exercise.name}: {check.title}"),
        "number": place,
        "score": None if failed_here else _plain(check.points),
        "max_score": _plain(check.max_points),
        "status": "passed" if check.outcome == "passed" else "failed",
        "output": _output(check, awaited(check, exercise)),
        "output_format": "text",
        "visibility": _VISIBILITY[check.reveal],
    }


def _output(check: CheckResult, cause: str) -> str:
    sentences = (
        "" if check.outcome == "passed" else status_line(check.status),
        check.observation,
        check.reason,
        check.next_step,
        f"Recognised: {check.misconception}." if check.misconception else "",
        f"Not run; it waits for: {cause}" if cause else "",
    )
    evidence = (_evidence(item) for item in check.evidence)
    return "\n".join([*(clean(sentence) for sentence in sentences if sentence), *evidence])


def _evidence(item: Evidence) -> str:
    parts = (("Call", item.call), ("Expected", item.expected), ("Given", item.given))
    return "\n".join(f"{label}:\n{clean(text)}" for label, text in parts if text)


def _plain(value: float) -> int | float:
    """Return the number that `number` writes, as an integer where it is whole."""
    digits = number(value)
    return float(digits) if "." in digits else int(digits)
