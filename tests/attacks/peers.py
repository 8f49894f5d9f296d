"""Plays attacks on other ways to grade, each as its users set it up on a machine of their own."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from xml.etree import ElementTree

from attacks.attack import Attack
from attacks.checks import CHECKS, notebook_of, otter_test, test_cells, test_module
from attacks.scene import HONEST, Scene, write
from attacks.watching import Play, adopting, children, orphans, run, seen

__all__ = ["PEERS", "Nbgrader", "Otter", "Peer", "Pytest"]

MEMORY = 4 << 30
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "cnn101"
c.ExecutePreprocessor.timeout = 10
c.ClearSolutions.code_stub = {"python": ""}
"""
MARKS = """
select coalesce(sum(grade.auto_score), 0) from grade
join submitted_notebook on grade.notebook_id = submitted_notebook.id
join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id
where submitted_assignment.student_id = ?
"""
OTTER = """
import sys
import traceback

from otter.run import main

for name in sys.argv[1:]:
    try:
        main(f"{name}/submission.zip", autograder="autograder.zip", output_dir=name, no_logo=True)
    except BaseException:
        traceback.print_exc()
"""


class Peer(ABC):
    """A grader that is installed for the interpreter `python`: works through a class, each submission in a folder."""

    package = ""
    seconds = 10.0  # after which a command is given up; it may have limits of its own

    def __init__(self, scene: Scene, python: str = sys.executable) -> None:
        self.scene = scene
        self.python = python
        self.folder = scene.root / "peers" / self.package
        self.folder.mkdir(parents=True)

    @property
    def version(self) -> str:
        """Its version."""
        words = f"from importlib.metadata import version; print(version({self.package!r}))"
        return subprocess.run([self.python, "-c", words], capture_output=True, text=True, check=True).stdout.strip()

    @abstractmethod
    def prepare(self, name: str, files: dict[str, str]) -> None:
        """Writes what one student hands in, and what it is graded by."""

    @abstractmethod
    def commands(self, names: Sequence[str]) -> Iterator[tuple[list[str], Path]]:
        """What grades the class, one after the other, with the folder in which it is run."""

    @abstractmethod
    def marks(self, name: str) -> tuple[float, str]:
        """The points that a student was given, and what his code could say."""

    def play(self, attacks: Sequence[Attack]) -> Play:
        """Lets everybody hand in, right work too, and looks what came of it."""
        began, play = time.perf_counter(), Play(said=f"{self.package} {self.version}")
        self.prepare("honest", {"multiply_sum.py": (self.scene.submitted / HONEST[0] / "multiply_sum.py").read_text()})
        for attack in attacks:
            self.prepare(attack.name, self.scene.files_of(attack))
        self.scene.look()
        with adopting():
            known, left = set(children()), list[str]()
            for command, folder in self.commands(["honest", *(attack.name for attack in attacks)]):
                run(command, self.scene, folder, folder / "said.log", self.seconds, MEMORY)
                left += orphans(known, grace=0.2)
        changed = self.scene.changed()
        for attack in attacks:
            points, text = self.marks(attack.name)
            play.seen[attack.name] = seen(self.scene, attack, text, "", points, changed, left)
        if (points := self.marks("honest")[0]) != 10:
            play.beside.append(f"right work gets {points:g} points, so nothing that was seen means anything")
        play.seconds = time.perf_counter() - began
        return play


class Pytest(Peer):
    """Tests and submission in one folder and one process; a report that a script adds up."""

    package = "pytest"

    def prepare(self, name: str, files: dict[str, str]) -> None:
        """The tests beside the submission."""
        write(self.folder / name, files | {"test_multiply_sum.py": test_module(self.scene.canary("suite"))})

    def commands(self, names: Sequence[str]) -> Iterator[tuple[list[str], Path]]:
        """One run of pytest for each."""
        options = ["-q", "-s", "-p", "no:cacheprovider", "--junitxml=report.xml", "test_multiply_sum.py"]
        for name in names:
            yield [self.python, "-m", "pytest", *options], self.folder / name

    def marks(self, name: str) -> tuple[float, str]:
        """The points of the tests that the report calls passed, and what was printed."""
        points, place = 0.0, self.folder / name
        with suppress(OSError, ElementTree.ParseError):
            for case in ElementTree.parse(place / "report.xml").iter("testcase"):
                check = case.get("name", "").removeprefix("test_")
                if check in CHECKS and not any(child.tag in ("failure", "error", "skipped") for child in case):
                    points += CHECKS[check][0]
        return points, (place / "said.log").read_text("utf-8", "replace")


