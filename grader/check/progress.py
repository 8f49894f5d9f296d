"""What is remembered of a student's own checks, in `.grader/progress.json` of the bundle: it earns nothing."""

from __future__ import annotations

from pathlib import Path

import msgspec

from grader.files import write_whole

__all__ = ["Progress", "load", "save"]

PLACE = Path(".grader") / "progress.json"


class Progress(msgspec.Struct, kw_only=True):
    """By the full name of a check, such as "convolve.hand": its last outcome, and how many hints were given.

    An outcome is "passed", "failed", "waits" or "later". `predictions` holds what was foretold, by the name of the
    check, in the order in which it was typed.
    """

    outcomes: dict[str, str] = {}
    hints: dict[str, int] = {}
    predictions: dict[str, list[str]] = {}


def load(folder: Path) -> Progress:
    """What is remembered in a folder; nothing where no file is or where it cannot be read, for it is no mark."""
    try:
        return msgspec.json.decode((folder / PLACE).read_bytes(), type=Progress)
    except (OSError, msgspec.DecodeError):
        return Progress()


def save(folder: Path, progress: Progress) -> None:
    """Writes it in one step; a folder that cannot be written to costs the memory, not the check."""
    try:
        (folder / PLACE).parent.mkdir(exist_ok=True)
        write_whole(folder / PLACE, msgspec.json.format(msgspec.json.encode(progress), indent=1))
    except OSError:
        return
