"""Workers for tests: a desk with small limits, submissions from a few lines, outcomes in one word."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader.course import Limits
from grader.desk import Desk
from grader.messages import Locks
from grader.model import Submission
from grader.student import Outcome, Raised, Request, Returned, Stopped, Student
from grader.worker.source import ExerciseSpec

__all__ = ["LOOP", "UNLOCKED", "Open", "a_desk", "call", "gone", "kind", "opened", "opener", "raised", "value"]

LIMITS = Limits(
    import_seconds=0.3,
    call_seconds=0.2,
    check_seconds=0.5,
    exercise_seconds=20,
    reference_factor=20,
    memory_mb=64,
    output_kb=4,
    output_limit_kb=256,
)
PRELUDE = """
import atexit, ctypes, fcntl, os, signal, struct, sys, threading, time
import numpy as np

def descriptors():
    found = {}
    for number in range(1024):
        try:
            found[number] = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE
        except OSError:
            pass
    return found

def reply():
    return next(number for number, mode in descriptors().items() if number > 2 and mode == os.O_WRONLY)

def two():
    return 2

"""
LOOP = "while True: pass"
UNLOCKED = Locks(own_user=False)  # limits alone: what is tried gets through, where a lock is what forbids it
Open = Callable[[str], Student]


@contextmanager
def a_desk(folder: Path, locks: Locks | None = None) -> Iterator[Desk]:
    """A desk for the functions `f` and `two`, whose workers start in `folder`, locked in or behind other locks."""
    desk = Desk([ExerciseSpec(name="work", functions=("f", "two"))], LIMITS, folder, folder, isolation="locked")
    if locks is not None:
        desk.bench.locks = locks
    try:
        yield desk
    finally:
        desk.close()


def opened(desk: Desk, body: str) -> Student:
    """A submission of one module: `PRELUDE`, then `body`."""
    case = desk.open(Submission(student="s", modules={"work": (PRELUDE + body).encode()}))
    return desk.fixture(case, "work").student


@contextmanager
def opener(desk: Desk) -> Iterator[Open]:
    """Opens submissions by the body of their module, and closes them at the end."""
    made: list[Student] = []

    def student(body: str) -> Student:
        made.append(opened(desk, body))
        return made[-1]

    try:
        yield student
    finally:
        for one in made:
            one.close()


def call(student: Student, function: str = "f", *args: Any) -> Outcome:
    """What one call comes to."""
    return student.calls([Request(function, args)], public=True)[0]


def value(student: Student, function: str = "f", *args: Any) -> Any:
    """What one call returns."""
    outcome = call(student, function, *args)
    assert isinstance(outcome, Returned), outcome
    return outcome.value


def kind(outcome: Outcome | None) -> str:
    """How a worker ended, or the class of any other outcome."""
    return outcome.stop.kind if isinstance(outcome, Stopped) else type(outcome).__name__


def raised(outcome: Outcome | None) -> str:
    """The class of what student code raised."""
    return outcome.trouble.error if isinstance(outcome, Raised) else str(outcome)


def gone(pid: int) -> bool:
    """Whether a process has ended; waits for it a while."""
    for _ in range(500):
        try:
            state = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state in "ZX":
            return True
        time.sleep(0.01)
    return False
