"""A course of nbgrader with the instructor's checks in hidden cells, and the class's work handed in as notebooks."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.hidden import call_of, checks_of, preamble_of
from bench.makeup import COURSE, Student
from bench.measure import Taken

__all__ = ["SURROUNDINGS", "Gradebook", "course_folder", "notebook", "run", "scores"]

# nbgrader and what it starts lie beside this Python.
SURROUNDINGS = {**os.environ, "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])}
# Modules import one another by name; in a notebook all of them are the notebook itself.
ALIASES = "import sys\nfor name in {names!r}:\n    sys.modules[name] = sys.modules['__main__']"
CONVERTING = re.compile(r"Converting notebook .*[/\\]submitted[/\\]([^/\\]+)[/\\]")


def notebook(exercises: Sequence[str], files: dict[str, bytes]) -> dict[str, Any]:
    """One notebook for the whole assignment, the source of it: a kernel a student is as few as nbgrader can do with."""
    cells = [_cell("aliases", ALIASES.format(names=tuple(exercises)), locked=True)]
    for name in exercises:
        answer = files[f"{name}.py"].decode("utf-8")
        cells.append(_cell(name, answer, solution=True))
        cells.append(_cell(f"{name}-start", preamble_of(name), points=0.0))
        points = {check.name: check.points for check in COURSE.exercise(name).checks}
        for check in checks_of(name):
            cells.append(_cell(f"{name}-{check}", call_of(name, check), points=points[check]))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _cell(
    name: str, text: str, solution: bool = False, locked: bool = False, points: float | None = None
) -> dict[str, Any]:
    marks = {"grade_id": name, "schema_version": 3, "grade": points is not None, "solution": solution, "task": False}
    marks |= {"locked": locked or points is not None} | ({"points": points} if points is not None else {})
    fixed = {"cell_type": "code", "execution_count": None, "id": name.replace("_", "-"), "outputs": []}
    return {**fixed, "metadata": {"nbgrader": marks}, "source": text}


def course_folder(students: Sequence[Student], exercises: Sequence[str], folder: Path, data: Path) -> Path:
    """The folder as it is before `autograde`: assignment released, everybody's notebook handed in."""
    source = folder / "source" / "ps1"
    shutil.copytree(data, source)
    todo = {f"{name}.py": b"### BEGIN SOLUTION\npass\n### END SOLUTION" for name in exercises}
    (source / "ps1.ipynb").write_text(json.dumps(notebook(exercises, todo)), "utf-8")
    run("nbgrader", "generate_assignment", "ps1", folder=folder)
    released = json.loads((folder / "release" / "ps1" / "ps1.ipynb").read_text("utf-8"))
    for student in students:
        target = folder / "submitted" / student.name / "ps1"
        shutil.copytree(folder / "release" / "ps1", target)
        for cell in released["cells"]:
            path = f"{cell['metadata'].get('nbgrader', {}).get('grade_id', '')}.py"
            if path in student.files:
                cell["source"] = student.files[path].decode("utf-8")
        (target / "ps1.ipynb").write_text(json.dumps(released), "utf-8")
    shutil.copy(folder / "gradebook.db", folder / "released.db")
    return folder


def run(*words: object, folder: Path) -> float:
    """Runs a program of this environment; the seconds that it took."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *map(str, words)], cwd=folder, env=SURROUNDINGS, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return time.perf_counter() - started


def scores(folder: Path) -> dict[str, tuple[float, float]]:
    """The automatic total and the full one of each student in the gradebook of a folder."""
    from nbgrader.api import Gradebook as Book  # slow to start, and needed only once all is graded

    with Book(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        found = gradebook.assignment_submissions("ps1")
        return {one.student.id: (one.score, one.max_score) for one in found}


class Gradebook:
    """What `autograde` leaves in a course folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def restore(self) -> None:
        """Takes back what an earlier round has graded."""
        shutil.rmtree(self.folder / "autograded", ignore_errors=True)
        shutil.copy(self.folder / "released.db", self.folder / "gradebook.db")

    def seconds(self, taken: Taken) -> list[float]:
        """Seconds from the first word about a submission to that about the next one."""
        starts: dict[str, float] = {}
        for second, line in taken.lines:
            if found := CONVERTING.search(line):
                starts.setdefault(found[1], second)
        ends = [*list(starts.values())[1:], taken.wall]
        return [end - start for start, end in zip(starts.values(), ends, strict=True)]

    def right(self) -> set[str]:
        """Who has all points."""
        return {student for student, (score, full) in scores(self.folder).items() if score == full}
