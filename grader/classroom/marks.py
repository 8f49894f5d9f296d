"""What each student gets in the end: results, what was changed by hand, and late days, brought together."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from grader.classroom.late import Late
from grader.classroom.names import fold
from grader.classroom.overrides import TOTAL, Override
from grader.classroom.roster import Counted, Person
from grader.course import Course
from grader.errors import UsageError
from grader.model import Adjustment, FinalMark
from grader.report import clean, number
from grader.report.table import csv_bytes, guarded

__all__ = ["Outcome", "Rules", "final_marks", "marks_csv", "outcome_of", "read_outcomes", "shared"]


class Outcome(NamedTuple):
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


def outcome_of(result: Mapping[str, Any], course: Course, chosen: Sequence[str]) -> Outcome:
    """Reads what stands in one `results/*.json` of a run of these exercises."""
    extra = result["extra_data"]
    points = dict.fromkeys(chosen, 0.0) if extra["state"] == "refused" else {}
    points |= {name: about["score"] for name, about in extra["exercises"].items() if about["score"] is not None}
    names = [exercise.name for exercise in course.exercises if exercise.name in extra["exercises"]]
    checks: dict[str, float] = {}
    for test in result["tests"]:
        exercise, place = (int(part) - 1 for part in test["number"].split("."))
        check = course.exercise(names[exercise]).checks[place]
        if check.points != test["max_score"]:
            raise ValueError(test["number"])
        checks[f"{names[exercise]}.{check.name}"] = test["score"] or 0.0
    return Outcome(extra["student"], extra["state"], points, checks, result["score"], result["max_score"])


def read_outcomes(out: Path, course: Course) -> list[Outcome]:
    """Reads all results of a run; UsageError where there are none, or they are of another course."""
    paths = sorted((out / "results").glob("*.json"))
    if not paths:
        raise UsageError(f"{out} holds no results; name the folder that `grader grade` was given with --out.")
    try:
        results = [json.loads(path.read_bytes()) for path in paths]
        seen = {name for result in results for name in result["extra_data"]["exercises"]}
        chosen = [exercise.name for exercise in course.exercises if exercise.name in seen]
        return [outcome_of(result, course, chosen) for result in results]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise UsageError(f"The results in {out} are not of this course.toml; grade again.") from None


def final_marks(outcomes: Iterable[Outcome], rules: Rules) -> list[FinalMark]:
    """Gives one mark for each student, sorted by name; submissions that nobody on the roster made keep a row."""
    found = {outcome.submission: outcome for outcome in outcomes}
    full = max((outcome.max_total for outcome in found.values()), default=0.0)
    marks = [_mark(counted, found, full, rules) for counted in rules.counted]
    return sorted(marks, key=lambda mark: (mark.student, mark.id, mark.email))


def _mark(counted: Counted, found: Mapping[str, Outcome], full: float, rules: Rules) -> FinalMark:
    outcome = found.get(counted.submission)
    # A time stands under the name of the submission, or else under one of the student's.
    names = [fold(counted.submission), *sorted(counted.person.keys)] if counted.submission else []
    when = next((rules.times[name] for name in names if name in rules.times), None)
    adjustments, remarks = _by_hand(rules.overrides.get(counted.person, []), outcome)
    if counted.between:
        remarks.append(f"which one counts is not known: {', '.join(counted.between)}")
    state = "ambiguous" if counted.between else "not graded" if counted.submission else "not submitted"
    automatic = outcome.total if outcome else None
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
        status=outcome.state if outcome else state,  # type: ignore[arg-type]  # one of those above
        exercises=outcome.points if outcome and automatic is not None else {},
        automatic=automatic,
        manual=manual,
        adjustments=tuple(adjustments),
        late_days=days,
        penalty=penalty,
        total=total,
        max_total=outcome.max_total if outcome else full,
        remarks=tuple(remarks),
    )


def _by_hand(overrides: Iterable[Override], outcome: Outcome | None) -> tuple[list[Adjustment], list[str]]:
    """What was changed by hand, beside the grader's points that it replaces, and what there is to say."""
    adjustments: list[Adjustment] = []
    remarks: list[str] = []
    for override in overrides:
        if outcome and override.exercise and override.exercise not in outcome.points:
            remarks.append(f"{override.what} was not graded in this run, and its points by hand do not count")
            continue
        automatic: float | None = None
        if outcome and override.exercise:
            automatic = {**outcome.checks, **outcome.points}.get(override.what, 0.0)
        elif outcome and override.what == TOTAL:
            automatic = outcome.total
        change = Adjustment(what=override.what, points=override.points, automatic=automatic, comment=override.comment)
        adjustments.append(change)
    return adjustments, [change.comment for change in adjustments if change.comment] + remarks


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
