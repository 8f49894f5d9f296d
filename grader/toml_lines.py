"""The line of every table and key of a TOML file, which tomllib does not tell."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from grader.errors import CourseError

__all__ = ["Lines", "Place"]

Place = tuple[str | int, ...]

_STRING = r'"""(?:\\.|[^\\])*?(?:"{3,5}|\Z)|\'\'\'.*?(?:\'{3,5}|\Z)|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
_OPAQUE = re.compile(rf"(?P<string>{_STRING})|#[^\n]*", re.DOTALL)
_KEY_PART = re.compile(r'"[^"\n]*"|\'[^\'\n]*\'|[\w-]+')


class Lines(msgspec.Struct, frozen=True):
    """Where tables and keys stand: places such as `("exercise", 0, "check", 2, "points")` to lines, from 1."""

    file: str
    numbers: dict[Place, int]

    @classmethod
    def found_in(cls, text: str, file: str) -> Lines:
        """Return the lines of a TOML `text` whose lines end with a line feed; `file` is the name that messages show."""
        return cls(file, _line_numbers(text))

    @property
    def last(self) -> int:
        """The line of the last key or table; 1 in an empty file."""
        return max(self.numbers.values(), default=1)

    def of(self, place: Place) -> int:
        """Return the line of `place`, or of the closest table around it; 1 when there is none."""
        for end in range(len(place), 0, -1):
            for known in (place[:end], (*place[:end], 0)):
                if known in self.numbers:
                    return self.numbers[known]
        return 1

    def error(self, place: Place, wrong: str, cure: str) -> CourseError:
        """Return the error to raise: what is wrong at `place`, and what to do."""
        return CourseError(f"{self.file}, line {self.of(place)}: {wrong}; {cure}")


def _masked(text: str) -> str:
    """Blank out strings and comments, so that the brackets and equal signs left are those of TOML itself."""

    def blank(found: re.Match[str]) -> str:
        return re.sub(r"[^\n]", "_" if found["string"] else " ", found[0])

    return _OPAQUE.sub(blank, text)


def _line_numbers(text: str) -> dict[Place, int]:
    numbers: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    depth = 0
    for number, (line, mask) in enumerate(zip(text.split("\n"), _masked(text).split("\n"), strict=True), start=1):
        start = mask.strip()
        if depth == 0 and start.startswith("["):
            table = _table(_parts(line[: mask.rfind("]")]), start.startswith("[["), counts)
            numbers.setdefault(table, number)
            continue
        key, equals, _ = mask.partition("=")
        if depth == 0 and equals:
            numbers.setdefault((*table, *_parts(line[: len(key)])), number)
        depth += sum(mask.count(bracket) for bracket in "[{") - sum(mask.count(bracket) for bracket in "]}")
    return numbers


def _parts(key: str) -> list[str]:
    return [part.strip("\"'") for part in _KEY_PART.findall(key)]


def _table(parts: Sequence[str], listed: bool, counts: dict[Place, int]) -> Place:
    """Find the place that a header opens; `counts` holds how often each `[[header]]` came, and learns of this one."""
    place: Place = ()
    for index, part in enumerate(parts):
        place = (*place, part)
        if listed and index == len(parts) - 1:
            counts[place] = counts.get(place, 0) + 1
        if place in counts:
            place = (*place, counts[place] - 1)
    return place
