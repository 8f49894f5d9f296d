"""The process that runs a student's module for `grader check`: answers on what was its standard output."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from grader.worker.serve import serve

__all__ = ["ANSWER_BYTES", "main"]

ANSWER_BYTES = 64 << 20


def main() -> NoReturn:
    """Serves requests; what the student's code prints goes where errors go, and nobody answers its questions."""
    del sys.path[0]  # where the grader is; whatever is needed of it has been imported
    requests, replies = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    serve(requests, replies, ANSWER_BYTES)
