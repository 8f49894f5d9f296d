"""Points and comments by hand: `overrides.csv`, held against the course and the class before anything is graded."""

from __future__ import annotations

import difflib
import math
from pathlib import Path

import msgspec

from grader.classroom.roster import Person, Roster
from grader.classroom.sheets import Problems, Row, read_table
from grader.course import Course, choose

__all__ = ["TOTAL", "Override", "read_overrides"]

TOTAL = "total"
# A part's name this close to an exercise's is taken for a slip.
_CLOSE = 0.8


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """One line: `what` is an exercise, a check such as "convolve.grey", a part marked by hand, or "total".

    `exercise` is the one whose points it replaces, "" where it replaces none.
    """

    what: str
    exercise: str
    points: float | None
    comment: str


def read_overrides(path: Path, everyone: Roster, course: Course, problems: Problems) -> dict[Person, list[Override]]:
    """Reads the columns student, what, points and comment: for each student what was changed by hand."""
    found: dict[Person, list[Override]] = {}
    lines: dict[Person, dict[str, int]] = {}
    for row in read_table(path, ("student", "what", "points"), problems):
        try:
            people = everyone.whom(row.cells.get("student", ""))
            override = _override(row, course)
        except LookupError as error:
            problems.add(path, row.line, *error.args)
            continue
        for person in people:
            mine = lines.setdefault(person, {})
            clash = next((what for what in mine if _same_points(what, override.what)), None)
            if clash:
                wrong = f"{override.what!r} of {person.name!r} changes what line {mine[clash]} changes ({clash})"
                problems.add(path, row.line, wrong, "keep one of the two")
                continue
            mine[override.what] = row.line
            found.setdefault(person, []).append(override)
    return found


def _same_points(one: str, other: str) -> bool:
    """Whether two overrides are about the same points: an exercise holds its checks."""
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _override(row: Row, course: Course) -> Override:
    """What a line says; LookupError with what is wrong, and the cure."""
    what, text = row.cells.get("what", ""), row.cells.get("points", "")
    most = _most(what, course)
    points: float | None = None
    if text:
        try:
            points = float(text.replace(",", "."))
        except ValueError:
            points = math.nan
        if not math.isfinite(points):
            raise LookupError(f"{text!r} is no number of points", "write one as 7.5, or nothing for a comment alone")
        if most is not None and not 0 <= points <= most:
            cure = "give what goes beyond to a part of its own"
            raise LookupError(f"{what} has 0 to {most:g} points, not {text}", cure)
    exercise = "" if most is None else what.partition(".")[0]
    return Override(what=what, exercise=exercise, points=points, comment=row.cells.get("comment", ""))


def _most(what: str, course: Course) -> float | None:
    """The most points that an exercise or a check has; None for another part. LookupError for what is none of them."""
    names = [exercise.name for exercise in course.exercises]
    exercise, dot, check = what.partition(".")
    if not what:
        raise LookupError("it is not said what the points are for", "write an exercise, a check, a part, or total")
    if exercise in names:
        known = {one.name: one.points for one in course.exercise(exercise).checks}
        if dot and check not in known:
            raise LookupError(f"{exercise} has no check {check!r}", choose(check, list(known)))
        return known[check] if dot else course.exercise(exercise).points
    close = difflib.get_close_matches(exercise, [*names, TOTAL], n=1, cutoff=_CLOSE)
    if close and close[0] != what:
        cure = f"did you mean {close[0]!r}? A part of your own needs another name"
        raise LookupError(f"{what!r} is no exercise", cure)
    return None
