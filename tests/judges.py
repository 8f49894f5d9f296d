"""A judge in the process of the tests, for one submission at a time."""

from __future__ import annotations

import os
from concurrent.futures import Future
from pathlib import Path

from corpus import ROOT

from grader import course as courses
from grader import intake
from grader.model import SubmissionResult
from grader.run import Run, grade_all
from grader.seals import parts_of
from grader.session import Session
from grader.settings import Settings
from grader.store import Store
from grader.tasks import encoded, task_from

__all__ = ["InProcess", "Judge"]


class InProcess:
    """A pool that does each task at once, in this process; it stays open from run to run."""

    window, shared_fate = 1, False

    def __init__(self, settings: Settings) -> None:
        # Plug-ins of pytest that are installed beside the grader have no business in a judge.
        before = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        self.session, self.before = Session(settings), before

    def submit(self, task: bytes) -> Future[bytes]:
        future: Future[bytes] = Future()
        try:
            future.set_result(encoded(self.session.answer(task_from(task))))
        except Exception as error:
            future.set_exception(error)
        return future

    def renew(self) -> None:
        raise AssertionError("this process is still there")

    def close(self, *, now: bool = False) -> None:
        """Nothing: the next submission is graded by the same judge."""

    def end(self) -> None:
        """Ends the judge."""
        self.session.close()
        os.environ.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
        if self.before is not None:
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = self.before


class Judge:
    """Grades submissions by their paths; without a `store` each is graded anew."""

    def __init__(self, exercises: tuple[str, ...], isolation: str = "process", store: Path | None = None) -> None:
        self.course = courses.load(ROOT / "course.toml")
        self.settings = Settings(root=str(ROOT), exercises=exercises, isolation=isolation)
        self.store = Store(store, parts_of(ROOT, self.course, self.settings)) if store is not None else None
        self.pool = InProcess(self.settings)

    def grade(self, path: Path) -> SubmissionResult:
        run = Run(self.course, self.settings, intake.Scan(entries=(intake.entry_for(path),)), self.store)
        [graded] = grade_all(run, self.pool, lambda done, everything: None)
        return graded.result

    def close(self) -> None:
        self.pool.end()
