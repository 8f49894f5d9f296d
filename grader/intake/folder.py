"""Folders and single files on disk, read without following a link or opening anything but an ordinary file."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from grader.errors import GraderError, SubmissionError
from grader.intake.members import MOST_SEEN, Found, Kind
from grader.intake.names import ignored, shown

__all__ = ["found_at", "kind_of", "read_regular", "status_of", "walk"]

# NOFOLLOW and NONBLOCK close the gap between looking and opening: a link or a FIFO put there meanwhile does no harm.
_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)

# These say that the machine is in trouble, which must not cost the student anything.
_OUR_TROUBLE = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO})


def _unreadable(path: Path, error: OSError) -> Exception:
    reason = error.strerror or type(error).__name__
    if error.errno in _OUR_TROUBLE:
        return GraderError(f"{shown(path.name)} could not be read ({reason}); grade it again when the machine is well.")
    return SubmissionError(f"{shown(path.name)} cannot be read ({reason}); check its permissions and hand it in again.")


def kind_of(mode: int) -> Kind:
    """The kind of member that the bits of `st_mode` stand for."""
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "link" if stat.S_ISLNK(mode) else "special"


def status_of(path: Path) -> os.stat_result:
    """What is at `path` itself, links not followed; SubmissionError when that cannot be told."""
    try:
        return path.lstat()
    except OSError as error:
        raise _unreadable(path, error) from error


def read_regular(path: Path, limit: int) -> bytes:
    """At most `limit` bytes of the ordinary file at `path`; SubmissionError for anything else."""
    try:
        descriptor = os.open(path, _FLAGS)
        try:
            return _read_open(descriptor, path, limit)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unreadable(path, error) from error


def _read_open(descriptor: int, path: Path, limit: int) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise SubmissionError(f"{shown(path.name)} is no ordinary file; hand in ordinary files only.")
    with open(descriptor, "rb", closefd=False) as stream:
        # One byte more than it should hold, so that a file that grows meanwhile is noticed.
        return stream.read(min(limit, status.st_size + 1))


def found_at(path: Path, parts: tuple[str, ...]) -> Found:
    """The member at `path`, under the name `parts` inside the submission."""
    status = status_of(path)
    return Found(parts, kind_of(status.st_mode), status.st_size, partial(read_regular, path))


def _children(folder: Path) -> list[str]:
    """The names in a folder, sorted so that the same folder always gives the same answer."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in islice(entries, MOST_SEEN + 1))
    except OSError as error:
        raise _unreadable(folder, error) from error


def walk(root: Path) -> Iterator[Found]:
    """Everything below the folder `root`; folders that are left alone are not entered."""
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        folder = waiting.pop()
        for name in _children(root.joinpath(*folder)):
            parts = (*folder, name)
            found = found_at(root.joinpath(*parts), parts)
            yield found
            if found.kind == "folder" and not ignored(parts):
                waiting.append(parts)
