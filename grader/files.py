"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

__all__ = ["sweep", "write_whole"]

PART = ".part-"


def sweep(folder: Path) -> None:
    """Takes away, at any depth, what was half written when a program was killed; nobody else may be writing there."""
    for path in folder.rglob(f"{PART}*"):
        with suppress(OSError):
            path.unlink()


def _sync(folder: Path) -> None:
    """Brings the names of a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, data: bytes, *, lasting: bool = False) -> None:
    """Writes `data` beside `path`, then moves it there in one step; nothing is left behind on failure.

    What is `lasting` is on the disk, and so is its name, so that it survives a machine that stops.
    """
    descriptor, name = tempfile.mkstemp(prefix=PART, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            if lasting:
                stream.flush()
                os.fsync(stream.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
        if lasting:
            _sync(path.parent)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise
