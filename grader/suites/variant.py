"""What a term may change of an exercise: the index has the values, the suites know what they are when it says none."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from grader.course import choose
from grader.errors import CourseError

__all__ = ["variant"]

INDEX = Path(__file__).resolve().parents[2] / "course.toml"


def variant(exercise: str, **defaults: Any) -> dict[str, Any]:
    """The values of an exercise: `defaults`, and in their place what `variant = { ... }` of the index says.

    Raises CourseError for a value that has no default here.
    """
    entries = tomllib.loads(INDEX.read_text("utf-8"))["exercise"]
    given: dict[str, Any] = next((entry.get("variant", {}) for entry in entries if entry["name"] == exercise), {})
    for name in given.keys() - defaults.keys():
        raise CourseError(f"course.toml: {exercise} has no value {name!r} to vary; {choose(name, list(defaults))}")
    return defaults | given
