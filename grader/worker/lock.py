"""What a freshly forked worker gives up, layer by layer, before the first byte of student code runs."""

from __future__ import annotations

import os
import resource
import secrets
import signal
import struct
import sys
import time
from collections.abc import Sequence

from grader.messages import Limits, Locks
from grader.worker import landlock, seccomp
from grader.worker.system import checked, libc, prctl

__all__ = ["FIRST_USER", "USERS", "fork", "lock", "shield"]

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_SET_NO_NEW_PRIVS = 38
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_READ_SEARCH = 1 << 2
# Users that belong to nobody: systemd takes its short-lived ones from here. A worker gets one of them by chance.
FIRST_USER, USERS = 61184, 4000
# Threads of one worker; libraries start some for each processor.
THREADS, THREADS_A_PROCESSOR = 64, 8
MOST_TASKS = 1 << 22  # the kernel has no more
# Seconds to wait for room for a process: a submission that takes all of it comes to an end.
ROOM_SECONDS = 60.0


def fork() -> int:
    """Forks. The child has a limit on all tasks of its user, a little above what there are; `lock` adds to it.

    Where there is no room for a process this waits: whoever has taken all of it may come to an end.
    """
    if sys.platform != "linux":
        return os.fork()
    parent, (soft, hard) = os.getpid(), resource.getrlimit(resource.RLIMIT_NPROC)
    most = MOST_TASKS if hard == resource.RLIM_INFINITY else hard
    tasks, deadline = min(THREADS, most), time.monotonic() + ROOM_SECONDS
    try:
        while True:
            resource.setrlimit(resource.RLIMIT_NPROC, (tasks, hard))
            try:
                return os.fork()
            except BlockingIOError:
                if tasks < most:  # there are more tasks than that
                    tasks = min(tasks * 5 // 4, most)
                elif time.monotonic() > deadline:
                    raise
                else:
                    time.sleep(0.05)
    finally:
        if os.getpid() == parent:
            resource.setrlimit(resource.RLIMIT_NPROC, (soft, hard))


def lock(
    limits: Limits, locks: Locks, granted: Sequence[int], named: Sequence[int], filter_: bytes, may_read: bool
) -> None:
    """Kernel limits, own user, death with the template, files and connections, system calls: in this order.

    `granted` are descriptors of what Landlock leaves readable, `named` of folders that cannot be listed. `may_read`
    keeps root's right to read past the permissions of files, for libraries that lie in a closed folder; what Landlock
    does not grant stays closed.
    """
    os.setsid()
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds)
    if sys.platform == "linux":
        if limits.memory_bytes:  # a GPU's driver maps as much as the machine has
            _limit(resource.RLIMIT_AS, _mapped_bytes() + limits.memory_bytes)
        own, template = locks.own_user and os.geteuid() == 0, os.getppid()
        _change_user(own, may_read)
        _bound_threads(own)
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # a change of the user would have undone it
        if os.getppid() != template:
            os._exit(0)  # it has died before the kernel knew what to do about it
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        shield()
        if locks.landlock:
            landlock.restrict(granted, named, locks.landlock)
    for descriptor in (*granted, *named):
        os.close(descriptor)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    if locks.seccomp:
        seccomp.apply(filter_)


def shield() -> None:
    """Keeps other processes of the same user from reading or writing this one's memory, on Linux."""
    if sys.platform == "linux":
        prctl(PR_SET_DUMPABLE, 0)


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def _mapped_bytes() -> int:
    """Address space of this process now, in bytes: what the libraries take differs from machine to machine."""
    with open("/proc/self/statm", "rb", buffering=0) as statm:  # as text, every worker would import a codec
        return int(statm.read().split()[0]) * resource.getpagesize()


def _change_user(own: bool, may_read: bool) -> None:
    """From root to a user that owns nothing; no capability is kept, or the one to read."""
    kept = CAP_DAC_READ_SEARCH if may_read and os.geteuid() == 0 else 0
    if own:
        prctl(PR_SET_KEEPCAPS, 1)  # else the change of user would take the capability to read away
        # By chance: whoever could tell the next one would take up its threads beforehand.
        user = FIRST_USER + secrets.randbelow(USERS)
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    checked(libc.capset(header, struct.pack("=III", kept, kept, 0) + bytes(12)), "capset")


def _bound_threads(own: bool) -> None:
    """The kernel counts by user: those of other workers count, too, where the user is the grader's."""
    processors = os.cpu_count() or 1
    most = THREADS + THREADS_A_PROCESSOR * processors
    shared = resource.getrlimit(resource.RLIMIT_NPROC)[0] + most * processors
    _limit(resource.RLIMIT_NPROC, most if own else shared)
