"""`pytest SUITE --submission PATH`: one submission, graded by an ordinary pytest run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader import course as courses
from grader import intake
from grader.containment import levels
from grader.desk import Case, Desk, spec_of
from grader.errors import GraderError, SubmissionError
from grader.fixture import StudentFixture
from grader.plugin import exercise_of
from grader.probing import CheckFailed
from grader.verdicts import Verdicts
from grader.worker.source import ExerciseSpec

__all__ = ["Solo"]

LIMITS = courses.Limits(
    import_seconds=10.0,
    call_seconds=2.0,
    check_seconds=10.0,
    exercise_seconds=30.0,
    reference_factor=20.0,
    memory_mb=1024,
    output_kb=4,
    output_limit_kb=4096,
)


def _root_of(config: pytest.Config) -> Path | None:
    """The folder with the course's index: as typed, or the nearest one around the suites."""
    typed = config.getoption("--course")
    if typed:
        return Path(typed).resolve()
    start = config.rootpath
    return next((folder for folder in (start, *start.parents) if (folder / "course.toml").is_file()), None)


class Solo(Verdicts):
    """The judge of a plain pytest run."""

    def __init__(self, config: pytest.Config) -> None:
        self.root = _root_of(config)
        super().__init__(courses.load(self.root / "course.toml") if self.root is not None else None)
        self.config = config
        self.desk: Desk | None = None
        self.case: Case | None = None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Opens the submission once it is known which exercises are asked for."""
        if not session.items or session.config.option.collectonly:
            return
        wanted = dict(exercise_of(item) for item in session.items)
        suite = Path(session.items[0].path).parent
        try:
            entry = intake.entry_for(Path(self.config.getoption("--submission")))
            submission = intake.read(entry, list(wanted))
            # Never the suite's own folder: student code reads what lies in the one that it works in.
            data = (self.root or suite) / "data"
            limits = self.course.limits if self.course is not None else LIMITS
            specs = [self._spec(*item) for item in wanted.items()]
            isolation = self._isolation()
            closed = [folder for folder in (suite, Path(self.config.rootpath)) if folder.is_dir()]
            start = data if data.is_dir() else None
            self.desk = Desk(specs, limits, start, suite / "recorded", isolation=isolation, closed=closed)
            self.case = self.desk.open(submission)
        except (GraderError, SubmissionError) as error:
            raise pytest.UsageError(str(error)) from None

    def _isolation(self) -> str:
        """The level that was typed, or that the course asks for; IsolationError where it cannot be had."""
        level = self.config.getoption("--isolation") or (self.course.isolation if self.course else "locked")
        levels.require(level)
        return str(level)

    def _spec(self, name: str, functions: tuple[str, ...]) -> ExerciseSpec:
        known = self.known(name)
        if known is not None and self.root is not None:
            return spec_of(known, self.root / "exercises")
        return ExerciseSpec(name=name, functions=functions)

    def fixture(self, exercise: str) -> StudentFixture:
        """The `student` of an exercise; CheckFailed when its module cannot count."""
        assert self.desk is not None
        assert self.case is not None
        facts = self.case.facts[exercise]
        if facts.status != "ok":
            raise CheckFailed(facts.message, status=facts.status)
        fixture = self.desk.fixture(self.case, exercise)
        # A suite that no index knows has no hidden examples: all that its author compares stands in the file.
        fixture.shows_all = self.known(exercise) is None or bool(self.config.getoption("--live"))
        fixture.student.start()  # so that the first call does not take longer than the others
        if self.config.getoption("--live"):
            from grader.authoring.live import Live  # hypothesis and the oracles are only needed for a search

            fixture.live = Live(exercise).search
        return fixture

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """One line of points an exercise."""
        for exercise in dict.fromkeys(name for name, _ in self.made):
            mine = [verdict for (name, _), verdict in self.made.items() if name == exercise]
            score, full = sum(v.points for v in mine), sum(v.max_points for v in mine)
            terminalreporter.write_line(f"{exercise}: {score:g} of {full:g} points")

    def pytest_unconfigure(self) -> None:
        """Ends the worker template."""
        if self.case is not None:
            self.case.close()
        if self.desk is not None:
            self.desk.close()
