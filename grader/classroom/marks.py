"""What each student gets in the end: results, what was changed by hand, and late days, brought together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from grader.classroom.late import Late
from grader.classroom.names import fold
from grader.classroom.overrides import TOTAL, Override
from grader.classroom.roster import Counted, Person
from grader.course import Course
from grader.model import Adjustment, FinalMark, SubmissionResult
from grader.report import clean, number
from grader.report.table import csv_bytes, guarded

__all__ = ["Rules", "SubmissionMarks", "final_marks", "marks_csv", "shared", "submission_marks"]


class SubmissionMarks(NamedTuple):
    """What the grader found in one submission: points by exercise, and by check as in "convolve.grey"."""

    submission: str
    state: Literal["graded", "refused", "error"]
    points: dict[str, float]
    checks: dict[str, float]
    total: float | None
    max_total: float


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What a class's files say, held against the submissions: what counts for whom, changes by hand, late days."""

    counted: tuple[Counted, ...]
    strays: dict[str, tuple[Person, ...]] = {}
    overrides: dict[Person, list[Override]] = {}
    late: Late | None = None
    times: dict[str, datetime] = {}


def submission_marks(result: SubmissionResult, chosen: Sequence[str]) -> SubmissionMarks:
    """Reads the record of one submission, in a run of these exercises, by the names of exercises and checks."""
    points = dict.fromkeys(chosen, 0.0) if result.state == "refused" else {}
    points |= {exercise.name: exercise.score for exercise in result.exercises if exercise.status != "error"}
    checks = {
        f"{exercise.name}.{check.name}": check.points if check.outcome == "passed" else 0.0
        for exercise in result.exercises
        for check in exercise.checks
    }
    total = None if result.state == "error" else result.score
    return SubmissionMarks(result.student, result.state, points, checks, total, result.max_score)


def final_marks(graded: Iterable[SubmissionMarks], rules: Rules) -> list[FinalMark]:
    """Gives one mark for each student, sorted by name; submissions that nobody on the roster made keep a row."""
    found = {one.submission: one for one in graded}
    full = max((one.max_total for one in found.values()), default=0.0)
    taken = frozenset(fold(name) for one in rules.counted for name in (one.submission, *one.between))
    marks = [_mark(counted, found.get(counted.submission), full, rules, taken) for counted in rules.counted]
    return sorted(marks, key=lambda mark: (mark.student, mark.id, mark.email))


def _mark(counted: Counted, own: SubmissionMarks | None, full: float, rules: Rules, taken: frozenset[str]) -> FinalMark:
    """The mark of one student; what is in `taken` names a submission."""
    # A time stands under the name of the submission, or else under one of the student's that is no other submission's.
    names = [fold(counted.submission), *sorted(counted.person.keys - taken)] if counted.submission else []
    when = next((rules.times[name] for name in names if name in rules.times), None)
    adjustments, remarks = _by_hand(rules.overrides.get(counted.person, []), own)
    if counted.between:
        remarks.append(f"which one counts is not known: {', '.join(counted.between)}")
    state = "ambiguous" if counted.between else "not graded" if counted.submission else "not submitted"
    automatic = own.total if own else None
    changes = [change for change in adjustments if change.points is not None and change.what != TOTAL]
    manual = math.fsum((change.points or 0.0) - (change.automatic or 0.0) for change in changes)
    # Work on paper has points by hand alone.
    reached = manual if changes and state == "not submitted" else None if automatic is None else automatic + manual
    days = rules.late.days(counted.person, when) if rules.late and when else None
    penalty = rules.late.penalty(days, reached) if rules.late and days and reached is not None else 0.0
    total = None if reached is None else reached - penalty
    last = next((change.points for change in adjustments if change.what == TOTAL and change.points is not None), None)
    if last is not None:
        # The last word: nothing is taken off it, and `manual` is what leads there from the grader's points.
        total, penalty, manual = last, 0.0, last - (automatic or 0.0)
    about = msgspec.structs.asdict(counted.person)
    return FinalMark(
        **{("student" if name == "name" else name): text for name, text in about.items() if name != "aliases"},
        submission=counted.submission,
        status=own.state if own else state,  # type: ignore[arg-type]  # one of those above
        exercises=own.points if own and automatic is not None else {},
        automatic=automatic,
        manual=manual,
        adjustments=tuple(adjustments),
        late_days=days,
        penalty=penalty,
        total=total,
        max_total=own.max_total if own else full,
        remarks=tuple(remarks),
    )


def _by_hand(overrides: Iterable[Override], own: SubmissionMarks | None) -> tuple[list[Adjustment], list[str]]:
    """What was changed by hand, beside the grader's points that it replaces, and what there is to say."""
    adjustments: list[Adjustment] = []
    remarks: list[str] = []
    for override in overrides:
        if own and override.exercise and not _was_graded(override, own):
            remarks.append(f"{override.what} was not graded in this run, and its points by hand do not count")
            continue
        automatic: float | None = None
        if own and override.exercise:
            automatic = {**own.checks, **own.points}.get(override.what, 0.0)
        elif own and override.what == TOTAL:
            automatic = own.total
        change = Adjustment(what=override.what, points=override.points, automatic=automatic, comment=override.comment)
        adjustments.append(change)
    return adjustments, [change.comment for change in adjustments if change.comment] + remarks


def _was_graded(override: Override, own: SubmissionMarks) -> bool:
    """Whether the run had what the override replaces; a refused submission has no checks, and zeros alone."""
    return override.exercise in own.points and (own.state == "refused" or override.what in {**own.checks, **own.points})


def marks_csv(marks: Iterable[FinalMark], course: Course) -> bytes:
    """Gives `marks.csv`: a row for each student; what is not known is empty."""
    names = [exercise.name for exercise in course.exercises]
    about = ["student", "id", "email", "group", "submission", "status"]
    rows = [[*about, *names, "automatic", "manual", "late_days", "penalty", "total", "max_total", "comment"]]
    for mark in marks:
        texts = [mark.student, mark.id, mark.email, mark.group, mark.submission, mark.status]
        points = [_cell(mark.exercises.get(name)) for name in names]
        sums = [_cell(value) for value in (mark.automatic, mark.manual, mark.late_days, mark.penalty, mark.total)]
        comment = clean("; ".join(mark.remarks)).replace("\n", " ")
        rows.append([*map(guarded, texts), *points, *sums, number(mark.max_total), guarded(comment)])
    return csv_bytes(rows)


def _cell(value: float | None) -> str:
    return "" if value is None else number(value)


def shared(marks: Iterable[FinalMark]) -> dict[str, FinalMark]:
    """Gives for each submission the mark that its page may show.

    Everyone in a group reads the same page, so that of several marks only what they have in common is left.
    """
    found: dict[str, FinalMark] = {}
    for mark in marks:
        other = found.get(mark.submission)
        if other is not None:
            common = tuple(change for change in other.adjustments if change in mark.adjustments)
            same = other.late_days == mark.late_days and other.total == mark.total
            unlike = {} if same else {"late_days": None, "penalty": 0.0, "total": None}
            mark = msgspec.structs.replace(mark, adjustments=common, **unlike)
        if mark.submission:
            found[mark.submission] = mark
    return found
