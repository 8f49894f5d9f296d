"""The line of every table and key of a TOML file, which tomllib does not tell."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from grader.errors import CourseError

__all__ = ["Lines", "Place"]

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Lines:
    """The lines of a TOML `text`; `file` is the name that messages show.

    The first lines of a text can be read by themselves, except where they end inside a statement. So a table or a key,
    at a place such as `("exercise", 0, "check", 2, "points")`, stands where it first turns up in what is read.
    """

    file: str
    text: str

    @cached_property
    def statements(self) -> list[tuple[int, Any]]:
        """The last line of each statement, from 1, and all that has been said up to there."""
        lines = self.text.split("\n")
        found: list[tuple[int, Any]] = [(0, {})]
        for count in range(1, len(lines) + 1):
            try:
                found.append((count, tomllib.loads("\n".join(lines[:count]))))
            except tomllib.TOMLDecodeError:
                continue
        return found

    def of(self, place: Place) -> int:
        """Return the line of `place`, or of the closest table around it; 1 when there is none."""
        for end in range(len(place), 0, -1):
            for (before, _), (_, said) in pairwise(self.statements):
                if _holds(said, place[:end]):
                    return before + 1
        return 1

    def error(self, place: Place, wrong: str, cure: str) -> CourseError:
        """Return the error to raise: what is wrong at `place`, and what to do."""
        return CourseError(f"{self.file}, line {self.of(place)}: {wrong}; {cure}")

    def syntax_error(self, error: tomllib.TOMLDecodeError) -> CourseError:
        """Return the error to raise where the text is no TOML: the first statement without an end is to blame."""
        what, _, _ = str(error).partition(" (at ")
        line = self.statements[-1][0] + 1
        return CourseError(f"{self.file}, line {line}: this is no TOML ({what}); mend the quotes or brackets there")


def _holds(said: Any, place: Place) -> bool:
    for part in place:
        try:
            said = said[part]
        except (KeyError, IndexError):
            return False
    return True