class Otter(Peer):
    """Otter-Grader without a container: what `otter run` does, for one notebook after the other, with hidden tests."""

    package = "otter-grader"
    seconds = 1200.0

    def prepare(self, name: str, files: dict[str, str]) -> None:
        """A zip of what is handed in."""
        write(self.folder / "tests", {f"{one}.py": otter_test(one, self.scene.canary("suite")) for one in CHECKS})
        write(self.folder, {"grade.py": OTTER})
        notebook = json.dumps(notebook_of([files["multiply_sum.py"]]))
        (self.folder / name).mkdir()
        with zipfile.ZipFile(self.folder / name / "submission.zip", "w") as archive:
            for path, text in {**files, "submission.ipynb": notebook}.items():
                if path != "multiply_sum.py":
                    archive.writestr(path, text)

    def commands(self, names: Sequence[str]) -> Iterator[tuple[list[str], Path]]:
        """Makes the autograder, then runs it."""
        options = ["-t", "tests", "-o", "autograder.zip", "--no-config", "--no-requirements"]
        yield [self.python, "-m", "otter", "generate", *options], self.folder
        yield [self.python, "grade.py", *names], self.folder

    def marks(self, name: str) -> tuple[float, str]:
        """The points in its results, and all that they say."""
        try:
            text = (self.folder / name / "results.json").read_text("utf-8", "replace")
            tests = json.loads(text)["tests"]
            return float(sum(test.get("score", 0) for test in tests if test.get("name") in CHECKS)), text
        except (OSError, ValueError, KeyError, TypeError):
            return 0.0, ""


class Nbgrader(Peer):
    """nbgrader's autograde, with hidden tests in cells of a notebook, and its gradebook."""

    package = "nbgrader"
    seconds = 1200.0

    def prepare(self, name: str, files: dict[str, str]) -> None:
        """What one student hands in, in a course folder of one assignment."""
        cells = test_cells(self.scene.canary("suite"))
        source = json.dumps(notebook_of(["### BEGIN SOLUTION\n### END SOLUTION"], cells))
        write(self.folder, {"nbgrader_config.py": CONFIG, "source/ps1/ps1.ipynb": source})
        work = {**files, "ps1.ipynb": json.dumps(notebook_of([files["multiply_sum.py"]], cells))}
        del work["multiply_sum.py"]
        write(self.folder / "submitted" / name / "ps1", work)

    def commands(self, names: Sequence[str]) -> Iterator[tuple[list[str], Path]]:
        """Makes the assignment, then grades."""
        # It calls programs that were installed with it by their names.
        path = os.pathsep.join([os.path.dirname(self.python), os.environ["PATH"]])
        nbgrader = ["env", f"PATH={path}", self.python, "-m", "nbgrader"]
        yield [*nbgrader, "generate_assignment", "ps1"], self.folder
        yield [*nbgrader, "autograde", "ps1"], self.folder

    def marks(self, name: str) -> tuple[float, str]:
        """The points in its gradebook, and the outputs of the notebook as it was executed."""
        points, text = 0.0, ""
        with suppress(sqlite3.Error), closing(sqlite3.connect(self.folder / "gradebook.db")) as gradebook:
            points = float(gradebook.execute(MARKS, [name]).fetchone()[0])
        with suppress(OSError, ValueError, KeyError):
            cells = json.loads((self.folder / "autograded" / name / "ps1" / "ps1.ipynb").read_text("utf-8"))["cells"]
            text = json.dumps([cell.get("outputs") for cell in cells if "CANARY" not in "".join(cell["source"])])
        return points, text


PEERS: dict[str, type[Peer]] = {"pytest": Pytest, "otter": Otter, "nbgrader": Nbgrader}
