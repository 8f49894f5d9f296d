"""Folders and single files on disk, read without following a link or opening anything but an ordinary file."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from grader.errors import GraderError, SubmissionError
from grader.intake.members import Found
from grader.intake.names import ignored, shown

__all__ = ["found_at", "kind_of", "read_regular", "walk"]

# NOFOLLOW and NONBLOCK close the gap between looking and opening: a link or a FIFO put there meanwhile does no harm.
# Windows, where students try their own hand-in, has none of them.
_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY"):
    _FLAGS |= getattr(os, _name, 0)
# These say that the machine is in trouble, which must not cost the student anything.
_OUR_TROUBLE = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO})


def _unreadable(path: Path, error: OSError) -> Exception:
    reason = error.strerror or type(error).__name__
    if error.errno in _OUR_TROUBLE:
        return GraderError(f"{shown(path.name)} could not be read ({reason}); grade it again when the machine is well.")
    return SubmissionError(f"{shown(path.name)} cannot be read ({reason}); check its permissions and hand it in again.")


def kind_of(mode: int) -> str:
    """The kind of member that the bits of `st_mode` stand for."""
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "a link" if stat.S_ISLNK(mode) else "a pipe, a socket or a device"


def read_regular(path: Path, limit: int) -> bytes:
    """At most `limit` bytes of the ordinary file at `path`; SubmissionError for anything else."""
    try:
        with open(path, "rb", opener=lambda name, _: os.open(name, _FLAGS)) as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise SubmissionError(f"{shown(path.name)} is no ordinary file; hand in ordinary files only.")
            # One byte more than it should hold, so that a file that grows meanwhile is noticed.
            return stream.read(min(limit, status.st_size + 1))
    except OSError as error:
        raise _unreadable(path, error) from error


def found_at(path: Path, parts: tuple[str, ...]) -> Found:
    """The member at `path`, links not followed, under the name `parts` inside the submission."""
    try:
        status = path.lstat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return Found(parts, kind_of(status.st_mode), status.st_size, partial(read_regular, path))


def walk(root: Path) -> Iterator[Found]:
    """Everything below the folder `root`, always in the same order; folders that are left alone are not entered."""
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        folder = waiting.pop()
        try:
            names = sorted(os.listdir(root.joinpath(*folder)))
        except OSError as error:
            raise _unreadable(root.joinpath(*folder), error) from error
        for name in names:
            parts = (*folder, name)
            found = found_at(root.joinpath(*parts), parts)
            yield found
            if found.kind == "folder" and not ignored(parts):
                waiting.append(parts)
