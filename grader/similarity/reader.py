"""Has files taken apart by a process with limits; what takes that process down costs its own file alone."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from grader.similarity.lexing import Reading, read

__all__ = ["Read", "reader"]

Read = Callable[[bytes, bool], Reading]

_MEGABYTES = 1024
_NOTEBOOK = b"notebook\0"


@contextmanager
def reader(seconds: int = 10) -> Iterator[Read]:
    """Gives a function that takes a module or a notebook apart, in at most `seconds` of processor time."""
    with ExitStack() as processes:
        links = list[Connection]()

        @cache  # unchanged stubs, for one, are read once
        def ask(data: bytes, notebook: bool) -> Reading:
            if not links:
                links.append(processes.enter_context(_process(seconds)))
            try:
                links[0].send_bytes(_NOTEBOOK * notebook + data)
                return msgspec.msgpack.decode(links[0].recv_bytes(), type=Reading)
            except (EOFError, OSError):
                links.clear()
                processes.close()
                return Reading(problem=f"takes more than {seconds} s or {_MEGABYTES} MB to take apart")

        yield ask


@contextmanager
def _process(seconds: int) -> Iterator[Connection]:
    ours, theirs = Pipe()
    # -P, or a module in the working folder could stand in for one of Python's.
    command = [sys.executable, "-P", "-m", "grader.similarity.reader", str(theirs.fileno()), str(seconds)]
    environment = os.environ | {"PYTHONPATH": os.fspath(Path(__file__).resolve().parents[2])}
    errors = subprocess.DEVNULL  # a traceback of a file that takes too much helps nobody
    with theirs:
        process = subprocess.Popen(command, env=environment, pass_fds=[theirs.fileno()], stderr=errors)
    with process, ours:  # it ends where nobody listens, at the latest when its time is up
        yield ours


def _serve(link: Connection, seconds: int) -> None:
    """Answers until the other end is closed; a file that takes more than `seconds` of processor time ends it all."""
    with suppress(ValueError, OSError):  # macOS knows the limit and does not take it
        resource.setrlimit(resource.RLIMIT_AS, (_MEGABYTES * 2**20, _MEGABYTES * 2**20))
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    with suppress(EOFError):
        while True:
            data = link.recv_bytes()
            usage = resource.getrusage(resource.RUSAGE_SELF)
            resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + seconds + 1, hard))
            reading = read(data.removeprefix(_NOTEBOOK), data.startswith(_NOTEBOOK))
            link.send_bytes(msgspec.msgpack.encode(reading))


if __name__ == "__main__":
    _serve(Connection(int(sys.argv[1])), int(sys.argv[2]))
