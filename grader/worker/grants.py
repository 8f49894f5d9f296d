"""What a locked worker may read: Python and its libraries, and what these look at. The rest of the disk is closed."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress

__all__ = ["OWN", "libraries", "open_all", "readable_by_others"]

# Shared libraries that are loaded late, fonts and time zones, and what TensorFlow and the C library ask the system.
SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/fonts",
    "/usr/share/zoneinfo",
    "/dev/null",
    "/dev/urandom",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu",
)
# Of a worker's own entry in /proc. Whole, it would tell of the machine's connections and mounts as well.
OWN = tuple(f"/proc/self/{name}" for name in ("auxv", "cmdline", "fd", "limits", "maps", "stat", "statm", "status"))


def libraries(hidden: str) -> list[str]:
    """The folders that Python imports from and the system's own, without anything at or beneath `hidden`.

    Rules of Landlock only add, so of a folder with something hidden in it the other entries are granted one by one.
    """
    wanted = [*SYSTEM, os.path.join(sys.base_prefix, "lib"), *filter(None, sys.path)]
    return [path for folder in wanted if os.path.exists(folder) for path in _without(os.path.realpath(folder), hidden)]


def _without(path: str, hidden: str) -> Iterator[str]:
    inside = os.path.join(path, "")
    if path == hidden:
        return
    if not hidden.startswith(inside):
        yield path
        return
    for name in sorted(os.listdir(path)):
        yield from _without(os.path.join(path, name), hidden)


def open_all(paths: Sequence[str]) -> list[int]:
    """Descriptors that name the paths without opening what is in them; those that are not there are left out."""
    descriptors = []
    for path in paths:
        with suppress(OSError):
            descriptors.append(os.open(path, os.O_PATH | os.O_CLOEXEC))
    return descriptors


def readable_by_others(paths: Sequence[str]) -> bool:
    """Whether a user that owns nothing can reach and read all of these, judged by the permissions alone."""
    return all(_open_to_others(path) for path in paths)


def _open_to_others(path: str) -> bool:
    mode = os.stat(path).st_mode
    wanted = stat.S_IROTH | stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH
    return mode & wanted == wanted and all(os.stat(folder).st_mode & stat.S_IXOTH for folder in _above(path))


def _above(path: str) -> Iterator[str]:
    while (parent := os.path.dirname(path)) != path:
        yield parent
        path = parent
