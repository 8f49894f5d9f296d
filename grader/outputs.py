"""Writes what a run leaves behind: marks, results, pages. Nothing that a student wrote decides where."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from grader.classroom.marks import marks_csv, shared
from grader.course import Course
from grader.errors import GraderError, SubmissionError
from grader.files import write_whole
from grader.intake.folder import read_regular
from grader.model import FinalMark, SubmissionResult
from grader.report import feedback_name, results_name
from grader.report.gradescope import results_json
from grader.report.pages import class_page, student_page
from grader.report.table import grades_csv
from grader.run import RECORDS
from grader.store import MOST_BYTES

__all__ = ["SHOWN", "forget_records", "kept_records", "narrowed", "write_outputs"]

SUPERSEDED = "This submission does not count: another upload counts in its place, or it is not clear which one does."
# SHOWN: the marks that the pages were made with; `grader marks` may write others.
WRITTEN, MARKS, SHOWN = "written.json", "marks.csv", "shown.csv"


def write_outputs(
    out: Path,
    private: Path,
    course: Course,
    chosen: Sequence[str],
    results: Sequence[SubmissionResult],
    marks: Sequence[FinalMark] = (),
) -> None:
    """All files of a run under `out`; files of an earlier run that no longer belong there are taken away.

    The `marks` of a class go to `marks.csv`, and show on pages what was changed by hand and who is missing.
    """
    files: dict[str, bytes] = {}
    own = shared(marks)
    counted = {mark.submission for mark in marks}
    for result in results:
        files[f"results/{results_name(result.student)}"] = results_json(result)
        shown = result
        if marks and result.student not in counted:
            shown = msgspec.structs.replace(result, notes=(SUPERSEDED, *result.notes))
        page = student_page(shown, own.get(result.student))
        files[f"feedback/{feedback_name(result.student)}"] = page.encode()
        files[f"{private.name}/{RECORDS}/{results_name(result.student)}"] = msgspec.json.encode(result)
    files["grades.csv"] = grades_csv(results, [exercise.name for exercise in course.exercises], chosen)
    files["index.html"] = class_page(results, chosen, course.title, marks).encode()
    if marks:
        files[MARKS] = marks_csv(marks, course)
        files[f"{private.name}/{SHOWN}"] = files[MARKS]
    for folder in ("results", "feedback", f"{private.name}/{RECORDS}"):
        if (out / folder).is_symlink():
            raise GraderError(f"{out / folder} is a link; remove it, nothing is written through links.")
        (out / folder).mkdir(exist_ok=True)
    for name in {MARKS, f"{private.name}/{SHOWN}", *_written(private)} - files.keys():
        (out / name).unlink(missing_ok=True)
    write_whole(private / WRITTEN, json.dumps(sorted(files)).encode())
    for name, data in files.items():
        write_whole(out / name, data)


def narrowed(result: SubmissionResult, course: Course, chosen: Sequence[str]) -> SubmissionResult | None:
    """A kept result with the chosen exercises alone; None where one of them was not part of it."""
    exercises = tuple(exercise for exercise in result.exercises if exercise.name in chosen)
    if result.state == "graded" and len(exercises) < len(chosen):
        return None
    points = sum(course.exercise(name).points for name in chosen)
    score = round(sum(exercise.score for exercise in exercises), 6)
    return msgspec.structs.replace(result, exercises=exercises, score=score, max_score=points)


def forget_records(private: Path, students: Iterable[str]) -> None:
    """Takes away the results that earlier runs kept for these students."""
    for student in students:
        (private / RECORDS / results_name(student)).unlink(missing_ok=True)


def kept_records(private: Path, students: Iterable[str]) -> dict[str, SubmissionResult]:
    """The results of an earlier run for these students, as far as there are any that can be read."""
    kept = {}
    for student in students:
        with suppress(OSError, SubmissionError, msgspec.DecodeError):
            data = read_regular(private / RECORDS / results_name(student), MOST_BYTES)
            kept[student] = msgspec.json.decode(data, type=SubmissionResult)
    return kept


def _written(private: Path) -> set[str]:
    """The pages and results that earlier runs wrote, as paths under OUT."""
    try:
        names = json.loads((private / WRITTEN).read_bytes())
    except (FileNotFoundError, ValueError):
        return set()
    ours = ("results/", "feedback/", f"{private.name}/{RECORDS}/")
    return {name for name in names if isinstance(name, str) and name.startswith(ours) and ".." not in name}
