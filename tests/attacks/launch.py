"""Starts a program on a terminal of its own and within bounds.

python launch.py TERMINAL BYTES SECONDS PROGRAM [WORD...]
"""

from __future__ import annotations

import os
import resource
import sys

__all__: list[str] = []

if __name__ == "__main__":
    terminal, memory, seconds, *words = sys.argv[1:]
    os.close(os.open(terminal, os.O_RDWR))  # the first that a session opens becomes the session's
    if int(memory):
        resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 28, 1 << 28))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
    os.execvp(words[0], words)
