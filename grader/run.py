"""A whole class: every submission step by step through judges and the store, whatever becomes of a judge."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import filelock
import msgspec

from grader import grading, intake
from grader.course import Course
from grader.errors import GraderError, OutInUseError, SubmissionError, UsageError
from grader.intake import Entry, Scan
from grader.model import ExerciseResult, State, Submission, SubmissionResult
from grader.pools import Pool
from grader.settings import Settings
from grader.store import Store
from grader.tasks import Done, Task, done_from, encoded, packed
from grader.worker.source import Facts

__all__ = ["PRIVATE", "RECORDS", "Graded", "Run", "claim", "grade_all"]

PRIVATE, RECORDS = ".grader", "records"
DIED = "the judge's process ended twice while this was graded"


class Graded(msgspec.Struct, frozen=True):
    """What came of one submission, and for the summary the judges' and the code's seconds, and what the store had."""

    result: SubmissionResult
    seconds: float
    student_seconds: float
    kept: int


@dataclass
class Run:
    """One run over a class; without a `store` nothing is kept. `began` and `ended` are set while it goes on.

    `fresh` grades anew what the store has. The times are those of `time.perf_counter`.
    """

    course: Course
    settings: Settings
    scan: Scan
    store: Store | None = None
    fresh: bool = False
    began: float = 0.0
    ended: float = 0.0


def claim(out: Path, submissions: Path | None = None) -> filelock.BaseFileLock:
    """Makes OUT and takes it for this run; OutInUseError when another run has it, UsageError where it cannot be."""
    inside = out.resolve()
    if submissions is not None and submissions.resolve() in (inside, *inside.parents):
        raise UsageError(f"OUT ({out}) lies inside the folder of submissions; choose another folder with --out.")
    try:
        (out / PRIVATE).mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(out / PRIVATE / "lock", mode=0o600)
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise OutInUseError(
            f"Another run is writing to {out}; wait for it, or choose another folder with --out."
        ) from None
    except OSError as error:
        raise UsageError(f"{out} cannot be written to ({error.strerror}); choose another folder with --out.") from None
    return lock


def grade_all(run: Run, pool: Pool, progress: Callable[[int, int], None]) -> list[Graded]:
    """Grades every submission and closes the pool; `progress` hears (done, all)."""
    line = _Line(run, pool, progress)
    try:
        graded = line.work()
    except BaseException:
        with suppress(GraderError):  # the disk may be what ended it
            line.save()
        pool.close(now=True)
        raise
    pool.close()
    return graded


@dataclass(eq=False)
class _Work:
    """One submission on its way: what was found out, what is graded, and which exercises are left."""

    entry: Entry
    submission: Submission | None = None
    data: bytes = b""
    digest: str = ""
    facts: tuple[Facts, ...] = ()
    keys: dict[str, str] = field(default_factory=dict)
    results: dict[str, ExerciseResult] = field(default_factory=dict)
    seconds: float = 0.0
    student_seconds: float = 0.0
    kept: int = 0


@dataclass(frozen=True, eq=False)
class _Step:
    """One task of a submission; `again` when it is its second and last try, `alone` when a judge died of the first."""

    work: _Work
    exercise: str = ""
    again: bool = False
    alone: bool = False


class _Line:
    """The submissions of a run in a line, as many on their way as the pool has room for."""

    def __init__(self, run: Run, pool: Pool, progress: Callable[[int, int], None]) -> None:
        self.run, self.pool, self.progress = run, pool, progress
        self.coming = deque(run.scan.entries)
        self.ready: deque[_Step] = deque()
        self.suspects: deque[_Step] = deque()
        self.flying: dict[Future[bytes], _Step] = {}
        self.same: dict[str, list[_Step]] = {}
        self.unread: set[str] = set()
        self.done: dict[str, Graded] = {}

    def work(self) -> list[Graded]:
        """Everything, in the order of the scan."""
        self.progress(0, len(self.run.scan.entries))
        while len(self.done) < len(self.run.scan.entries):
            self._fill()
            for future in wait(self.flying, return_when=FIRST_COMPLETED).done:
                step = self.flying.pop(future)
                try:
                    done = done_from(future.result())
                except BrokenExecutor:
                    done = Done(why=DIED)
                self._landed(step, done)
        return [self.done[entry.student] for entry in self.run.scan.entries]

    def save(self) -> None:
        """Keeps what has come back, where the run ends before it was looked at."""
        for future, step in self.flying.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                result = done_from(future.result()).result
                if self.run.store is not None and result is not None and result.status != "error":
                    self.run.store.put(step.work.keys[step.exercise], result)

    def _fill(self) -> None:
        """Sends out what there is room for. After a judge's death the suspects fly one by one, and nobody else."""
        while len(self.flying) < self.pool.window:
            if self.suspects or any(step.alone for step in self.flying.values()):
                if self.flying and self.pool.shared_fate:
                    return
                waiting = self.suspects or self.ready
            else:
                waiting = self.ready
            while not waiting and self.coming:
                self._take(self.coming.popleft())
            if not waiting:
                return
            self._send(waiting.popleft())

    def _send(self, step: _Step) -> None:
        work = step.work
        ahead = tuple(name for name in work.keys if name not in work.results)
        task = Task(submission=work.data, digest=work.digest, exercise=step.exercise, facts=work.facts, ahead=ahead)
        try:
            future = self.pool.submit(encoded(task))
        except BrokenExecutor:
            self.pool.renew()
            future = self.pool.submit(encoded(task))
        self.flying[future] = step

    def _take(self, entry: Entry) -> None:
        """Reads a submission; its sources are analysed next, unless the store knows of them."""
        work = _Work(entry)
        try:
            work.submission = intake.read(entry, [exercise.name for exercise in self.run.course.exercises])
        except SubmissionError as error:
            return self._finish(work, "refused", str(error))
        except Exception as error:  # the machine's failure, or ours: one submission shall not stop the others
            if entry.student in self.unread:
                return self._finish(work, "error", str(error) or type(error).__name__)
            self.unread.add(entry.student)
            return self.coming.append(entry)
        work.data, work.digest = packed(work.submission)
        store = None if self.run.fresh else self.run.store
        facts = store.facts(work.digest) if store is not None else None
        if facts is None:
            self.ready.append(_Step(work))
        else:
            self._analysed(work, facts)
        return None

    def _analysed(self, work: _Work, facts: tuple[Facts, ...]) -> None:
        """What is left to grade: what neither the store has nor a judge is at, for the same work of somebody else."""
        work.facts = facts
        store, chosen = self.run.store, self.run.settings.exercises
        known = {fact.exercise: fact for fact in facts}
        assert work.submission is not None
        work.keys = {
            name: store.key(name, work.submission, known) if store else f"{name} {work.digest}" for name in chosen
        }
        for name, key in work.keys.items():
            kept = store.get(key) if store and not self.run.fresh else None
            if kept is not None:
                work.results[name], work.kept = kept, work.kept + 1
            elif key in self.same and not self.run.fresh:
                self.same[key].append(_Step(work, name))
            else:
                self.same.setdefault(key, [])
                self.ready.append(_Step(work, name))
        self._finish_if_whole(work)

    def _landed(self, step: _Step, done: Done) -> None:
        """Takes in what a task came to; what failed is tried once more, then it is named."""
        now, work = time.perf_counter(), step.work
        self.run.began, self.run.ended = self.run.began or now - done.seconds, now
        work.seconds += done.seconds
        result = done.result
        if (done.why or (result is not None and result.status == "error")) and not (step.again or done.final):
            died = done.why == DIED
            (self.suspects if died else self.ready).append(_Step(work, step.exercise, again=True, alone=died))
        elif not step.exercise and not done.why:
            if self.run.store is not None and not done.passing:
                self.run.store.put_facts(work.digest, done.facts)
            self._analysed(work, done.facts)
        elif not step.exercise:
            self._finish(work, "error", done.why)
        else:
            self._graded(step, self._failed(step, done.why) if result is None else result, done)

    def _failed(self, step: _Step, why: str) -> ExerciseResult:
        facts = next(fact for fact in step.work.facts if fact.exercise == step.exercise)
        return grading.unread(self.run.course.exercise(step.exercise), {}, facts, why, "error")

    def _graded(self, step: _Step, result: ExerciseResult, done: Done) -> None:
        """Keeps a result, hands it to whoever handed in the same, and closes what is complete.

        What failed is graded anew for the others, unless judges die of it.
        """
        work, key = step.work, step.work.keys[step.exercise]
        work.student_seconds += result.student_seconds
        result = work.results[step.exercise] = msgspec.structs.replace(result, worker=done.by)
        others = self.same.pop(key, [])
        if result.status == "error":
            if done.why != DIED and not done.final:
                self.ready.extend(others)
                self.same.update({key: []} if others else {})
                others = []
        elif self.run.store is not None:
            self.run.store.put(key, result)
        for other in others:
            other.work.results[other.exercise], other.work.kept = result, other.work.kept + 1
            self._finish_if_whole(other.work)
        self._finish_if_whole(work)

    def _finish_if_whole(self, work: _Work) -> None:
        if work.results.keys() != work.keys.keys():
            return
        facts = {fact.exercise: fact for fact in work.facts}
        exercises = tuple(work.results[name] for name in work.keys)
        exercises = grading.with_root_causes(exercises, self.run.course, facts)
        failed = any(exercise.status == "error" for exercise in exercises)
        self._finish(work, "error" if failed else "graded", exercises=exercises)

    def _finish(self, work: _Work, state: State, reason: str = "", exercises: tuple[ExerciseResult, ...] = ()) -> None:
        settings = self.run.settings
        result = SubmissionResult(
            student=work.entry.student,
            state=state,
            score=sum(exercise.score for exercise in exercises),
            max_score=sum(self.run.course.exercise(name).points for name in settings.exercises),
            isolation=settings.isolation,
            device=settings.stamp,
            reason=reason,
            notes=work.submission.notes if work.submission is not None and exercises else (),
            exercises=exercises,
        )
        self.done[work.entry.student] = Graded(result, work.seconds, work.student_seconds, work.kept)
        self.progress(len(self.done), len(self.run.scan.entries))
