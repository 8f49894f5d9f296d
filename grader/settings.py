"""What every judge of a run is told."""

from __future__ import annotations

import msgspec

from grader.course import Course

__all__ = ["MOST_COPIED", "Settings"]

# Bytes of a file in `data/` that workers get a copy of, at most.
MOST_COPIED = 32 << 20


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One run's settings.

    `root` is the folder of the course, `exercises` the chosen ones, `lock` a file for retries that have to be alone on
    the machine, `scratch` a folder for what judges write. Keras computes on `device`, which every result names by
    `stamp`; `recordings` holds the examples with the answers of that device, if it is no CPU. `closed` are folders
    that the canary must not be able to list, beside the course's own. `course` is the index where it has been read.
    """

    root: str
    exercises: tuple[str, ...]
    isolation: str
    lock: str | None = None
    scratch: str | None = None
    device: str = "cpu"
    stamp: str = ""
    recordings: str | None = None
    closed: tuple[str, ...] = ()
    course: Course | None = None
