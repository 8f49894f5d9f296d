"""The filter on system calls that a locked worker ends up behind: made by libseccomp, loaded as it is.

`tests/build_filters.py` holds the policy and writes the filters.
"""

from __future__ import annotations

import ctypes
import platform
from pathlib import Path

from grader.worker.system import prctl

__all__ = ["INSTRUCTION_BYTES", "apply", "filter_for_this_machine"]

FOLDER = Path(__file__).with_name("filters")
PR_SET_SECCOMP = 22
MODE_FILTER = 2
INSTRUCTION_BYTES = 8


class _Program(ctypes.Structure):
    """`struct sock_fprog`: the number of instructions, and where they are."""

    _fields_ = (("count", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def filter_for_this_machine() -> bytes:
    """The filter for this processor; FileNotFoundError where the project has none."""
    return (FOLDER / f"{platform.machine()}.bpf").read_bytes()


def apply(instructions: bytes) -> None:
    """Puts this thread, and all that it starts, behind the filter for good. The process needs `no_new_privs`."""
    program = _Program(len(instructions) // INSTRUCTION_BYTES, instructions)
    prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(program))
