"""What a call is and what it came to, for whoever makes calls and for whoever judges them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from grader import messages, wire
from grader.messages import Answer, Call, Trouble
from grader.probing import Made

__all__ = ["Kind", "NotRun", "Outcome", "Raised", "Request", "Returned", "Stop", "Stopped", "outcome_of"]

Kind = Literal["timeout", "memory", "crashed", "exited", "protocol", "output", "forbidden"]


class Stop(Exception):  # noqa: N818 - it tells of an end, which is the student's affair, not of an error
    """A worker came to an end before it answered; `kind` is the verdict, `detail` a few words for the feedback."""

    def __init__(self, kind: Kind, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True)
class Returned:
    """A call came back: `value` is plain data, `changed` the positions of arguments that were written to."""

    value: Any
    listed: bool = False
    changed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Raised:
    """A call, or the import, raised; `seen` is what an instrument found where it came to that."""

    trouble: Trouble
    seen: Any = None


@dataclass(frozen=True)
class Stopped:
    """The worker came to an end during the call."""

    stop: Stop


@dataclass(frozen=True)
class NotRun:
    """The call was not made, and why."""

    reason: str


Outcome = Returned | Raised | Stopped | NotRun


@dataclass(frozen=True)
class Request:
    """One call to make: a function's name and arguments. With `plain` lists come back as lists, tuples as tuples.

    `look` names the instrument that the worker holds to what came back, `aim` is what the instrument is told.
    """

    function: str
    args: tuple[Any, ...]
    plain: bool = False
    look: str = ""
    aim: Any = None
    salt: int = 0

    @cached_property
    def packed(self) -> tuple[Call, list[bytes]]:
        """The call as it travels; recorded examples are packed once and sent to every student."""
        buffers: list[bytes] = []
        args = tuple(_packed(arg, buffers) for arg in self.args)
        aim = wire.pack(self.aim, buffers, exact=True)
        return Call(self.function, args, self.plain, self.look, aim, self.salt), buffers


def _packed(arg: Any, buffers: list[bytes]) -> wire.Value | messages.Made:
    if isinstance(arg, Made):
        return messages.Made(arg.by, wire.pack(arg.given, buffers, exact=True))
    return wire.pack(arg, buffers, exact=True)


def outcome_of(reply: Answer, take: wire.Reader, plain: bool) -> Outcome:
    """What an answer says; WireError where it is none."""
    if reply.value is None and reply.trouble is None:
        raise wire.WireError("an answer without a value")
    value = None if reply.value is None else wire.value_of(reply.value, take, fresh=plain)
    take.finish()
    if reply.trouble is not None:
        return Raised(reply.trouble, value)
    listed = isinstance(reply.value, wire.Array) and reply.value.listed
    return Returned(value, listed, reply.changed)
