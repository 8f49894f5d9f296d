"""What runs in a worker of the cluster: it holds its course against the run's, and hands tasks to judges beside it."""

from __future__ import annotations

import os
from collections import defaultdict
from contextlib import suppress
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

# The judges of each run in this process, and those without a task; a thread takes one, or starts one.
_judges: defaultdict[str, set[Judge]] = defaultdict(set)
_idle: defaultdict[str, list[Judge]] = defaultdict(list)
_over: set[str] = set()


def look(told: bytes, dask_worker: Worker) -> bytes:
    """Whether this worker can grade for a run: an empty reply, or one with what stands in the way."""
    try:
        _, reply = _held_against(told_from(told))
    except GraderError as error:
        reply = refused(error)
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
    _over.add(run)  # a task may be about to begin
    _idle.pop(run, None)
    for judge in _judges.pop(run, ()):
        judge.end()


def seal_of(parts: dict[str, Parts]) -> str:
    """One hash of what all results of a run depend on."""
    return seal({name: seal(own) for name, own in parts.items()})


def _answered(told: Told, task: bytes, worker: Worker) -> Reply:
    if told.run in _over:
        return Reply(broken=True)
    judge = _free(told.run)
    if judge is None:
        try:
            settings, reply = _held_against(told)
        except GraderError as error:
            return refused(error)
        if reply.parts:
            return reply
        alone = Path(worker.local_directory).parent / "grader-alone"  # one file for all workers of a machine
        judge = Judge(msgspec.structs.replace(settings, lock=str(alone), closed=(worker.local_directory,)))
        _judges[told.run].add(judge)
    reply = judge.answer(task)
    if reply.broken:
        _end(told.run, judge)
    else:
        _idle[told.run].append(judge)
    return reply


def _free(run: str) -> Judge | None:
    """A judge of that run that has nothing to do; one that had nothing to do for long has ended."""
    with suppress(IndexError):
        while True:
            judge = _idle[run].pop()
            if judge.process.poll() is None:
                return judge
            _end(run, judge)
    return None


def _end(run: str, judge: Judge) -> None:
    _judges[run].discard(judge)
    judge.end()


def _held_against(told: Told) -> tuple[Settings, Reply]:
    """The settings with the folders of this machine, and what differs here; IsolationError where it cannot lock."""
    levels.require(told.settings.isolation)
    root = courses.root_of(os.environ.get(COURSE))
    settings = msgspec.structs.replace(told.settings, root=str(root))
    parts = parts_of(root, courses.load(root / "course.toml"), settings)
    return settings, Reply(parts={} if seal_of(parts) == told.seal else parts)


def _name(worker: Worker) -> str:
    """The name that it was given, or its address."""
    return worker.name if isinstance(worker.name, str) else str(worker.address)
