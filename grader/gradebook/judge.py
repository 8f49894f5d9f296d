"""The step that nbgrader runs in the place of its own execution: the judge's marks and feedback, cell by cell."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from glob import escape
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import msgspec
from nbformat import from_dict
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum
from traitlets import Integer, Unicode

from grader import course as courses
from grader.course import root_of
from grader.gradebook.feedback import fragment, remark
from grader.gradebook.grades import Place, places, write_grades
from grader.intake.names import nfc
from grader.model import CheckResult, ExerciseResult, SubmissionResult
from grader.outputs import forget_records, kept_records
from grader.report import clean, number, one_line
from grader.run import PRIVATE

__all__ = ["Judge", "Repair"]

COURSE = "the folder with course.toml; empty: around nbgrader's course, or of the package"


class Judge(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader publishes no types
    """Fills in the test cells of a submitted notebook; none of the student's code runs in nbgrader's process.

    The first notebook of a run has all submissions of that run graded, several at a time, by `grader grade`; what is
    unchanged since an earlier run is not graded again.
    """

    course = Unicode("", help=COURSE).tag(config=True)
    isolation = Unicode("", help="locked, container or process; empty: as course.toml says").tag(config=True)
    jobs = Integer(0, help="how many submissions are graded at the same time; 0: one a processor").tag(config=True)

    _runs: ClassVar[WeakKeyDictionary[Any, dict[str, SubmissionResult]]] = WeakKeyDictionary()

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Gives the notebook with marks and feedback in its test cells, for nbgrader's own steps to save.

        Raises:
            NbGraderException: the grader itself failed on this submission; nbgrader then keeps no mark of it.
        """
        about = resources["nbgrader"]
        known = self._places(about)
        result = self._result(about, known)
        with Gradebook(about["db_url"]) as gradebook:
            write_grades(gradebook, about["assignment"], known, [result])  # cells and notebooks that are missing, too
        exercises = {exercise.name: exercise for exercise in result.exercises}
        wanted = {name: place for name, place in known.items() if place.notebook == about["notebook"]}
        _restore(nb, wanted)
        for cell in nb.cells:
            place = wanted.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if place is not None:
                _fill(cell, place, exercises.get(place.exercise), result)
        return nb, resources

    def _places(self, about: dict[str, str]) -> dict[str, Place]:
        """The test cells of the assignment, each of which is a check of the course."""
        course = courses.load(root_of(self.course) / "course.toml")
        with Gradebook(about["db_url"]) as gradebook:
            return places(gradebook, about["assignment"], course)

    def _result(self, about: dict[str, str], known: dict[str, Place]) -> SubmissionResult:
        """The student's result; the first call in a run of nbgrader has everybody graded who is part of it."""
        converter = self.parent.parent
        if converter not in self._runs:
            self._runs[converter] = self._graded(converter, about, {place.exercise for place in known.values()})
        result = self._runs[converter].get(nfc(about["student"]))
        if result is None or result.state == "error":
            why = f": {clean(result.why)}" if result is not None and result.why else ""
            raise NbGraderException(f"The grader itself failed on {one_line(about['student'])}{why}; no mark is kept.")
        return msgspec.structs.replace(result, student=about["student"])

    def _graded(self, converter: Any, about: dict[str, str], exercises: Iterable[str]) -> dict[str, SubmissionResult]:
        """Runs `grader grade` on the submissions that this run of nbgrader is about."""
        directory = converter.coursedir
        root = Path(directory.root)
        submitted = (root / directory.submitted_directory).resolve()
        folders = [(root / folder).resolve() for folder in converter.assignments]
        if any(folder.parent.parent != submitted for folder in folders):
            raise NbGraderException("The grader reads submitted/<student>/<assignment>; set directory_structure so.")
        out = root / PRIVATE / about["assignment"]
        students = [nfc(folder.parent.name) for folder in folders]
        command = [sys.executable, "-m", "grader", "grade", str(submitted), "--out", str(out)]
        command += ["--assignment", about["assignment"], *(f"--exercise={name}" for name in sorted(exercises))]
        command += [f"--course={root_of(self.course)}"]
        command += [f"--isolation={self.isolation}"] if self.isolation else []
        command += [f"--jobs={self.jobs}"] if self.jobs else []
        if len(folders) < sum(1 for _ in submitted.glob(f"*/{escape(about['assignment'])}")):
            command += [f"--student={student}" for student in students]
        forget_records(out / PRIVATE, students)  # what is there afterwards is of this run
        watched = sys.stderr.isatty()
        run = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=None if watched else subprocess.PIPE)
        self.log.info("%s", run.stdout.strip())
        records = kept_records(out / PRIVATE, students)
        if not records:
            raise NbGraderException(f"Nothing was graded. {(run.stderr or '').strip()}")
        return records


class Repair(Judge):
    """Gives test cells back what was released, before nbgrader's own steps stumble over what a student changed."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Gives the notebook with its test cells as they were released; nothing else is changed."""
        about = resources["nbgrader"]
        known = self._places(about)
        for cell in nb.cells:
            place = known.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if place is not None and place.notebook == about["notebook"]:
                _released(cell, place)
        return nb, resources


def _restore(nb: Any, wanted: dict[str, Place]) -> None:
    """Adds the test cells that a student has deleted, at the end."""
    present = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells}
    for name in wanted.keys() - present:
        added = {
            "cell_type": "code",
            "id": name,
            "metadata": {"nbgrader": {"grade_id": name}},
            "source": "",
            "outputs": [],
        }
        nb.cells.append(_node(added))


def _released(cell: Any, place: Place) -> None:
    """Makes a cell what was released, whatever a student has made of its type, its source or nbgrader's metadata."""
    cell.cell_type, cell.source, cell.execution_count, cell.outputs = "code", place.source, None, []
    cell.metadata["nbgrader"] = {
        "cell_type": "code",
        "grade": True,
        "grade_id": place.name,
        "locked": True,
        "points": place.points,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    cell.metadata["nbgrader"]["checksum"] = compute_checksum(cell)


def _fill(cell: Any, place: Place, exercise: ExerciseResult | None, result: SubmissionResult) -> None:
    """Writes mark and feedback where nbgrader looks for them: it takes the text for the points, and shows the HTML."""
    _released(cell, place)
    check = _check(exercise, place)
    html = remark(result) if check is None or exercise is None else fragment(check, exercise)
    data = {"text/plain": number(0.0 if check is None else check.points), "text/html": html}
    output = {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": None}
    cell.outputs = [_node(output)]


def _node(data: dict[str, Any]) -> Any:
    return from_dict(data)  # type: ignore[no-untyped-call]


def _check(exercise: ExerciseResult | None, place: Place) -> CheckResult | None:
    checks = exercise.checks if exercise is not None else ()
    return next((check for check in checks if check.name == place.check), None)
