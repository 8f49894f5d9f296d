"""What runs in a worker of the cluster: it holds its course against the run's, and hands tasks to judges beside it."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from pathlib import Path

import msgspec
from distributed import Event, Worker, get_client, get_worker

from grader import course as courses
from grader.cluster.judge import Judge
from grader.cluster.letters import Reply, Told, encoded, refused, told_from
from grader.containment import levels
from grader.errors import GraderError
from grader.seals import Parts, parts_of, seal
from grader.settings import Settings
from grader.tasks import Done

__all__ = ["COURSE", "answer", "forget", "look", "seal_of"]

# Where the course is on a worker's machine, if it is neither around its working directory nor around this package.
COURSE = "GRADER_COURSE"
LOST = "two machines of the cluster went away while this was graded"

# By run: its settings here, its judges, and those of them without a task. A thread takes one, or starts one.
_settings: dict[str, Settings] = {}
_judges: defaultdict[str, set[Judge]] = defaultdict(set)
_idle: defaultdict[str, list[Judge]] = defaultdict(list)
_over: set[str] = set()
# Not for these alone: Python 3.11 must not parse in two threads at a time.
_lock = threading.Lock()


def look(told: bytes, dask_worker: Worker) -> bytes:
    """Whether this worker can grade for a run: an empty reply, or one with what stands in the way."""
    with _lock:
        reply = _held_against(told_from(told), dask_worker)
    return encoded(msgspec.structs.replace(reply, by=_name(dask_worker)))


def answer(told: bytes, task: bytes, name: str) -> bytes:
    """What a task comes to. `name` is its own: a task that has been begun twice is not begun again.

    The scheduler of Dask gives a task to another worker when one is lost, four times as it is set up at first; which
    tasks were being done, and which only waited for their turn, is known here alone.
    """
    worker, client = get_worker(), get_client()
    first, second = Event(f"{name} begun", client), Event(f"{name} begun again", client)
    again = first.is_set()
    if again and second.is_set():
        reply = Reply(done=Done(why=LOST, final=True))
    else:
        (second if again else first).set()
        reply = _answered(told_from(told), task, worker)
    first.clear()
    if again:
        second.clear()
    by = _name(worker)
    done = msgspec.structs.replace(reply.done, by=by) if reply.done else None
    return encoded(msgspec.structs.replace(reply, by=by, done=done))


def forget(run: str) -> None:
    """Ends the judges of a run, whatever they do."""
    with _lock:
        _over.add(run)  # a task may be about to begin
        _settings.pop(run, None)
        judges, idle = _judges.pop(run, set()), _idle.pop(run, [])
    for judge in judges:
        judge.process.kill()  # what it has open is closed by the thread that waits for it
    for judge in idle:
        judge.end()


def seal_of(parts: dict[str, Parts]) -> str:
    """One hash of what all results of a run depend on."""
    return seal({name: seal(own) for name, own in parts.items()})


def _answered(told: Told, task: bytes, worker: Worker) -> Reply:
    with _lock:
        judge = _free(told, worker)
    if isinstance(judge, Reply):
        return judge
    reply = judge.answer(task)
    with _lock:
        lasts = not reply.broken and told.run not in _over
        if lasts:
            _idle[told.run].append(judge)
        else:
            _judges[told.run].discard(judge)
    if not lasts:
        judge.end()
    return reply


def _free(told: Told, worker: Worker) -> Judge | Reply:
    """A judge of that run that has nothing to do, or another one, or why there is none."""
    if told.run in _over:
        return Reply(broken=True)
    for run, idle in _idle.items():  # those that had nothing to do for long have ended
        for judge in [judge for judge in idle if judge.process.poll() is not None]:
            idle.remove(judge)
            _judges[run].discard(judge)
            judge.end()
    if _idle[told.run]:
        return _idle[told.run].pop()
    if told.run not in _settings and (reply := _held_against(told, worker)) != Reply():
        return reply
    judge = Judge(_settings[told.run])
    _judges[told.run].add(judge)
    return judge


def _held_against(told: Told, worker: Worker) -> Reply:
    """Keeps the settings with the folders of this machine; a reply that is not empty where it cannot grade for them."""
    try:
        levels.require(told.settings.isolation)
        root = courses.root_of(os.environ.get(COURSE))
        alone = Path(worker.local_directory).parent / "grader-alone"  # one file for all workers of a machine
        closed = (worker.local_directory,)
        settings = msgspec.structs.replace(told.settings, root=str(root), lock=str(alone), closed=closed)
        parts = parts_of(root, courses.load(root / "course.toml"), settings)
    except GraderError as error:
        return refused(error)
    if seal_of(parts) != told.seal:
        return Reply(parts=parts)
    _settings[told.run] = settings
    return Reply()


def _name(worker: Worker) -> str:
    """The name that it was given, or its address."""
    return worker.name if isinstance(worker.name, str) else str(worker.address)
