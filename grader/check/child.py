"""The process that runs a student's module for `grader check`: answers on what was its standard output."""

from __future__ import annotations

import faulthandler
import os
import sys
from typing import Any, NoReturn

from grader.check.instruments import Equipped
from grader.messages import Call, Load, Trouble
from grader.worker.serve import serve

__all__ = ["ANSWER_BYTES", "main"]

ANSWER_BYTES = 64 << 20


class Watched(Equipped):
    """A server that ends itself when the import or a call takes too long; it says on stderr where it was then."""

    def load(self, message: Load) -> Trouble | None:
        """Imports the module."""
        faulthandler.dump_traceback_later(float(sys.argv[2]), exit=True, file=2)
        try:
            return super().load(message)
        finally:
            faulthandler.cancel_dump_traceback_later()

    def answer(self, number: int, call: Call, take: Any) -> bytes:
        """Makes one call."""
        faulthandler.dump_traceback_later(float(sys.argv[3]), exit=True, file=2)
        try:
            return super().answer(number, call, take)
        finally:
            faulthandler.cancel_dump_traceback_later()


def main() -> NoReturn:
    """Serves requests; what the student's code prints goes where errors go, and nobody answers its questions."""
    del sys.path[0]  # where the grader is; whatever is needed of it has been imported
    requests, replies = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    serve(requests, replies, ANSWER_BYTES, Watched)
