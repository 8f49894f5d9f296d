"""A plugin of pytest: each public check is one test, beside the function that it calls; no student code is imported."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.check.progress import home, record, remembered
from grader.check.public import PublicCheck, PublicExercise, examples, index
from grader.check.showing import counted, text
from grader.check.verdicts import Verdict
from grader.check.work import Work
from grader.check.wrapping import paragraphs
from grader.errors import GraderError, SubmissionError

__all__ = [
    "CheckItem",
    "ExerciseFile",
    "pytest_collect_file",
    "pytest_collection_modifyitems",
    "pytest_terminal_summary",
]

OURS = re.compile(r"exercises/(\w+)\.(?:py|ipynb)::\1\.\w+$")


class ExerciseFile(pytest.File):
    """A file of an exercise, which pytest does not import: its tests are the checks that have public examples."""

    exercise: PublicExercise
    made: dict[str, Verdict] | None = None
    printed = broken = ""

    def collect(self) -> Iterator[pytest.Item]:
        """The checks in order, each at the line of its function."""
        lines = _lines(self.path)
        try:
            functions = {name: probe.function for name, probe in examples(self.exercise.name).probes.items()}
        except GraderError as error:
            raise self.CollectError(str(error)) from None
        for check in self.exercise.checks:
            if check.made:
                name = f"{self.exercise.name}.{check.name}"
                line = lines.get(self._function(check, functions), 0)
                yield CheckItem.from_parent(self, name=name, check=check, line=line)

    def _function(self, check: PublicCheck, functions: Mapping[str, str]) -> str:
        """The function that a check calls first."""
        if check.probes:
            return functions[check.probes[0]]
        network = self.exercise.network
        return network.function if check.judge[0] == "network" and network is not None else str(check.judge[1])

    def verdict(self, check: PublicCheck) -> Verdict:
        """The verdict on one check; the first that is asked for makes all that were selected, in one process."""
        if self.broken:
            pytest.skip(f"waits until {self.path.name} can be run")
        if self.made is None:
            items = [item for item in self.session.items if isinstance(item, CheckItem) and item.parent is self]
            folder = self.path.parent
            work = Work(folder, folder, [exercise.spec for exercise in index().exercises])
            try:
                made = work.check(self.exercise, [item.check.name for item in items])
            except (SubmissionError, GraderError) as error:
                self.broken = paragraphs(str(error), "")
                raise AssertionError(self.broken) from None
            self.printed = work.printed
            self.made = {verdict.name: verdict for verdict in made}
            with remembered(home(folder)) as progress:
                record(progress, self.exercise.name, made)
        return self.made[check.name]


class CheckItem(pytest.Item):
    """One check as a test."""

    def __init__(self, *, check: PublicCheck, line: int, **rest: Any) -> None:
        super().__init__(**rest)
        self.check = check
        self.line = line

    def runtest(self) -> None:
        """Passes, fails with the words of `grader check`, or is skipped while it waits for another check."""
        file = self.parent
        assert isinstance(file, ExerciseFile)
        verdict = file.verdict(self.check)
        if verdict.waits_for:
            pytest.skip(f"waits for {file.exercise.name}.{verdict.waits_for}")
        if verdict.outcome != "passed":
            said = textwrap.dedent(text(file.exercise.name, [verdict], file.printed))
            file.printed = ""  # once is enough
            raise AssertionError(said)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The words alone: where in the grader they come from is of no use to students.

        An AssertionError is what editors take for a failure, and anything else for an accident.
        """
        return str(excinfo.value) if excinfo.type is AssertionError else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The function in the student's file, so that an editor shows the test beside it."""
        return self.path, self.line, self.name


def _lines(path: Path) -> dict[str, int]:
    """The line of each function in a module, from 0; read without compiling, so that half-written files do as well."""
    source = path.read_text("utf-8", errors="replace") if path.suffix == ".py" else ""
    found = (re.match(r"def (\w+)", line) for line in source.splitlines())
    return {match[1]: number for number, match in enumerate(found) if match}


def _exercise_of(path: Path) -> PublicExercise | None:
    """The exercise that a file of `exercises/` stands for: its module, or its notebook where there is no module."""
    if path.parent.name != "exercises" or path.suffix not in (".py", ".ipynb"):
        return None
    if path.suffix == ".ipynb" and path.with_suffix(".py").exists():
        return None
    try:
        exercises = index().exercises
    except GraderError as error:
        raise pytest.UsageError(str(error)) from None
    return next((exercise for exercise in exercises if exercise.name == path.stem), None)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Generator[None, Any, Any]:
    """Takes an exercise's file from whoever else would collect it, and import it for that."""
    others = yield
    exercise = _exercise_of(file_path)
    if exercise is None:
        return others
    file = ExerciseFile.from_parent(parent, path=file_path)
    file.exercise = exercise
    return [file]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the checks into the order in which the exercises are taught."""
    order = {exercise.name: number for number, exercise in enumerate(index().exercises)}
    items.sort(key=lambda item: order.get(item.name.partition(".")[0], -1) if isinstance(item, CheckItem) else -1)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Ends as `grader check` does: what passed is a part of what counts."""
    reports = [report for kind in ("passed", "failed", "skipped") for report in terminalreporter.getreports(kind)]
    made = [report for report in reports if report.when == "call" and OURS.match(report.nodeid)]
    if made:
        terminalreporter.write_line("")
        terminalreporter.write_line(counted(sum(report.passed for report in made), len(made)))
