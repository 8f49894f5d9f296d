"""A judge that lasts: pytest collects the suites once, in a thread of its own, and runs them for each submission."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from grader import course as courses
from grader import grading, recorded
from grader.course import Course, agree_with
from grader.desk import Case, Desk, spec_of
from grader.errors import CourseError, GraderError, IsolationError
from grader.fixture import StudentFixture
from grader.model import CheckResult
from grader.settings import Settings
from grader.tasks import Done, Task, opened
from grader.verdicts import Verdicts, title_of
from grader.warm import Template

__all__ = ["Session"]

OPTIONS = (
    "-c", os.devnull, "--import-mode=importlib", "-p", "no:capture", "-p", "no:terminal", "-p", "no:cacheprovider",
    "-p", "no:faulthandler", "-p", "no:logging", "-p", "no:doctest", "-p", "no:junitxml",
    "-p", "no:unraisableexception", "-p", "no:threadexception", "-p", "no:warnings", "-p", "no:grader",
    "-p", "no:unittest", "-p", "no:debugging", "-p", "no:pastebin", "-p", "no:stepwise", "-p", "no:setuponly",
    "-p", "no:setupplan", "-p", "no:legacypath", "-p", "grader.plugin",
)  # fmt: skip


class Session(Verdicts):
    """Does one task after the other; made in the process, and used from one thread.

    `template` is one that was started before, in a folder of its own.
    """

    def __init__(self, settings: Settings, template: Template | None = None) -> None:
        self.settings = settings
        self.root = Path(settings.root)
        super().__init__(settings.course or courses.load(self.root / "course.toml"))
        self.tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[Done | BaseException] = queue.SimpleQueue()
        self.items: dict[str, list[pytest.Item]] = {}
        self.titles: dict[str, dict[str, str]] = {}
        self.case: Case | None = None
        # The template warms up while pytest collects.
        self.desk = self._desk(template)
        try:
            self._check_secret()
        except CourseError:
            self.desk.close()
            raise
        self.thread = threading.Thread(target=self._run, name="judge", daemon=True)
        self.thread.start()

    @property
    def index(self) -> Course:
        """The course's index."""
        assert self.course is not None
        return self.course

    def _check_secret(self) -> None:
        """CourseError where recorded examples were drawn from another secret than the course's."""
        for name in self.settings.exercises:
            there = (self.desk.recordings / f"{name}.bin").exists()
            if there and self.desk.recording(name).secret != recorded.fingerprint(self.index.secret):
                raise CourseError(
                    f"The examples in {name}.bin were drawn from another secret than course.toml has; run: grader sync"
                )

    def _desk(self, template: Template | None) -> Desk:
        specs = [spec_of(exercise, self.root / "exercises") for exercise in self.index.ready]
        lock = Path(self.settings.lock) if self.settings.lock else None
        return Desk(
            specs,
            self.index.limits,
            self.root / "data",
            Path(self.settings.recordings or self.root / "grader" / "suites" / "recorded"),
            lock,
            self.settings.device,
            isolation=self.settings.isolation,
            closed=[self.root / "grader" / "suites", self.root / "solutions", *map(Path, self.settings.closed)],
            template=template,
        )

    def _run(self) -> None:
        suites = self.root / "grader" / "suites"
        files = [os.fspath(suites / f"test_{name}.py") for name in self.settings.exercises]
        try:
            status = pytest.main([*OPTIONS, f"--rootdir={suites}", *files], plugins=[_Named(self)])
            self.answers.put(GraderError(f"the suites could not be collected (pytest ended with status {int(status)})"))
        except BaseException as error:  # the caller waits for an answer, whatever happens here
            self.answers.put(error)

    def answer(self, task: Task) -> Done:
        """What a task comes to; raises what ended the judge itself."""
        self.tasks.put(task)
        answer = self.answers.get()
        if isinstance(answer, BaseException):
            self.answers.put(answer)
            raise answer
        return answer

    def close(self) -> None:
        """Ends the judge's thread and its template."""
        self.tasks.put(None)
        self.thread.join(timeout=10)
        self.desk.close()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Sorts the collected checks by exercise and holds them against the index."""
        for item in session.items:
            # Nobody reads pytest's own story of a failure here, and telling it takes longer than most checks.
            item.repr_failure = _silent  # type: ignore[method-assign]
            name, check = self.key(item)
            self.items.setdefault(name, []).append(item)
            self.titles.setdefault(name, {})[check] = title_of(item)
        chosen = msgspec.structs.replace(
            self.index, exercises=tuple(e for e in self.index.exercises if e.name in self.settings.exercises)
        )
        agree_with(chosen, {name: list(titles) for name, titles in self.titles.items()})

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Serves tasks until there are no more."""
        if session.testsfailed:
            raise session.Interrupted("the suites could not be collected")
        with suppress(GraderError):  # the first worker is forked by another one, then
            self.desk.bench.template.ask({"op": "preload", "names": []})
        while (task := self.tasks.get()) is not None:
            started = time.perf_counter()
            try:
                done = self._done(task)
            except IsolationError as error:  # nothing at all is graded behind a lock that does not hold
                self.answers.put(error)
                break
            except Exception as error:  # a fault of ours that one submission brings to light shall not stop the others
                words = str(error) if isinstance(error, GraderError) else f"{type(error).__name__}: {error}"
                done = Done(why=words or type(error).__name__)
            self.answers.put(msgspec.structs.replace(done, seconds=time.perf_counter() - started))
        return True

    def _done(self, task: Task) -> Done:
        submission = opened(task)
        if not task.exercise:
            case = self.desk.open(submission)
            return Done(facts=tuple(case.facts.values()), passing=case.broken)
        self.case = self.desk.reopen(submission, task.facts)
        try:
            self.desk.prepare(self.case, task.ahead)
            exercise = self.index.exercise(task.exercise)
            titles = self.titles[exercise.name]
            return Done(result=grading.judge_exercise(self.desk, self.index, self.case, exercise, titles, self._checks))
        finally:
            self.case.close()

    def _checks(self, name: str) -> Sequence[CheckResult]:
        """Runs the collected checks of one exercise and returns their verdicts in the order of the index."""
        items = self.items[name]
        for check in items:
            self.made.pop(self.key(check), None)
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return [self.made[name, check.name] for check in self.index.exercise(name).checks]

    def fixture(self, exercise: str) -> StudentFixture:
        """The `student` of the exercise at hand."""
        assert self.case is not None
        return self.desk.fixture(self.case, exercise)


def _silent(excinfo: object, style: object = None) -> str:
    return ""


class _Named:
    """Puts a session into pytest under the name that the `student` fixture looks for."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def pytest_configure(self, config: pytest.Config) -> None:
        """Registers the judge."""
        config.pluginmanager.register(self.session, "grader-judge")
