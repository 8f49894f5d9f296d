"""Judges in processes of this machine: bytes of a task in, bytes of what it came to out."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from grader.errors import GraderError
from grader.settings import Settings
from grader.tasks import encoded, task_from

if TYPE_CHECKING:
    from grader.session import Session

__all__ = ["Local", "Pool", "answer", "begin", "default_jobs"]


# What ends a run reaches its judges too, where they share a terminal; they leave it to the run.
PARENTS = (signal.SIGINT, signal.SIGHUP)


@contextmanager
def _deaf() -> Iterator[None]:
    """Keeps these signals back for a moment, so that a judge that starts in it is not hit before it can ignore them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, PARENTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Pool(Protocol):
    """Where judges work. `window` is how many tasks may be on their way at the same time.

    A future may raise BrokenExecutor where its judge came to an end; with `shared_fate` all others do then, too.
    """

    window: int
    shared_fate: bool

    def submit(self, task: bytes) -> Future[bytes]:
        """Has a task done; GraderError where no judge can work."""

    def renew(self) -> None:
        """Goes on with other judges, after some came to an end."""

    def close(self, *, now: bool = False) -> None:
        """Ends the judges; `now` in the middle of whatever they do."""


class Local:
    """So many judges, each in a process of its own; started when there is work for them."""

    shared_fate = True

    def __init__(self, settings: Settings, jobs: int) -> None:
        self.jobs = jobs
        self.window = 2 * jobs  # who is done finds the next task waiting
        self.folder = tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True)
        os.chmod(self.folder.name, 0o711)  # workers may have a user of their own
        self.settings = msgspec.structs.replace(settings, scratch=self.folder.name)
        self.pool = self._started()

    def _started(self) -> ProcessPoolExecutor:
        told = msgspec.json.encode(self.settings), os.getpid()
        spawned = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.jobs, spawned, initializer=begin, initargs=told)

    def submit(self, task: bytes) -> Future[bytes]:
        """Has a task done by the next judge that is free."""
        with _deaf():
            return self.pool.submit(answer, task)

    def renew(self) -> None:
        """Starts other judges in the place of a pool that broke."""
        self._unblock()
        self.pool.shutdown(wait=True, cancel_futures=True)
        self.pool = self._started()

    def warm(self) -> None:
        """Has the judges start before there is work for them."""
        with _deaf():
            for _ in range(self.jobs):
                self.pool.submit(_nothing)

    def close(self, *, now: bool = False) -> None:
        """Ends the judges; their templates and workers go with them. Unless it is `now`, nobody waits for it."""
        if not now:
            return threading.Thread(target=self._close).start()
        for process in list((self.pool._processes or {}).values()):
            process.kill()
        self._unblock()
        return self._close()

    def _unblock(self) -> None:
        """Ends the thread that hands large tasks to judges which are dead: before Python 3.11.5 it waits for ever."""
        with suppress(AttributeError, OSError):  # nothing of this is promised
            self.pool._call_queue._reader.close()  # type: ignore[attr-defined]

    def _close(self) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)
        self.folder.cleanup()


_session: Session | None = None
_failure: BaseException | None = None


def begin(encoded_settings: bytes, parent: int) -> None:
    """Makes this process a judge: it leaves Ctrl-C to the parent, ends with it, and collects the suites."""
    global _session, _failure
    for number in PARENTS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PARENTS)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    settings = msgspec.json.decode(encoded_settings, type=Settings)
    threading.Thread(target=_end_with, args=(parent, settings.scratch), daemon=True).start()
    from grader.warm import Template  # only judges need NumPy

    try:
        # First of all, so that it warms up while this process imports pytest and collects.
        template = Template(Path(tempfile.mkdtemp(prefix="judge-", dir=settings.scratch)))
        from grader.session import Session

        _session = Session(settings, template)
    except BaseException as error:  # told to whoever asks for the first result
        _failure = error
        return
    Finalize(_session, _session.close, exitpriority=10)


def _end_with(parent: int, scratch: str | None) -> None:
    """Ends this process where its parent came to an end, and clears up in its place."""
    while os.getppid() == parent:
        time.sleep(0.5)
    if scratch is not None:
        shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


def _nothing() -> None:
    """What a judge is asked so that it starts."""


def answer(task: bytes) -> bytes:
    """What a task comes to in this process, once `begin` has made it a judge."""
    if _session is None:
        raise _failure if isinstance(_failure, GraderError) else GraderError(str(_failure) or repr(_failure))
    return encoded(_session.answer(task_from(task)))


def default_jobs() -> int:
    """One judge a processor that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
