"""What travels between a run and the workers of a cluster: plain data, as bytes."""

from __future__ import annotations

import msgspec

from grader.errors import CourseError, GraderError, IsolationError, UsageError
from grader.seals import Parts
from grader.settings import Settings
from grader.tasks import Done

__all__ = ["Reply", "Told", "encoded", "error_in", "refused", "reply_from", "told_from"]

KINDS = {kind.__name__: kind for kind in (CourseError, IsolationError, UsageError)}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is told of a run: its name, its settings, and the seal of what its results depend on."""

    run: str
    settings: Settings
    seal: str


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker answers: what a task came to, or the class of an error and its words.

    `parts` is what results depend on at that worker, where it is something else than at the run; `broken` says that
    the judge came to an end.
    """

    by: str = ""
    done: Done | None = None
    error: str = ""
    why: str = ""
    parts: dict[str, Parts] = {}
    broken: bool = False


def refused(error: GraderError) -> Reply:
    """The reply in the place of an error, which is not pickled."""
    return Reply(error=type(error).__name__, why=str(error))


def error_in(reply: Reply) -> GraderError | None:
    """The error that a reply tells of, with the name of the worker."""
    return KINDS.get(reply.error, GraderError)(f"The worker {reply.by}: {reply.why}") if reply.error else None


encoded = msgspec.msgpack.encode
told_from = msgspec.msgpack.Decoder(Told).decode
reply_from = msgspec.msgpack.Decoder(Reply).decode
