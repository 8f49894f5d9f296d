"""Marks in nbgrader's gradebook, through its own interface: where each check stands there, and what it gave."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from grader.course import Course
from grader.errors import GraderError, UsageError
from grader.handout.notebooks import grade_id
from grader.model import SubmissionResult

__all__ = ["Place", "assignment_in", "places", "post", "write_grades"]


class Place(NamedTuple):
    """The cell of the gradebook that holds the mark of one check; `source` is the released call of the check."""

    name: str
    notebook: str
    exercise: str
    check: str
    points: float
    source: str


def places(gradebook: Any, assignment: str, course: Course) -> dict[str, Place]:
    """The test cells of an assignment by their grade_id, `<exercise>-<check>`; answers graded by hand are left out.

    Raises:
        GraderError: a test cell is no check of the course: without execution nobody could grade it.
    """
    checks = {grade_id(e.name, check.name): (e.name, check.name) for e in course.ready for check in e.checks}
    found = {}
    for notebook in gradebook.find_assignment(assignment).notebooks:
        sources = {cell.name: cell.source for cell in notebook.source_cells}
        solutions = {cell.name for cell in notebook.solution_cells}
        for cell in notebook.grade_cells:
            if cell.cell_type != "code" or cell.name in solutions:
                continue
            if cell.name not in checks:
                raise GraderError(
                    f"The test cell {cell.name} of {notebook.name} is no check of the course, so nobody can grade it; "
                    "grade it by hand, or take it out, and run nbgrader generate_assignment again."
                )
            exercise, check = checks[cell.name]
            source = sources.get(cell.name) or f'check("{exercise}.{check}")'
            found[cell.name] = Place(cell.name, notebook.name, exercise, check, float(cell.max_score), source)
    return found


def write_grades(
    gradebook: Any, assignment: str, known: Mapping[str, Place], results: Sequence[SubmissionResult]
) -> None:
    """Writes the automatic marks of these results, all of them or none; marks and comments by hand stay.

    Raises:
        GraderError: the gradebook has other points for a check than the course.
    """
    for result in results:
        checks = {grade_id(e.name, check.name): check for e in result.exercises for check in e.checks}
        for name, place in known.items():
            check = checks.get(name)
            if check is not None and check.max_points != place.points:
                raise GraderError(
                    f"{name} gives {check.max_points:g} points in the course and {place.points:g} in the gradebook; "
                    "generate the assignment anew (nbgrader generate_assignment)."
                )
            grade = gradebook.find_grade(name, place.notebook, assignment, result.student)
            grade.auto_score = 0.0 if check is None else check.points
            grade.needs_manual_grade = grade.manual_score is not None
    gradebook.db.commit()


def assignment_in(url: str, named: str | None) -> str:
    """The assignment of the gradebook at `url` that is meant: the one named, or the only one.

    Raises:
        UsageError: nbgrader is missing, the gradebook cannot be opened, or the assignment has to be named.
    """
    with _opened(url) as gradebook:
        return named or _only_assignment(gradebook)


def post(url: str, assignment: str, course: Course, chosen: Sequence[str], results: Sequence[SubmissionResult]) -> int:
    """Writes a run's marks to the gradebook at `url`; gives how many students got theirs.

    Assignment, notebooks and cells are made where the gradebook lacks them. Who could not be graded gets no mark.

    Raises:
        GraderError: the gradebook has other points for a check than the course, or cannot be written to; or nbgrader
            generated the assignment without one of the exercises.
    """
    done = [result for result in results if result.state != "error"]
    with _opened(url) as gradebook:
        _complete(gradebook, assignment, course, chosen)
        every = places(gradebook, assignment, course)
        known = {key: place for key, place in every.items() if place.exercise in chosen}
        for result in done:
            gradebook.update_or_create_student(result.student)
            _rows(gradebook, gradebook.update_or_create_submission(assignment, result.student))
        write_grades(gradebook, assignment, known, done)
    return len(done)


def _rows(gradebook: Any, submission: Any) -> None:
    """Adds to a submission what its assignment got later: nbgrader makes rows for new submissions only."""
    from nbgrader.api import Comment, Grade, SubmittedNotebook

    there = {notebook.name: notebook for notebook in submission.notebooks}
    for notebook in submission.assignment.notebooks:
        mine = there.get(notebook.name) or SubmittedNotebook(notebook=notebook, assignment=submission)
        rows = ((Grade, mine.grades, notebook.grade_cells), (Comment, mine.comments, notebook.solution_cells))
        for kind, existing, cells in rows:
            known = {row.cell_id for row in existing}
            gradebook.db.add_all([kind(cell_id=cell.id, notebook=mine) for cell in cells if cell.id not in known])
    gradebook.db.commit()


@contextmanager
def _opened(url: str) -> Iterator[Any]:
    """The gradebook at `url`; a new one is made by a program that has to be found beside this Python."""
    try:
        from nbgrader.api import Gradebook, InvalidEntry, MissingEntry
        from sqlalchemy.exc import SAWarning, SQLAlchemyError
    except ImportError:
        raise UsageError("--gradebook needs nbgrader; install it into the environment of the grader.") from None
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    try:
        gradebook = Gradebook(url)
    except (SQLAlchemyError, OSError) as error:
        cure = "write it as in sqlite:///gradebook.db"
        raise UsageError(f"The gradebook {url} cannot be opened ({type(error).__name__}); {cure}.") from None
    with gradebook, warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own queries
        try:
            yield gradebook
        except (SQLAlchemyError, InvalidEntry, MissingEntry) as error:
            gradebook.db.rollback()
            why = str(error).partition("\n")[0][:200]
            raise GraderError(f"The gradebook {url} cannot be used now ({why}); is another program at it?") from None


def _only_assignment(gradebook: Any) -> str:
    names = [assignment.name for assignment in gradebook.assignments]
    if len(names) != 1:
        there = f"it has {', '.join(sorted(names))}" if names else "it has none yet"
        raise UsageError(f"Say which assignment of the gradebook is meant with --assignment NAME; {there}.")
    return str(names[0])


def _complete(gradebook: Any, assignment: str, course: Course, chosen: Sequence[str]) -> None:
    """Makes the cells of the chosen exercises that no notebook of the assignment has."""
    gradebook.update_or_create_assignment(assignment)
    generated = any(notebook.source_cells for notebook in gradebook.find_assignment(assignment).notebooks)
    there = places(gradebook, assignment, course)
    for exercise in map(course.exercise, chosen):
        lacking = [check for check in exercise.checks if grade_id(exercise.name, check.name) not in there]
        if lacking and generated:
            raise GraderError(
                f"nbgrader generated {assignment} without {grade_id(exercise.name, lacking[0].name)}, and its commands "
                "fail on what others add to it; choose the exercises of the assignment with --exercise."
            )
        if lacking:
            gradebook.update_or_create_notebook(exercise.name, assignment)
        for check in lacking:
            name = grade_id(exercise.name, check.name)
            gradebook.update_or_create_grade_cell(
                name, exercise.name, assignment, max_score=check.points, cell_type="code"
            )
