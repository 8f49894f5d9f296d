"""The process that runs a student's module for `grader check`: answers on what was its standard output."""

from __future__ import annotations

import faulthandler
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

import msgspec

from grader.check.instruments import Equipped
from grader.messages import Call, Load, Trouble
from grader.worker.serve import serve

__all__ = ["ANSWER_BYTES", "Task", "main"]

ANSWER_BYTES = 64 << 20
# What takes time to import; a process that waits for its work does that beforehand.
AHEAD = {
    "numpy": ("numpy",),
    "keras": ("keras",),
    "numpy, much": ("numpy", "imageio.v3", "matplotlib.pyplot"),
    "keras, much": ("keras", "imageio.v3", "matplotlib.pyplot"),
}


class Task(msgspec.Struct, frozen=True):
    """The first line of what a process is sent: where the module works, and its limits in seconds of the clock."""

    folder: str
    import_seconds: float
    call_seconds: float


class Watched(Equipped):
    """A server that ends itself when the import or a call takes too long; it says on stderr where it was then."""

    task: Task

    def load(self, message: Load) -> Trouble | None:
        """Imports the module."""
        faulthandler.dump_traceback_later(self.task.import_seconds, exit=True, file=2)
        try:
            return super().load(message)
        finally:
            faulthandler.cancel_dump_traceback_later()

    def answer(self, number: int, call: Call, take: Any) -> bytes:
        """Makes one call."""
        faulthandler.dump_traceback_later(self.task.call_seconds, exit=True, file=2)
        try:
            return super().answer(number, call, take)
        finally:
            faulthandler.cancel_dump_traceback_later()


def main() -> NoReturn:
    """Serves requests; what the student's code prints goes where errors go, and nobody answers its questions."""
    for name in AHEAD[sys.argv[2]]:
        with suppress(Exception):  # whoever needs it is told when the module is imported
            import_module(name)
    del sys.path[0]  # where the grader is; whatever is needed of it has been imported
    requests, replies = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    line = b""
    while not line.endswith(b"\n"):
        got = os.read(requests, 1)
        if not got:
            os._exit(0)  # nobody needs it any more
        line += got
    Watched.task = msgspec.json.decode(line, type=Task)
    os.chdir(Watched.task.folder)
    serve(requests, replies, ANSWER_BYTES, Watched)
