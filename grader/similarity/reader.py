"""Has files taken apart by a process with limits; what takes that process down costs its own file alone."""

from __future__ import annotations

import os
import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from grader.similarity.lexing import MEMORY, NOTEBOOK, SECONDS, Reading

__all__ = ["Reader"]

_PATIENCE = 120  # seconds by the clock: its own limit counts processor time, so this is for a process that hangs
_FAILED = f"takes more than {SECONDS} s or {MEMORY // 2**20} MB to take apart"


class Reader:
    """A process that reads one file after the other; a new one is started where the last one fell."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._link: Connection | None = None
        self._known: dict[bytes, Reading] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def read(self, data: bytes, notebook: bool = False) -> Reading:
        """Returns the file taken apart; equal files, such as unchanged stubs, are read once."""
        asked = NOTEBOOK * notebook + data
        if asked not in self._known:
            self._known[asked] = self._ask(asked)
        return self._known[asked]

    def _ask(self, asked: bytes) -> Reading:
        link = self._link or self._start()
        try:
            link.send_bytes(asked)
            if link.poll(_PATIENCE):
                return msgspec.msgpack.decode(link.recv_bytes(), type=Reading)
        except (EOFError, OSError):
            pass
        self._end()
        return Reading(problem=_FAILED)

    def _start(self) -> Connection:
        self._link, other = Pipe()
        root = os.fspath(Path(__file__).resolve().parents[2])
        # -P, or a module in the working folder could stand in for one of Python's.
        command = [sys.executable, "-P", "-m", "grader.similarity.lexing", str(other.fileno())]
        with other:
            self._process = subprocess.Popen(
                command, env=os.environ | {"PYTHONPATH": root}, pass_fds=[other.fileno()], stdin=subprocess.DEVNULL
            )
        return self._link

    def _end(self) -> None:
        if self._link is not None:
            self._link.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._link = self._process = None
