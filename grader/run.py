"""A whole class: judges in a pool of processes, one task a submission, everything written at the end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import msgspec

from grader.course import Course
from grader.errors import GraderError, OutInUseError, UsageError
from grader.intake import Entry, Scan
from grader.model import SubmissionResult
from grader.settings import Settings

if TYPE_CHECKING:
    from grader.session import Session

__all__ = ["PRIVATE", "Graded", "Run", "claim", "default_jobs", "grade_all"]

PRIVATE = ".grader"


class Graded(msgspec.Struct, frozen=True):
    """What a judge hands back: the result, and for the summary when it began (Unix time) and where the seconds went."""

    result: SubmissionResult
    began: float
    seconds: float
    student_seconds: float
    kept: int


@dataclass(frozen=True)
class Run:
    """One run over a class."""

    course: Course
    settings: Settings
    scan: Scan
    jobs: int


_session: Session | None = None
_failure: BaseException | None = None


def claim(out: Path, submissions: Path) -> filelock.BaseFileLock:
    """Makes OUT and takes it for this run; OutInUseError when another run has it, UsageError where it cannot be."""
    inside = out.resolve()
    if inside == submissions.resolve() or submissions.resolve() in inside.parents:
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


def grade_all(run: Run, progress: Callable[[int, int], None]) -> list[Graded]:
    """Grades every submission; `progress` hears (done, all).

    After a judge died, what is left is graded one by one: who takes a judge along then is given up, the others are not.
    """
    done: dict[str, Graded] = {}
    if _pass(run, run.scan.entries, done, progress):
        for entry in run.scan.entries:
            if entry.student not in done and _pass(run, [entry], done, progress):
                done[entry.student] = _given_up(entry, run)
    return [done[entry.student] for entry in run.scan.entries]


def _pass(run: Run, waiting: Sequence[Entry], done: dict[str, Graded], progress: Callable[[int, int], None]) -> bool:
    """Works through `waiting` with one pool; true when the pool broke before the end."""
    jobs = max(1, min(run.jobs, len(waiting)))
    told = msgspec.json.encode(run.settings), os.getpid()
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_begin, initargs=told)
    try:
        for future in as_completed([pool.submit(_grade, entry) for entry in waiting]):
            graded = future.result()
            done[graded.result.student] = graded
            progress(len(done), len(run.scan.entries))
    except BrokenProcessPool:
        return True
    except BaseException:
        _kill(pool)
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return False


def _kill(pool: ProcessPoolExecutor) -> None:
    """Ends the judges at once; their templates and workers go with them."""
    for process in list((pool._processes or {}).values()):
        process.kill()


def _given_up(entry: Entry, run: Run) -> Graded:
    full = sum(run.course.exercise(name).points for name in run.settings.exercises)
    result = SubmissionResult(
        student=entry.student,
        state="error",
        score=0.0,
        max_score=full,
        isolation=run.settings.isolation,
        reason="the judge's process ended twice while this was graded",
    )
    return Graded(result, time.time(), 0.0, 0.0, 0)


def _begin(encoded: bytes, parent: int) -> None:
    """Makes this process a judge: it leaves Ctrl-C to the parent, ends with it, and collects the suites."""
    global _session, _failure
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    from grader.session import Session  # only judges need pytest and NumPy

    try:
        _session = Session(msgspec.json.decode(encoded, type=Settings))
    except BaseException as error:  # told to whoever asks for the first result
        _failure = error
        return
    Finalize(_session, _session.close, exitpriority=10)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _grade(entry: Entry) -> Graded:
    if _session is None:
        raise _failure if isinstance(_failure, GraderError) else GraderError(str(_failure))
    result = _session.grade(entry)
    return Graded(result, _session.began, _session.seconds, _session.student_seconds, _session.kept)


def default_jobs() -> int:
    """One judge a processor that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
