"""The canary: before anything is graded, a worker tries what student code must not do, and what it must be able to."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from grader.errors import GraderError, IsolationError
from grader.messages import Locks
from grader.outcomes import Outcome, Raised, Request, Returned, Stopped
from grader.student import Bench, Sources, Student
from grader.worker.source import Facts

__all__ = ["Attempt", "attempts", "bait", "prove"]

SOURCE = Path(__file__).with_name("attempts.py")
SAMPLE_BYTES = b"read me"
HERE = "127.0.0.1"
NOBODY = (HERE, 9)
# What an exercise leaves its own code is no matter of locks.
SECONDS = 60.0
TIMES = ("import_seconds", "call_seconds", "check_seconds", "exercise_seconds")
CURE = "`grader doctor` tries each layer; please report what it says."


class Attempt(NamedTuple):
    """One thing that is tried: a function of the canary, what it is given, the words, the layers that forbid it."""

    function: str
    aim: Any
    words: str
    layers: tuple[str, ...]


@contextmanager
def bait(folder: Path) -> Iterator[dict[str, Any]]:
    """Lays out in `folder` what the canary tries for: files and servers that nothing but a lock keeps from it."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bait-", dir=folder)))
        place.chmod(0o777)
        for name in ("file", "old", "other"):
            (place / name).write_bytes(SAMPLE_BYTES)
            (place / name).chmod(0o666)
        servers = {"tcp": NOBODY, "udp": NOBODY}
        for name, kind in (("tcp", socket.SOCK_STREAM), ("udp", socket.SOCK_DGRAM)):
            server = stack.enter_context(socket.socket(socket.AF_INET, kind))
            with suppress(OSError):  # in a container without any network; what is refused there is refused sooner
                server.bind((HERE, 0))
                if name == "tcp":
                    server.listen()
                servers[name] = server.getsockname()
        address = f"\0grader-{os.getpid()}-{id(stack)}"  # a path in a temporary folder may be too long for one
        local = stack.enter_context(socket.socket(socket.AF_UNIX))
        with suppress(OSError):  # Linux alone has such addresses, and nobody but Linux forbids them here
            local.bind(address)
            local.listen()
        yield {"place": place, "local": address, **servers}


def attempts(laid: dict[str, Any], closed: Sequence[Path]) -> list[Attempt]:
    """All that is tried; `closed` are folders of the trusted side that student code must not list."""
    place = os.fspath(laid["place"])
    files, calls, both = ("landlock",), ("seccomp",), ("landlock", "seccomp")
    return [
        # The first one, before code has opened anything of its own.
        Attempt("inherit", None, "find descriptors that are left open", ("limits",)),
        Attempt("read", f"{place}/file", "read a file outside the course", files),
        *(Attempt("look", os.fspath(folder), f"list {folder}", files) for folder in closed if folder.is_dir()),
        Attempt("look", place, "list a folder outside the course", files),
        Attempt("create", place, "make a file", both),
        Attempt("overwrite", f"{place}/file", "write to a file", both),
        Attempt("delete", f"{place}/old", "delete a file", both),
        Attempt("rename", f"{place}/other", "rename a file", both),
        Attempt("connect", laid["tcp"], "reach a server by TCP", calls),
        Attempt("send", laid["udp"], "send a datagram", calls),
        Attempt("local", laid["local"], "reach a server on this machine", calls),
        Attempt("fork", None, "make a process", calls),
        Attempt("run", "/bin/true", "start a program", calls),
        Attempt("pester", None, "send its parent a signal", calls),
        Attempt("slow_down", None, "change its parent's priority", calls),
        Attempt("hoard", None, "make a file in memory", calls),
        Attempt("unlimit", None, "raise a limit", ("limits",)),
        Attempt("rule", None, "act as root, or in a group of the grader's user", ("own_user",)),
        Attempt("trace", None, "be traced", calls),  # the last one, because it ends the worker
    ]


def prove(bench: Bench, folder: Path, closed: Sequence[Path], keras: bool) -> int:
    """Sends the canary into a worker of this bench; the number of things that it was refused.

    Raises IsolationError, with all surprises, where a layer that is in force lets something through, or where code
    cannot do what the course needs. `folder` is one of the trusted side.
    """
    force = in_force(bench.locks)
    with bait(folder) as laid:
        tried = [attempt for attempt in attempts(laid, closed) if force.intersection(attempt.layers)]
        student = _student(bench)  # behind the locks of this bench, with time enough for a first training
        try:
            if (trouble := student.start()) is not None:  # what was never tried is not let through
                raise GraderError(f"The canary could not be loaded ({_why(trouble)})")
            outcomes = [_outcome(student, tried[0])]
            surprises = [words for call in ("compute", "layer")[: 1 + keras] if (words := _lacks(student, call))]
            outcomes += [_outcome(student, one) for one in tried[1:]]
        except GraderError as error:
            raise IsolationError(f"{error}. Nothing is graded. {CURE}") from None
        finally:
            student.close()
    for one, outcome in zip(tried, outcomes, strict=True):
        if not _refused(one, outcome):
            surprises.append(f"student code can {one.words} although {' and '.join(one.layers)} should forbid it")
    if surprises:
        raise IsolationError(f"The canary found: {'; '.join(surprises)}. Nothing is graded. {CURE}")
    return len(tried)


def in_force(locks: Locks) -> set[str]:
    """The layers that these locks stand for."""
    wanted = {"own_user": locks.own_user, "landlock": locks.landlock > 0, "seccomp": locks.seccomp}
    return {"limits", *(name for name, on in wanted.items() if on)}


def _student(bench: Bench) -> Student:
    facts = Facts(exercise="canary", origin="module", path="canary.py", status="ok")
    limits = msgspec.structs.replace(bench.limits, **dict.fromkeys(TIMES, SECONDS))
    sources = Sources({"canary": SOURCE.read_bytes()}, {}, msgspec.msgpack.encode(facts))
    return Student("canary", sources, replace(bench, limits=limits))


def _outcome(student: Student, attempt: Attempt) -> Outcome:
    return student.calls([Request(attempt.function, (attempt.aim,))])[0]


def _lacks(student: Student, call: str) -> str:
    """What student code cannot do although it has to."""
    outcome = student.calls([Request(call, (None,))])[0]
    if isinstance(outcome, Returned):
        return ""
    return f"student code cannot {'use Keras' if call == 'layer' else 'compute'} ({_why(outcome)})"


def _why(outcome: Outcome) -> str:
    return f"{outcome.trouble.error}: {outcome.trouble.message}" if isinstance(outcome, Raised) else str(outcome)


def _refused(attempt: Attempt, outcome: Outcome) -> bool:
    """Whether the system said no. Any other error is one of the canary's own, or of a peer, and proves nothing."""
    if attempt.function == "trace":
        return isinstance(outcome, Stopped) and outcome.stop.kind == "forbidden"
    # Python's own word for a limit that may not be raised.
    wanted = "ValueError" if attempt.function == "unlimit" else "PermissionError"
    return isinstance(outcome, Raised) and wanted in outcome.trouble.family
