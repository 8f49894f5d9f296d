"""Calls to the C library that Python has no function for, with errors as Python raises them."""

from __future__ import annotations

import ctypes
import os
from typing import Any

__all__ = ["checked", "libc", "prctl"]

libc = ctypes.CDLL(None, use_errno=True)


def checked(result: int, what: str) -> int:
    """The result of a call; OSError with the system's reason where it is negative."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def prctl(option: int, *values: Any) -> None:
    """Changes something of this process or thread; options that are not given are 0."""
    checked(libc.prctl(option, *values, *(0,) * (4 - len(values))), f"prctl {option}")
