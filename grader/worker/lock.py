"""What a freshly forked worker gives up before the first byte of student code runs."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys

from grader.messages import Limits

__all__ = ["lock", "shield"]

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38
CAPABILITY_VERSION_3 = 0x20080522
KEPT_CAPABILITIES = 1 << 2  # CAP_DAC_READ_SEARCH: libraries may lie in a folder of another user


def lock(limits: Limits) -> None:
    """Own session, kernel limits, death with the template. File and network locks join here, after the limits."""
    os.setsid()
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds)
    if sys.platform == "linux":
        if limits.memory_bytes:  # a GPU's driver maps as much as the machine has
            _limit(resource.RLIMIT_AS, _mapped_bytes() + limits.memory_bytes)
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        _prctl(PR_SET_NO_NEW_PRIVS, 1)
        _drop_capabilities()
        shield()


def shield() -> None:
    """Keeps other processes of the same user from reading or writing this one's memory, on Linux."""
    if sys.platform == "linux":
        _prctl(PR_SET_DUMPABLE, 0)


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def _mapped_bytes() -> int:
    """Address space of this process now, in bytes: what the libraries take differs from machine to machine."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def _drop_capabilities() -> None:
    """Even root keeps nothing but the right to read: without more, a shielded process is out of reach."""
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    lower = struct.pack("=III", KEPT_CAPABILITIES, KEPT_CAPABILITIES, 0) if os.geteuid() == 0 else bytes(12)
    if ctypes.CDLL(None, use_errno=True).capset(header, lower + bytes(12)) != 0:
        raise OSError(ctypes.get_errno(), "capset was refused")


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option} was refused")
