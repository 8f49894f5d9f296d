"""Landlock, the kernel's lock on files and connections: whoever is restricted by it reads what was granted, no more.

It has no wrapper in the C library, so its three calls are made by number. See the kernel's documentation of Landlock.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Sequence

from grader.worker.system import checked, libc

__all__ = ["NEWEST", "restrict", "supported"]

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
VERSION_FLAG = 1
PATH_BENEATH = 1
READ_FILE, READ_DIR = 1 << 2, 1 << 3
# By version of Landlock, the rights on files that it can take away: all of them are.
FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
CONNECTIONS = 0b11  # binding and connecting TCP sockets, from version 4
SCOPES = 0b11  # abstract unix sockets and signals to others, from version 6
NEWEST = 6  # the newest version that this module asks for something new of


def supported() -> int:
    """The version of Landlock that this kernel has; OSError where it has none, or where it is switched off."""
    return _checked(libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION_FLAG))


def restrict(granted: Sequence[int], named: Sequence[int] = (), newest: int = NEWEST) -> None:
    """From now on this thread opens nothing but what lies beneath the descriptors, and that for reading.

    Beneath those in `named` nothing can be listed. `newest` is the newest version to make use of. The process needs
    `no_new_privs`.
    """
    version = min(supported(), newest)
    attributes = struct.pack(
        "=QQQ", FILE_RIGHTS[min(version, 5)], CONNECTIONS if version >= 4 else 0, SCOPES if version >= 6 else 0
    )
    # An older kernel takes more fields than it knows, as long as these are zero.
    ruleset = _checked(libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0))
    for descriptor in (*granted, *named):
        # The right to list a folder means nothing for a file, and is refused for one.
        listable = descriptor not in named and stat.S_ISDIR(os.fstat(descriptor).st_mode)
        rights = READ_FILE | READ_DIR if listable else READ_FILE
        rule = struct.pack("=Qi", rights, descriptor)
        _checked(libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0))
    _checked(libc.syscall(RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def _checked(result: int) -> int:
    return checked(result, "Landlock")
