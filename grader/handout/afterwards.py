"""What is handed out after the due date: the solutions without markers, and one lesson more for each exercise."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

import msgspec

from grader.check.afterwards import LESSONS, Afterwards
from grader.course import WORDS, Course, read_toml
from grader.errors import GraderError

__all__ = ["solutions"]

MARKER = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION[ \t]*\n", re.MULTILINE)
HEAD = re.compile(r"^# %%.*\n", re.MULTILINE)


class _Words(msgspec.Struct):
    afterwards: Afterwards | None = None


def solutions(root: Path, course: Course, names: Collection[str]) -> dict[str, bytes]:
    """The files by path, of all exercises that are ready, or of those named."""
    chosen = [course.exercise(name) for name in names] or list(course.ready)
    files = {}
    lessons: dict[str, Afterwards] = {}
    for exercise in chosen:
        try:
            text = (root / "solutions" / f"{exercise.name}.py").read_text("utf-8")
        except OSError as error:
            raise GraderError(f"solutions/{exercise.name}.py cannot be read ({error.strerror})") from None
        files[f"solutions/{exercise.name}.py"] = HEAD.sub("", MARKER.sub("", text)).encode()
        place = WORDS.format(name=exercise.name)
        words = read_toml(place, (root / place).read_text("utf-8"), _Words, {})[0]
        if words.afterwards is not None:
            lessons[exercise.name] = words.afterwards
    files[LESSONS.as_posix()] = msgspec.json.format(msgspec.json.encode(lessons), indent=1)
    return files
