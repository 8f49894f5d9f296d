"""Processes that have loaded what takes long, and wait for a piece of work: each does one and ends."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec

from grader.check.child import Task
from grader.surroundings import surroundings

__all__ = ["Cancelled", "Ended", "Process", "Spare", "Supply"]

BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from grader.check.child import main; main()"
PACKAGE = os.fspath(Path(__file__).resolve().parents[2])
ENVIRONMENT = {"MPLBACKEND": "Agg", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
FIRST_WORDS, LAST_WORDS = 1 << 14, 1 << 13


class Cancelled(Exception):  # noqa: N818 - nothing went wrong
    """The work was called off while it was being done."""


class Ended(msgspec.Struct, frozen=True):
    """How a process ended, what it answered, and the beginning and the end of what it printed."""

    status: int
    answers: bytes
    printed: bytes
    last_words: bytes


class Process(Protocol):
    """Whoever can do one piece of work."""

    def ask(self, task: Task, requests: bytes) -> Ended:
        """Sends it and waits for the end of the process; Cancelled where that was called off."""


class Spare:
    """A process of this one."""

    def __init__(self, kind: str) -> None:
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self.stopped = False
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", BOOT, PACKAGE, kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            env=os.environ | ENVIRONMENT | surroundings("keras"),
        )

    def ask(self, task: Task, requests: bytes) -> Ended:
        """Sends a piece of work and waits for the end of the process."""
        with self.log, self.process:
            try:
                answers, _ = self.process.communicate(msgspec.json.encode(task) + b"\n" + requests)
            except BaseException:
                self.process.kill()
                raise
            if self.stopped:
                raise Cancelled
            end = self.log.seek(0, os.SEEK_END)
            self.log.seek(0)
            printed = self.log.read(FIRST_WORDS)
            self.log.seek(max(FIRST_WORDS, end - LAST_WORDS))
            return Ended(self.process.returncode, answers, printed, self.log.read())

    def stop(self) -> None:
        """Ends the process, from whichever thread; what asked it gets Cancelled."""
        self.stopped = True
        self.process.kill()

    def put_away(self) -> None:
        """Ends a process that was never asked, and leaves nothing of it behind."""
        self.stop()
        with self.log, self.process, suppress(BrokenPipeError):
            self.process.communicate()


class Supply:
    """Processes to take; those of kinds that were asked to be `ready` have been started ahead.

    Where `keep` names a kind, more are started whenever one is taken, until so many wait. `make` starts one.
    """

    def __init__(self, keep: Mapping[str, int] | None = None, make: Callable[[str], Spare] = Spare) -> None:
        self.keep = keep or {}
        self.make = make
        self.waiting: dict[str, list[Spare]] = {}
        self.taken: Spare | None = None
        self.closed = False
        self.lock = threading.RLock()

    def ready(self, kind: str) -> None:
        """Starts one more of a kind."""
        self.waiting.setdefault(kind, []).append(self.make(kind))

    def take(self, kind: str) -> Spare:
        """One that waits, or a new one; Cancelled once it is closed."""
        with self.lock:
            if self.closed:
                raise Cancelled
            kept = self.waiting.get(kind)
            self.taken = kept.pop(0) if kept else self.make(kind)
            while len(self.waiting.get(kind, ())) < self.keep.get(kind, 0):
                self.ready(kind)
            return self.taken

    def cancel(self) -> None:
        """Calls off what is being done."""
        with self.lock:
            if self.taken is not None:
                self.taken.stop()

    def close(self) -> None:
        """Calls off what is being done, ends all that wait, and gives no more."""
        with self.lock:
            self.closed = True
            self.cancel()
            for spare in [one for kept in self.waiting.values() for one in kept]:
                spare.put_away()
            self.waiting.clear()
