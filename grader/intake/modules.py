"""Which member is which module: the exercises by their names, the rest by where they lie."""

from __future__ import annotations

import keyword
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from grader.errors import SubmissionError
from grader.intake.members import Member
from grader.intake.names import shown

__all__ = ["modules_of"]

_Parts = tuple[str, ...]
_MOST_NAMED = 4


def modules_of(members: Sequence[Member], exercises: Sequence[str]) -> tuple[dict[str, bytes], list[str]]:
    """Importable dotted names with their sources, and the notes on how they were chosen.

    SubmissionError when an exercise is there twice.
    """
    own = {f"{exercise}.py" for exercise in exercises}
    sources = [member for member in members if member.ending == ".py"]
    others = [member for member in sources if member.parts[-1] not in own]
    chosen: dict[str, Member] = {}
    notes: list[str] = []
    for exercise in exercises:
        exact = [member for member in sources if member.parts[-1] == f"{exercise}.py"]
        variants = [member for member in others if _variants_of(exercise).fullmatch(member.parts[-1])]
        if len(exact) > 1:
            raise SubmissionError(f"The module {exercise}.py is there twice: {_listed(exact)}; keep one of them.")
        if exact or len(variants) == 1:
            chosen[exercise] = (exact or variants)[0]
        if variants:
            notes.append(_note_on_variants(exercise, variants, bool(exact)))
    names = {exercise: member.data for exercise, member in chosen.items()}
    placed = [*chosen.values()] or [member for member in members if member.ending == ".ipynb"]
    base = os.path.commonpath(["/".join(member.parts[:-1]) for member in placed] or [""])
    for name, member in _importable(others, tuple(filter(None, base.split("/")))):
        names.setdefault(name, member.data)
    return dict(sorted(names.items())), notes


def _variants_of(exercise: str) -> re.Pattern[str]:
    """What browsers, file managers and course systems make of a file name."""
    number = r" ?\([0-9]{1,3}\)|[ _-][0-9]{1,3}"
    return re.compile(rf"(?:copy of )?{re.escape(exercise)}(?:[ _-]+copy)?(?:{number})?\.py", re.IGNORECASE)


def _listed(members: Sequence[Member]) -> str:
    names = [shown(member.path) for member in members[:_MOST_NAMED]]
    if len(members) > _MOST_NAMED:
        names.append(f"{len(members) - _MOST_NAMED} more")
    return ", ".join(names)


def _note_on_variants(exercise: str, others: Sequence[Member], exact: bool) -> str:
    if exact:
        return f"{exercise}.py is there, so this was not taken for it: {_listed(others)}."
    if len(others) == 1:
        return f"{_listed(others)} was read as {exercise}.py; give the file that name next time."
    return f"{exercise}.py is missing and none of these was taken for it: {_listed(others)}; rename the right one."


def _importable(sources: Sequence[Member], base: _Parts) -> list[tuple[str, Member]]:
    """Names in the order in which they win: below `base`, elsewhere, and stems that are there once."""
    # Python, too, prefers the package where a module has the same name.
    packages_first = sorted(sources, key=lambda member: member.parts[-1] != "__init__.py")
    inside = [member for member in packages_first if member.parts[: len(base)] == base]
    outside = [member for member in packages_first if member.parts[: len(base)] != base]
    named = [(_dotted(member.parts[len(base) :]), member) for member in inside]
    named += [(_dotted(member.parts), member) for member in outside]
    # A stem must not hide a package whose modules are imported by their dotted names.
    taken = {name.partition(".")[0] for name, _ in named if "." in name}
    stems = [(_dotted(member.parts[-1:]), member) for member in sources]
    counts = Counter(stem for stem, _ in stems)
    named += [(stem, member) for stem, member in stems if counts[stem] == 1 and stem not in taken]
    return [(name, member) for name, member in named if name]


def _identifier(name: str) -> str:
    """The name as Python's import statement writes it; "" when it cannot be written there."""
    normal = unicodedata.normalize("NFKC", name)
    return normal if normal.isidentifier() and not keyword.iskeyword(normal) else ""


def _dotted(parts: _Parts) -> str:
    names = [_identifier(part) for part in (*parts[:-1], parts[-1][: -len(".py")])]
    if names[-1] == "__init__":
        names.pop()
    return ".".join(names) if all(names) else ""
