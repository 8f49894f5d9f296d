"""The words of a suite: what students read of their mistakes, from the file of the exercise in `words/`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from grader.course import WORDS, choose, read_toml
from grader.texts import Texts, alike
from grader.toml_lines import Place

__all__ = ["texts"]

FOLDER = Path(__file__).resolve().parents[2]


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of `[mistakes]`; what it leaves out is said by the earlier one that it is `like`."""

    like: str = ""
    name: str = ""
    observation: str = ""
    reason: str = ""
    next_step: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    hints: dict[str, Any] = {}
    mistakes: dict[str, Any] = {}
    phrases: dict[str, str] = {}
    afterwards: dict[str, Any] = {}


@cache
def texts(exercise: str, place: str = WORDS) -> Texts:
    """The texts of an exercise; CourseError with the line of what is wrong in its file, which lies at `place`."""
    name = place.format(name=exercise)
    text = (FOLDER / name).read_text("utf-8")
    plain = read_toml(name, text, _File, {})[0]
    # A class with a field for each key, so that the line of a fault can be told.
    table = msgspec.defstruct("Mistakes", [(key, _Entry) for key in plain.mistakes])
    tables: dict[Place, type[msgspec.Struct]] = {("mistakes", key): _Entry for key in plain.mistakes}
    read, lines = read_toml(name, text, msgspec.defstruct("Words", [("mistakes", table)]), tables)
    entries: dict[str, dict[str, str]] = {
        key: msgspec.structs.asdict(entry)
        for key, entry in msgspec.structs.asdict(read.mistakes).items()  # type: ignore[attr-defined]
    }
    earlier: list[str] = []
    for key, entry in entries.items():
        if entry["like"] and entry["like"] not in earlier:
            wrong = f"{entry['like']!r} does not stand further up"
            raise lines.error(("mistakes", key, "like"), wrong, choose(entry["like"], earlier))
        earlier.append(key)
    return Texts(alike(entries), plain.phrases)
