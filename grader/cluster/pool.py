"""The judges of a Dask cluster, as a pool: what a run sends out comes back as it would from this machine."""

from __future__ import annotations

import logging
import sys
import threading
import uuid
import warnings
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Future
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec
from distributed import Client, KilledWorker
from distributed.security import Security
from distributed.versions import VersionMismatchWarning

from grader.cluster import work
from grader.cluster.asked import OPENLY, Asked, shared_openly
from grader.cluster.letters import Reply, Told, encoded, error_in, reply_from
from grader.errors import GraderError, UsageError
from grader.seals import Parts, differing, few
from grader.settings import Settings
from grader.tasks import Done, task_from

__all__ = ["Cluster"]

CONNECT_SECONDS, LEAVE_SECONDS, LOOK_SECONDS = 5.0, 1.5, 1.0
# Tasks that wait for a resource hold up no others, until there are so many of them.
MOST_ROUTED = 1000
KILLED = "so many machines of the cluster went away while this was there that Dask gave it up"
WORDS = ("{} is another one", "{} is missing there", "{} is there alone", "{0} {2} there, {1} here")
CANCELLED = "somebody else cancelled this on the cluster"


class Cluster:
    """Workers of a cluster as they come and go; each has proved that it has this course before it grades."""

    shared_fate = False

    def __init__(self, settings: Settings, parts: Mapping[str, Parts], asked: Asked) -> None:
        self.asked, self.parts, self.run = asked, dict(parts), uuid.uuid4().hex
        there = msgspec.structs.replace(settings, root="", closed=(), lock=None, course=None)  # all of this machine
        self.told = encoded(Told(run=self.run, settings=there, seal=work.seal_of(self.parts)))
        self.window, self.threads, self.sent, self.routed = 2, 0, 0, 0
        self.counting = threading.Lock()
        self.said, self.open = "", False
        self.closing = threading.Event()
        logging.disable(logging.CRITICAL)  # what is to be said is said in sentences, versions that differ too
        warnings.filterwarnings("ignore", category=VersionMismatchWarning)
        try:
            self.client = Client(
                asked.url, security=Security(), timeout=CONNECT_SECONDS, name="grader", set_as_default=False
            )
        except (OSError, RuntimeError, ValueError) as error:
            raise UsageError(
                f"No scheduler answers at {asked.url} ({error}). Is it running, is that its address, and do both have "
                "certificates of the same authority?"
            ) from None
        self.executor = self.client.get_executor(pure=False)
        try:
            self._prove()
        except BaseException:
            self.close(now=True)
            raise
        threading.Thread(target=self._watch, name="cluster", daemon=True).start()

    def submit(self, task: bytes) -> Future[bytes]:
        """Has a task done by a worker, or by another one when that is lost."""
        if self.client.status != "running":
            raise self._gone()
        if self.open:  # a worker that joined later
            raise UsageError(OPENLY)
        resource = self.asked.resources.get(task_from(task).exercise)
        needs = {"resources": {resource: 1}} if resource else {}
        self.sent += 1
        self._route(bool(resource))
        answered: Future[bytes] = Future()
        inner = self.executor.submit(work.answer, self.told, task, f"{self.run} {self.sent}", **needs)
        inner.add_done_callback(partial(self._landed, answered, bool(resource)))
        return answered

    def renew(self) -> None:
        """Nothing: a worker starts another judge by itself."""

    def close(self, *, now: bool = False) -> None:
        """Cancels what is under way and ends the judges of this run; `now` waits no longer than that takes."""
        self.closing.set()
        leaving = threading.Thread(target=self._leave, daemon=True)
        leaving.start()
        leaving.join(LEAVE_SECONDS if now else CONNECT_SECONDS)

    def _leave(self) -> None:
        with suppress(Exception):  # whatever it is, nobody waits for an answer any more
            if self.client.status == "running":
                self.client.run(work.forget, self.run, on_error="ignore")
                self.executor.shutdown(wait=False)
        with suppress(Exception):
            self.client.close(timeout=LEAVE_SECONDS)

    def _route(self, more: int) -> None:
        """Two tasks a thread may be under way, and those that wait for a resource."""
        with self.counting:
            self.routed += more
            self.window = max(2, 2 * self.threads) + min(self.routed, MOST_ROUTED)

    def _landed(self, answered: Future[bytes], routed: bool, inner: Future[Any]) -> None:
        self._route(-routed)
        try:
            answered.set_result(encoded(self._done(inner)))
        except Exception as error:
            answered.set_exception(error)

    def _done(self, inner: Future[Any]) -> Done:
        """What came back; raises what ends the run, and BrokenExecutor where a judge came to its end."""
        try:
            reply = reply_from(inner.result())
        except KilledWorker:
            return Done(why=KILLED)
        except CancelledError:
            if self.client.status != "running":
                raise self._gone() from None
            return Done(why=CANCELLED)
        except Exception as error:
            return Done(why=f"the cluster failed: {type(error).__name__}: {error}")
        if trouble := self._trouble(reply):
            raise trouble
        if reply.broken or reply.done is None:
            raise BrokenExecutor
        return reply.done

    def _trouble(self, reply: Reply) -> GraderError | None:
        if not reply.parts:
            return error_in(reply)
        return UsageError(
            f"The worker {reply.by} would grade by other rules: {differences(self.parts, reply.parts)}. Give it the "
            "same checkout and libraries (requirements.txt), or take it off the cluster; then run this again."
        )

    def _gone(self) -> GraderError:
        return GraderError(
            f"The scheduler at {self.asked.url} is gone. What is graded is kept: start it again, and run the same "
            "command to go on."
        )

    def _prove(self) -> None:
        """Waits for a first worker; raises what keeps one of those that are there from grading."""
        try:  # tasks name a function of this package, and the scheduler has to find it
            self.client.run_on_scheduler(work.seal_of, {})
        except ValueError:
            pass  # it unpickles nothing, and need not find it
        except Exception as error:
            if self.client.status != "running":
                raise self._gone() from None
            raise UsageError(
                f"The scheduler at {self.asked.url} has no checkout of this course ({type(error).__name__}: {error}). "
                "Start it in the environment that this run has."
            ) from None
        while not self._count():
            self.closing.wait(LOOK_SECONDS / 2)
        if self.open:
            raise UsageError(OPENLY)
        for address, answer in self.client.run(work.look, self.told, on_error="return").items():
            if isinstance(answer, BaseException):
                raise UsageError(
                    f"The worker {address} cannot grade ({answer}); it needs the same checkout as this run."
                )
            if trouble := self._trouble(reply_from(answer)):
                raise trouble

    def _workers(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] | None = self.client.scheduler_info(n_workers=-1).get("workers")
        if found is None or self.client.status != "running":
            raise self._gone()
        return found

    def _count(self) -> int:
        """Counts the threads of all workers, and says what the run waits for."""
        workers = self._workers()
        self.open = not self.asked.plain and any(map(shared_openly, (self.asked.url, *workers)))
        self.threads = sum(worker["nthreads"] for worker in workers.values())
        self._route(0)
        offered = {name for worker in workers.values() for name in worker["resources"]}
        lacking = sorted({*self.asked.resources.values()} - offered)
        says = f"no worker offers {' and '.join(lacking)}" if lacking else ""
        says = says if workers else "no worker is there"
        if says and says != self.said:
            start = "\r\x1b[K" if sys.stderr.isatty() else ""
            print(f"{start}grader: {says} at {self.asked.url}; waiting for one (Ctrl-C ends it)", file=sys.stderr)
        self.said = says
        return self.threads

    def _watch(self) -> None:
        while not self.closing.wait(LOOK_SECONDS):
            with suppress(Exception):  # the scheduler is gone: whoever waits for an answer hears of it
                self._count()


def differences(ours: Mapping[str, Parts], theirs: Mapping[str, Parts]) -> str:
    """What a worker has that the run has not, and the other way round."""
    found: dict[str, None] = {}  # in order, and each once
    for name in sorted(ours.keys() | theirs.keys()):
        found |= dict.fromkeys(differing(ours.get(name, {}), theirs.get(name, {}), WORDS))
    return "; ".join(few(list(found)))
