"""Runs a program of this environment as a user that owns nothing, where whoever asks is root."""

from __future__ import annotations

import os
import pwd
import stat
import sys
from pathlib import Path

__all__ = ["as_nobody"]

FIRST_FREE = 60_100
# An interpreter in a folder that only root may enter is put into an empty open one, in a namespace that ends with it.
SHOW = """
shown=$(mktemp -d) && mount --bind "$2" "$shown" && mount -t tmpfs -o mode=755 none "$1" &&
mkdir -p "$2" && mount --bind "$shown" "$2" && shift 2 && exec "$@"
"""


def as_nobody(command: list[str]) -> list[str]:
    """The command line that runs `command` as nobody in particular."""
    known = {entry.pw_uid for entry in pwd.getpwall()}
    user = next(str(number) for number in range(FIRST_FREE, FIRST_FREE + 1000) if number not in known)
    changed = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--inh-caps=-all", "--", *command]
    if (closed := _closed(Path(sys.base_prefix))) is None:
        return changed
    return ["unshare", "--mount", "--propagation=private", "sh", "-c", SHOW, "sh", closed, sys.base_prefix, *changed]


def _closed(path: Path) -> str | None:
    """The topmost folder above the path that others may not enter."""
    above = [folder for folder in reversed(path.parents) if not folder.stat().st_mode & stat.S_IXOTH]
    return os.fspath(above[0]) if above else None
