"""A judge that lasts: pytest collects the suites once, in a thread of its own, and runs them for each submission."""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from grader import course as courses
from grader import grading, intake, recorded
from grader.course import Course, agree_with
from grader.desk import Case, Desk, spec_of
from grader.errors import CourseError, GraderError, IsolationError, SubmissionError
from grader.fixture import StudentFixture
from grader.model import CheckResult, ExerciseResult, SubmissionResult
from grader.plugin import exercise_of
from grader.settings import Settings
from grader.store import Store, seal
from grader.verdicts import Verdicts, check_name, title_of
from grader.versions import COMPUTED_BY, installed

__all__ = ["Session"]

OPTIONS = (
    "-c", os.devnull, "--import-mode=importlib", "-s", "-p", "no:terminal", "-p", "no:cacheprovider",
    "-p", "no:faulthandler", "-p", "no:logging", "-p", "no:doctest", "-p", "no:junitxml",
    "-p", "no:unraisableexception", "-p", "no:threadexception", "-p", "no:warnings", "-p", "no:grader",
    "-p", "grader.plugin",
)  # fmt: skip


LIBRARIES = {"imageio", "pillow", "opencv-python-headless", "matplotlib", "msgspec"}


class Session(Verdicts):
    """Grades submissions one after the other; made in the process, and used from one thread."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.root = Path(settings.root)
        super().__init__(courses.load(self.root / "course.toml"))
        self.tasks: queue.SimpleQueue[intake.Entry | None] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[SubmissionResult | BaseException] = queue.SimpleQueue()
        self.items: dict[str, list[pytest.Item]] = {}
        self.titles: dict[str, dict[str, str]] = {}
        self.case: Case | None = None
        self.began = self.seconds = self.student_seconds = 0.0
        self.kept = 0
        self._check_secret()
        # The template warms up while pytest collects.
        self.desk = self._desk()
        self.store = Store(Path(settings.store), self._seals()) if settings.store else None
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
            path = self.recordings / f"{name}.bin"
            if path.exists() and recorded.read(path).secret != recorded.fingerprint(self.index.secret):
                raise CourseError(
                    f"The examples in {path.name} were drawn from another secret than course.toml has; run: grader sync"
                )

    @property
    def recordings(self) -> Path:
        """The folder of recorded examples."""
        return Path(self.settings.recordings or self.root / "grader" / "suites" / "recorded")

    def _desk(self) -> Desk:
        specs = [spec_of(exercise, self.root / "exercises") for exercise in self.index.ready]
        lock = Path(self.settings.lock) if self.settings.lock else None
        return Desk(
            specs,
            self.index.limits,
            self.root / "data",
            self.recordings,
            lock,
            self.settings.device,
            self.settings.isolation,
            [self.root / "grader" / "suites", self.root / "solutions", *map(Path, self.settings.closed)],
        )

    def _seals(self) -> dict[str, str]:
        """By exercise, what its results depend on beside the submission."""
        versions = [f"{name} {number}" for name, number in installed(LIBRARIES | COMPUTED_BY).items()]
        seals = {}
        for name in self.settings.exercises:
            exercise = self.index.exercise(name)
            index = msgspec.json.encode((exercise, self.index.limits)).decode()
            level = (self.settings.isolation, self.settings.stamp, os.environ.get("KERAS_BACKEND", ""), sys.version)
            seals[name] = seal(self.root, name, (index, *level, *versions))
        return seals

    def _run(self) -> None:
        suites = self.root / "grader" / "suites"
        files = [os.fspath(suites / f"test_{name}.py") for name in self.settings.exercises]
        try:
            status = pytest.main([*OPTIONS, f"--rootdir={suites}", *files], plugins=[_Named(self)])
            self.answers.put(GraderError(f"the suites could not be collected (pytest ended with status {int(status)})"))
        except BaseException as error:  # the caller waits for an answer, whatever happens here
            self.answers.put(error)

    def grade(self, entry: intake.Entry) -> SubmissionResult:
        """The result of one submission; GraderError when the judge itself came to an end."""
        self.tasks.put(entry)
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
            name = exercise_of(item)[0]
            self.items.setdefault(name, []).append(item)
            self.titles.setdefault(name, {})[check_name(item)] = title_of(item)
        chosen = msgspec.structs.replace(
            self.index, exercises=tuple(e for e in self.index.exercises if e.name in self.settings.exercises)
        )
        agree_with(chosen, {name: list(titles) for name, titles in self.titles.items()})

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Serves submissions until there are no more."""
        if session.testsfailed:
            raise session.Interrupted("the suites could not be collected")
        self.desk.bench.template.ask({"op": "preload", "names": []})
        while (entry := self.tasks.get()) is not None:
            self.began, started = time.time(), time.perf_counter()
            try:
                result = self._submission(entry)
            except IsolationError as error:  # nothing at all is graded behind a lock that does not hold
                self.answers.put(error)
                break
            self.seconds = time.perf_counter() - started
            self.answers.put(result)
        return True

    def _submission(self, entry: intake.Entry) -> SubmissionResult:
        chosen = [e for e in self.index.ready if e.name in self.settings.exercises]
        full = sum(exercise.points for exercise in chosen)
        base = SubmissionResult(
            student=entry.student,
            state="graded",
            score=0.0,
            max_score=full,
            isolation=self.settings.isolation,
            device=self.settings.stamp,
        )
        self.case, self.student_seconds, self.kept = None, 0.0, 0
        try:
            submission = intake.read(entry, [exercise.name for exercise in self.index.exercises])
            self.case = self.desk.open(submission)
            keys = {e.name: self.store.key(e.name, self.case) if self.store is not None else "" for e in chosen}
            kept = {name: self._kept(key) for name, key in keys.items()}
            self.desk.prepare(self.case, [name for name, result in kept.items() if result is None])
            exercises = tuple(result or self._exercise(name, keys[name]) for name, result in kept.items())
            exercises = grading.with_root_causes(exercises, self.index, self.case.facts)
        except SubmissionError as error:
            return msgspec.structs.replace(base, state="refused", reason=str(error))
        except IsolationError:
            raise
        except GraderError as error:
            return msgspec.structs.replace(base, state="error", reason=str(error))
        except Exception as error:  # a fault of ours that one submission brings to light shall not stop the others
            return msgspec.structs.replace(base, state="error", reason=f"{type(error).__name__}: {error}")
        finally:
            if self.case is not None:
                self.case.close()
        return msgspec.structs.replace(
            base,
            state="error" if any(e.status == "error" for e in exercises) else "graded",
            score=sum(exercise.score for exercise in exercises),
            notes=submission.notes,
            exercises=exercises,
        )

    def _kept(self, key: str) -> ExerciseResult | None:
        """A result from the store, where nothing that matters has changed."""
        kept = None if self.store is None or self.settings.fresh else self.store.get(key)
        self.kept += kept is not None
        return kept

    def _exercise(self, name: str, key: str) -> ExerciseResult:
        """The result of one exercise by its checks, kept under `key`."""
        assert self.case is not None
        exercise = self.index.exercise(name)
        result = grading.judge_exercise(self.desk, self.index, self.case, exercise, self.titles[name], self._checks)
        self.student_seconds += result.student_seconds
        if self.store is not None and result.status != "error":
            self.store.put(key, result)
        return result

    def _checks(self, name: str) -> Sequence[CheckResult]:
        """Runs the collected checks of one exercise and returns their verdicts in the order of the index."""
        items = self.items[name]
        for check in items:
            self.made.pop((name, check_name(check)), None)
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
