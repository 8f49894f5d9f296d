"""What judge, template and worker say to each other: the typed headers of the wire's frames."""

from __future__ import annotations

from typing import Annotated

import msgspec

from grader.wire import Null, Value

__all__ = [
    "NO_MEMORY",
    "Analyse",
    "Analysed",
    "Answer",
    "Batch",
    "Call",
    "Limits",
    "Load",
    "Loaded",
    "Locks",
    "Made",
    "Ready",
    "Reply",
    "Request",
    "Trouble",
]

Line = Annotated[str, msgspec.Meta(max_length=4000)]
Name = Annotated[str, msgspec.Meta(max_length=200)]
# Exit status of a worker that has no memory left even for its answer.
NO_MEMORY = 71


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What the kernel enforces on one worker: processor seconds, bytes beyond what the libraries take, open files.

    No `memory_bytes` means no limit.
    """

    cpu_seconds: int
    memory_bytes: int
    open_files: int = 64


class Locks(msgspec.Struct, frozen=True, kw_only=True):
    """What locks a worker in beyond its limits.

    `own_user`: under root, a user that owns nothing. `landlock` is the newest version of Landlock to make use of (0: no
    lock on files and connections), `folders` what it leaves readable beside the libraries, `named` where files can be
    read by those who know what they are called, and nothing can be listed. `seccomp`: a filter on system calls.
    """

    own_user: bool = True
    landlock: int = 0
    seccomp: bool = False
    folders: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


class Analyse(msgspec.Struct, frozen=True, tag="analyse"):
    """Read these sources without running them; `specs` is the encoded list of what each exercise expects."""

    modules: dict[str, bytes]
    notebooks: dict[str, bytes]
    specs: bytes


class Load(msgspec.Struct, frozen=True, tag="load"):
    """Import the module of one exercise.

    `facts` is the encoded outcome of its analysis, `others` are those of exercises in the submission's other notebooks.
    """

    modules: dict[str, bytes]
    notebooks: dict[str, bytes]
    facts: bytes
    others: tuple[bytes, ...]
    exercise: str
    forbidden: tuple[str, ...]


class Made(msgspec.Struct, frozen=True, tag="m"):
    """An argument that cannot travel: the worker makes it from plain data, `by` names what makes it."""

    by: str
    given: Value


class Call(msgspec.Struct, frozen=True):
    """One call of a function of the loaded module; with `plain` lists come back as lists, tuples as tuples.

    `look` names the instrument that turns what came back into plain data, `aim` is what it is told; "" for none.
    Random draws that nobody seeded depend on `salt` alone.
    """

    function: str
    args: tuple[Value | Made, ...]
    plain: bool = False
    look: str = ""
    aim: Value = Null()
    salt: int = 0


class Batch(msgspec.Struct, frozen=True, tag="batch"):
    """Calls to be made one after the other, numbered from `first`; no number comes twice in the life of a worker.

    Answers may wait a moment and go out together, but not if `eager`.
    """

    calls: tuple[Call, ...]
    eager: bool = False
    first: int = 0


Request = Analyse | Load | Batch


class Trouble(msgspec.Struct, frozen=True):
    """Why there is no value.

    `kind`: "raised" (`error` is the class, `family` the built-in classes it derives from), "absent" (no such function;
    `message` lists what there is), "not_callable", "too_large".
    """

    kind: Name
    error: Name = ""
    family: Annotated[tuple[Name, ...], msgspec.Meta(max_length=40)] = ()
    message: Line = ""
    where: Line = ""


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The worker is locked and waits; sent before it has seen a byte of student code."""


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """The answer to `Load`: nothing, or what went wrong at import. `seconds` is what the worker says it took."""

    trouble: Trouble | None = None
    seconds: float = 0.0


class Analysed(msgspec.Struct, frozen=True, tag="analysed"):
    """The answer to `Analyse`: the encoded facts."""

    facts: Annotated[bytes, msgspec.Meta(max_length=1 << 20)]


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """The answer to call number `number`; `changed` are the positions of arguments that were written to."""

    number: int
    value: Value | None = None
    trouble: Trouble | None = None
    changed: Annotated[tuple[int, ...], msgspec.Meta(max_length=20)] = ()
    seconds: float = 0.0


Reply = Ready | Loaded | Analysed | Answer
