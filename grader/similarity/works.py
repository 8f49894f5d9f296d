"""Gathers what is compared: this class, earlier ones, the course's solutions, and the code that is everybody's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grader.errors import SubmissionError, UsageError
from grader.intake import read as intake
from grader.intake import scan
from grader.similarity.reading import Reading, reader

__all__ = ["OTHER", "SOLUTION", "Gathered", "Work", "gather"]

OTHER = "other modules"
SOLUTION = "the course's solution"

_CODE_IN_PROSE = re.compile(r"^```python\n(.*?)^```|^ *(?:>>>|\.\.\.) ([^\n]*\n)", re.MULTILINE | re.DOTALL)
_FUNCTION = re.compile(r"^def (\w+)", re.MULTILINE)
_BEGUN = re.compile(r"(?:async )?(?:(?:def|class) +)?(\w+) *[(:=,]")  # also a name that is bound, or called
_COMMENT = re.compile(r"^# ?", re.MULTILINE)


_MOST, _TRIES = 50_000, 3  # lines, and pieces, of one work; its files that cannot be taken apart, at up to 10 s each


@dataclass(eq=False)
class Work:
    """One submission, or the solutions, taken apart."""

    name: str  # with the folder behind it for one of an earlier class
    lines: list[tuple[str, str, str]] = field(default_factory=list)  # file, place in it, text
    exercises: list[str] = field(default_factory=list)  # of each line
    pieces: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 3), np.int64))


@dataclass
class Gathered:
    """What is compared, and with what."""

    works: list[Work]  # the class, `own` of them; earlier classes; at the end the solution
    own: int
    starter: NDArray[np.int64]  # fingerprints of what everybody was given
    left_out: list[str]  # sentences


def gather(root: Path, exercises: Sequence[str], submissions: Path, earlier: Sequence[Path]) -> Gathered:
    """Reads everything that is compared; what is refused, or cannot be taken apart, is said and left out.

    Raises UsageError when a folder cannot be used, or two of them are one.
    """
    if len({folder.resolve() for folder in (submissions, *earlier)}) <= len(earlier):
        raise UsageError("A folder is given twice; --with takes the submissions of other classes.")
    with reader() as read:
        desk = _Desk(root, exercises, read)
        classes = [desk.works(submissions), *(desk.works(folder, f" ({folder})") for folder in earlier)]
        solution = Work(SOLUTION)
        for path in sorted((root / "solutions").glob("*.py")):
            desk.add(solution, path.name, path.read_bytes())
        starter = np.concatenate([_rows(read(*released))[:, 0] for released in _released(root)])
    return Gathered([*chain.from_iterable(classes), solution], len(classes[0]), starter, desk.left_out)


def _released(root: Path) -> Iterator[tuple[bytes, bool]]:
    """What every student was given: stubs, notebooks, and the code in the course's prose and docstrings."""
    yield b"raise NotImplementedError", False
    for path in chain.from_iterable(sorted((root / folder).glob("*")) for folder in ("exercises", "notebooks", "docs")):
        if path.suffix in (".py", ".ipynb", ".md"):
            data = path.read_bytes()
            yield b"" if path.suffix == ".md" else data, path.suffix == ".ipynb"
            prose = _COMMENT.sub("", data.decode("utf-8", "replace"))
            yield "".join(chain.from_iterable(_CODE_IN_PROSE.findall(prose))).encode(), False


def _rows(reading: Reading) -> NDArray[np.int64]:
    return np.frombuffer(reading.pieces, np.int64).reshape(-1, 3)


class _Desk:
    """Takes submissions apart and notes what it leaves out."""

    def __init__(self, root: Path, exercises: Sequence[str], read: Callable[[bytes, bool], Reading]) -> None:
        self.exercises, self.read = exercises, read
        self.left_out: list[str] = []
        stubs = [path for path in (root / "exercises").glob("*.py") if path.stem in exercises]
        self.owners = {name: path.stem for path in stubs for name in _FUNCTION.findall(path.read_text("utf-8"))}

    def works(self, folder: Path, origin: str = "") -> list[Work]:
        listed, works = scan(folder), []
        self.left_out += listed.unusable
        for entry in listed.entries:
            work = Work(entry.student + origin)
            try:
                submission = intake(entry, self.exercises)
            except SubmissionError as error:
                self.left_out.append(f"{work.name}: refused. {error}")
                continue
            modules = {f"{name.replace('.', '/')}.py": data for name, data in submission.modules.items()}
            works.append(work)
            tries = len(self.left_out) + _TRIES
            for name, data in (modules | submission.notebooks).items():
                if len(self.left_out) == tries:
                    self.left_out.append(f"{work.name}: nor were the files after that.")
                    break
                self.add(work, name, data)
        return works

    def add(self, work: Work, file: str, data: bytes) -> None:
        notebook = file.lower().endswith(".ipynb")
        reading = self.read(data, notebook)
        rows, new, old = _rows(reading), len(reading.lines), len(work.lines)
        much = max(old + new, len(work.pieces) + len(rows)) > _MOST
        if problem := reading.problem or much * f"brings it over {_MOST:,} lines or pieces of code":
            self.left_out.append(f"{work.name}: {file} {problem}; this file was not compared.")
            return
        whole = [file[:-3] if file[:-3] in self.exercises else OTHER] * new
        work.exercises += self._by_function(reading.lines) if notebook else whole
        work.pieces = np.concatenate([work.pieces, rows + np.array([0, old, old])])
        work.lines += [(file, place, line) for place, line in zip(reading.places, reading.lines, strict=True)]

    def _by_function(self, lines: Sequence[str]) -> Iterator[str]:
        """The exercise of each line of a notebook: that of the function it stands in, or of the next one below."""
        exercise, begun = OTHER, {}
        for at in reversed(range(len(lines))):
            if defined := _BEGUN.match(lines[at]):
                begun[at] = exercise = self.owners.get(defined[1], exercise)
        for at in range(len(lines)):
            exercise = begun.get(at, exercise)
            yield exercise
