"""What a judge is asked for, and what it answers: one step of the work on one submission, as bytes."""

from __future__ import annotations

import hashlib

import msgspec

from grader.errors import GraderError
from grader.model import ExerciseResult, Submission
from grader.worker.source import Facts

__all__ = ["Done", "Task", "done_from", "encoded", "opened", "packed", "task_from"]


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """The analysis of a submission's sources, or with an `exercise` the checks of that one.

    `submission` is the encoded Submission and `digest` its SHA-256, `facts` what the analysis said; `ahead` are the
    exercises that will be asked for, too, so that what they need can start in the background.
    """

    submission: bytes
    digest: str
    exercise: str = ""
    facts: tuple[Facts, ...] = ()
    ahead: tuple[str, ...] = ()


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What a task came to: facts or a result, or `why` the grader failed; `final` where another try is of no use.

    `seconds` is how long the judge took; `by` names the machine, where the result comes from another one. Facts that
    are `passing` come of an analysis that broke down, and are not to be kept.
    """

    facts: tuple[Facts, ...] = ()
    passing: bool = False
    result: ExerciseResult | None = None
    why: str = ""
    final: bool = False
    seconds: float = 0.0
    by: str = ""


def packed(submission: Submission) -> tuple[bytes, str]:
    """A submission as bytes, the same for the same work whatever its name, and their SHA-256."""
    data = msgspec.msgpack.encode(msgspec.structs.replace(submission, student=""), order="sorted")
    return data, hashlib.sha256(data).hexdigest()


def opened(task: Task) -> Submission:
    """The submission in a task; GraderError where it did not arrive as it was sent."""
    if hashlib.sha256(task.submission).hexdigest() != task.digest:
        raise GraderError("the submission arrived changed")
    return msgspec.msgpack.decode(task.submission, type=Submission)


encoded = msgspec.msgpack.encode
task_from = msgspec.msgpack.Decoder(Task).decode
done_from = msgspec.msgpack.Decoder(Done).decode
