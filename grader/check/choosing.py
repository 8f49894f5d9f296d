"""Which exercise and checks a name stands for, and where the student's files are."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from grader.check.public import Index, PublicExercise
from grader.errors import UsageError

__all__ = ["Place", "chosen", "place"]


@dataclass(frozen=True)
class Place:
    """The student's folder of modules and notebooks, and the folder that checks run in."""

    work: Path
    data: Path


def chosen(index: Index, name: str) -> tuple[PublicExercise, tuple[str, ...]]:
    """The exercise and, for `exercise.check`, that check; UsageError naming what there is."""
    first, _, second = name.partition(".")
    known = {exercise.name: exercise for exercise in index.exercises}
    if first not in known:
        raise UsageError(f"No exercise is called {first!r}; {_cure(first, known)}")
    checks = [check.name for check in known[first].checks]
    if second and second not in checks:
        raise UsageError(f"{first} has no check called {second!r}; {_cure(second, checks)}")
    return known[first], (second,) if second else ()


def _cure(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"choose from: {', '.join(known)}."


def place(folder: Path | None, here: Path) -> Place:
    """The folder that was named, or `exercises` beside `data` around `here`, or `here` itself."""
    if folder is not None and not folder.is_dir():
        raise UsageError(f"There is no folder {folder}; say with --in where the files to check are.")
    folders = (here, *here.parents)
    around = next((one for one in folders if (one / "exercises").is_dir() and (one / "data").is_dir()), None)
    work = folder or (around / "exercises" if around is not None else here)
    return Place(work, around / "data" if around is not None else work)
