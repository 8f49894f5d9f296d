"""The ways to grade the same class: here, by nbgrader, by pytest, and without isolation in one process."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.hidden import checks_of, file_of
from bench.makeup import KERAS, ROOT, Student, write
from bench.measure import Taken, measured
from bench.notebooks import SURROUNDINGS, Gradebook, course_folder
from grader.surroundings import ENVIRONMENT, surroundings

__all__ = [
    "Class", "Graded", "autograde", "here", "instructors_checks", "limit_of", "own_suites", "pytest_each", "pytest_one",
]  # fmt: skip

# Seconds for one check, as an instructor would set it: far above what right work takes. A notebook's cell that imports
# Keras has to come through as well.
LIMIT, KERAS_LIMIT = 5, 30
# Plug-ins that nobody asked for would only make pytest slower.
PLAIN = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
PASSED = re.compile(r"^PASSED test_(\w+)\.py::test_(\w+)", re.MULTILINE)


def limit_of(exercises: Sequence[str]) -> int:
    """Seconds that one check may take, for the ways that have no limits of their own."""
    return KERAS_LIMIT if set(exercises) & set(KERAS) else LIMIT


@dataclass
class Graded:
    """One run over a class: what it took, the seconds of each submission where they can be told, who was right."""

    taken: Taken
    seconds: list[float] = field(default_factory=list)
    right: set[str] = field(default_factory=set)


class Class:
    """A class on disk, in the form that each way needs; made before anything is measured."""

    def __init__(self, students: Sequence[Student], exercises: Sequence[str], scratch: Path, notebooks: bool) -> None:
        self.students, self.exercises, self.scratch = students, tuple(exercises), scratch
        self.modules, self.tests, self.data = scratch / "modules", scratch / "tests", scratch / "data"
        write(students, self.modules)
        self.data.mkdir()
        for path in (ROOT / "data" / "grace_hopper.jpg", ROOT / "grader" / "suites" / "digits.npz"):
            shutil.copy(path, self.data)
        self.tests.mkdir()
        for name in exercises:
            shutil.copy(file_of(name), self.tests / f"test_{name}.py")
        shutil.copy(Path(__file__).with_name("limit.py"), self.tests / "conftest.py")
        self.nbgrader = course_folder(students, exercises, scratch / "nbgrader", self.data) if notebooks else None

    def limits(self) -> dict[str, str]:
        """The surroundings of what limits checks by a signal."""
        return {"BENCH_LIMIT": str(limit_of(self.exercises))}


def here(work: Class, jobs: int, memory: bool = False) -> Graded:
    """`grader grade --fresh`, at the level of isolation that the course asks for."""
    out = work.scratch / "out"
    shutil.rmtree(out, ignore_errors=True)
    chosen = [f"--exercise={name}" for name in work.exercises]
    command = ["grade", str(work.modules), "--out", str(out), "--fresh", "--jobs", str(jobs), *chosen]
    taken = _good(measured([sys.executable, "-m", "grader", *command], ROOT, memory=memory))
    graded = Graded(taken)
    for path in sorted((out / ".grader" / "records").glob("*.json")):
        record = json.loads(path.read_text("utf-8"))
        graded.seconds.append(sum(one["student_seconds"] + one["grader_seconds"] for one in record["exercises"]))
        if record["score"] == record["max_score"]:
            graded.right.add(record["student"])
    return graded


def pytest_each(work: Class) -> Graded:
    """A new process of pytest for each submission, one after the other."""
    whole = Graded(Taken())
    for student in work.students:
        folder = work.scratch / "one"
        taken = pytest_one(work, student, folder)
        whole.taken.wall, whole.taken.cpu = whole.taken.wall + taken.wall, whole.taken.cpu + taken.cpu
        whole.seconds.append(taken.wall)
        if _all(work, PASSED.findall(taken.text)):
            whole.right.add(student.name)
    return whole


def pytest_one(work: Class, student: Student, folder: Path) -> Taken:
    """Copies tests, data and one submission together, and runs pytest there; the copying is not measured."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(work.modules / student.name, folder)
    for path in (*work.tests.iterdir(), *work.data.iterdir()):
        shutil.copy(path, folder)
    options = ["-q", "-rA", "--tb=no", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    return measured([sys.executable, "-m", "pytest", *options], folder, {**PLAIN, **work.limits()})


def own_suites(work: Class) -> Graded:
    """The suites that `grader grade` runs, all submissions in one process without isolation, start-up included."""
    kind = "keras" if set(work.exercises) & set(KERAS) else "numpy"
    found = {**ENVIRONMENT, **surroundings(kind), "PYTHONSAFEPATH": ""}  # as many threads as a worker has
    graded, told = _in_one("bare.py", work, [str(work.modules), *work.exercises], found)
    graded.right = {one["student"] for one in told if one["right"]}
    return graded


def instructors_checks(work: Class) -> Graded:
    """The instructor's checks, all submissions in one process, start-up included."""
    words = [str(work.modules), str(work.data), *work.exercises]
    graded, told = _in_one("warm.py", work, words, work.limits())
    for one in told:
        if _all(work, [(name, check) for name, checks in one["passed"].items() for check in checks]):
            graded.right.add(one["student"])
    return graded


def _in_one(
    program: str, work: Class, words: Sequence[str], environment: dict[str, str]
) -> tuple[Graded, list[dict[str, Any]]]:
    """Runs a program that prints a line of JSON a submission."""
    command = [sys.executable, str(Path(__file__).with_name(program)), *words]
    taken = _good(measured(command, work.scratch, environment))
    told: list[dict[str, Any]] = [json.loads(line) for line in taken.text.splitlines() if line.startswith("{")]
    if len(told) != len(work.students):
        sys.exit(f"{program} graded {len(told)} of {len(work.students)} submissions:\n{taken.text[-3000:]}")
    return Graded(taken, [one["seconds"] for one in told]), told


def autograde(work: Class) -> Graded:
    """`nbgrader autograde` on a course folder as `generate_assignment` left it."""
    assert work.nbgrader is not None
    book = Gradebook(work.nbgrader)
    book.restore()
    seconds = f"--ExecutePreprocessor.timeout={limit_of(work.exercises)}"
    command = [sys.executable, "-m", "nbgrader", "autograde", "ps1", seconds]
    taken = measured(command, work.nbgrader, SURROUNDINGS)
    graded = Graded(taken, book.seconds(taken), book.right())
    if len(graded.seconds) != len(work.students):
        sys.exit(f"nbgrader graded {len(graded.seconds)} of {len(work.students)} submissions:\n{taken.text[-3000:]}")
    return graded


def _all(work: Class, passed: Sequence[tuple[str, str]]) -> bool:
    """Whether every check of every exercise was passed."""
    return set(passed) >= {(name, check) for name in work.exercises for check in checks_of(name)}


def _good(taken: Taken) -> Taken:
    if taken.status:
        sys.exit(f"a command ended with status {taken.status}:\n{taken.text[-3000:]}")
    return taken
