"""Runs a program of this environment as a user that owns nothing, where whoever asks is root."""

from __future__ import annotations

import os
import pwd
import stat
import sys
from pathlib import Path

__all__ = ["as_nobody"]

FIRST_FREE = 60_100
# What lies in a folder that only root may enter is put into an empty open one, in a namespace that ends with it.
# Arguments: pairs of such a folder and of what is to be seen in it, a dash, and the command.
SHOW = """
kept=$(mktemp -d) && mount -t tmpfs -o mode=755 none "$kept" || exit 1
count=0 pairs=""
while [ "$1" != - ]; do
    count=$((count + 1)) && mkdir "$kept/$count" && mount --bind "$2" "$kept/$count" || exit 1
    pairs="$pairs$1\t$2\t$kept/$count\n" && shift 2
done
shift && hidden=:
while IFS="	" read -r closed seen place; do
    [ -n "$closed" ] || continue
    case "$hidden" in *":$closed:"*) ;; *) mount -t tmpfs -o mode=755 none "$closed" && hidden="$hidden$closed:" ;; esac
    mkdir -p "$seen" && mount --bind "$place" "$seen" || exit 1
done <<END
$(printf "$pairs")
END
exec "$@"
"""


def as_nobody(command: list[str]) -> list[str]:
    """The command line that runs `command` as nobody in particular."""
    known = {entry.pw_uid for entry in pwd.getpwall()}
    user = next(str(number) for number in range(FIRST_FREE, FIRST_FREE + 1000) if number not in known)
    changed = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--inh-caps=-all", "--", *command]
    seen = [Path(place) for place in dict.fromkeys((sys.base_prefix, sys.prefix))]
    pairs = [word for place in seen if (closed := _closed(place)) for word in (closed, os.fspath(place))]
    if not pairs:
        return changed
    return ["unshare", "--mount", "--propagation=private", "sh", "-c", SHOW, "sh", *pairs, "-", *changed]


def _closed(path: Path) -> str | None:
    """The topmost folder above the path that others may not enter."""
    above = [folder for folder in reversed(path.parents) if not folder.stat().st_mode & stat.S_IXOTH]
    return os.fspath(above[0]) if above else None
