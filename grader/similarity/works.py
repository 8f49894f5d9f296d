"""Gathers what is compared: this class, earlier ones, the course's solutions, and the code that is everybody's."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grader.errors import SubmissionError, UsageError
from grader.intake import read, scan
from grader.intake.names import escaped
from grader.similarity.lexing import Reading
from grader.similarity.reader import Reader

__all__ = ["OTHER", "SOLUTION", "Gathered", "Line", "Work", "gather"]

OTHER = "other modules"
SOLUTION = "the course's solution"

_FENCED = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PROMPT = re.compile(r"^\s*(?:>>>|\.\.\.) (.*)$", re.MULTILINE)
_COMMENT = re.compile(r"^# ?", re.MULTILINE)


@dataclass(frozen=True)
class Line:
    """A line of a work and where it stands."""

    file: str
    place: str
    text: str


@dataclass(eq=False)
class Work:
    """One submission, or the solutions, taken apart; `origin` is empty for the class that is looked at."""

    name: str
    origin: str = ""
    lines: list[Line] = field(default_factory=list)
    exercises: list[str] = field(default_factory=list)  # of each line
    pieces: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 3), np.int64))

    @property
    def label(self) -> str:
        """The name, and whose class it is from."""
        return f"{self.name} ({self.origin})" if self.origin else self.name

    def add(self, file: str, reading: Reading, exercises: Sequence[str]) -> None:
        """Adds a file that was taken apart; `exercises` says which one each of its lines belongs to."""
        rows = np.frombuffer(reading.pieces, np.int64).reshape(-1, 3)
        self.pieces = np.concatenate([self.pieces, rows + np.array([0, len(self.lines), len(self.lines)])])
        self.exercises += exercises
        self.lines += [Line(file, place, text) for place, text in zip(reading.places, reading.lines, strict=True)]


@dataclass
class Gathered:
    """All works, sorted by name within each class; fingerprints of the starter code; sentences on what is left out."""

    own: list[Work]
    earlier: list[Work]
    solution: Work
    starter: NDArray[np.int64]
    left_out: list[str]


def gather(root: Path, exercises: Sequence[str], submissions: Path, earlier: Sequence[Path]) -> Gathered:
    """Reads everything that is compared; what is refused, or cannot be taken apart, is said and left out.

    Raises UsageError when a folder cannot be used, or two of them are one.
    """
    folders = [submissions, *earlier]
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise UsageError("A folder is given twice; --with takes the submissions of other classes.")
    left_out: list[str] = []
    with Reader() as reader:
        stubs = {name: reader.read(_bytes(root / "exercises" / f"{name}.py")) for name in exercises}
        owners = {top: name for name, stub in stubs.items() for _, top in stub.tops if top}
        taken = _Taken(reader, exercises, owners, left_out)
        classes = [taken.folder(folder, _origin(folder) if place else "") for place, folder in enumerate(folders)]
        solution = Work(SOLUTION)
        for path in sorted((root / "solutions").glob("*.py")):
            taken.file(solution, path.name, path.read_bytes())
        starter = np.concatenate([_fingerprints(reader, data, notebook) for data, notebook in _released(root)])
    return Gathered(classes[0], [work for one in classes[1:] for work in one], solution, starter, left_out)


def _origin(folder: Path) -> str:
    return escaped(folder.resolve().name)


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


@dataclass
class _Taken:
    reader: Reader
    exercises: Sequence[str]
    owners: Mapping[str, str]
    left_out: list[str]

    def folder(self, folder: Path, origin: str) -> list[Work]:
        listed = scan(folder)
        self.left_out += [f"{sentence} ({folder.name})" for sentence in listed.unusable]
        works = []
        for entry in listed.entries:
            work = Work(entry.student, origin)
            try:
                submission = read(entry, self.exercises)
            except SubmissionError as error:
                self.left_out.append(f"{work.label}: refused. {error}")
                continue
            for name, data in submission.modules.items():
                self.file(work, f"{name.replace('.', '/')}.py", data)
            for name, data in submission.notebooks.items():
                self.file(work, name, data)
            works.append(work)
        return works

    def file(self, work: Work, name: str, data: bytes) -> None:
        notebook = name.lower().endswith(".ipynb")
        reading = self.reader.read(data, notebook)
        if reading.problem:
            self.left_out.append(f"{work.label}: {name} {reading.problem}; this file was not compared.")
            return
        module = name.removesuffix(".py")
        own = [module if module in self.exercises else OTHER] * len(reading.lines)
        work.add(name, reading, self._by_function(reading) if notebook else own)

    def _by_function(self, reading: Reading) -> list[str]:
        """The exercise of each line of a notebook: that of the function it stands in, or of the next one below."""
        exercise = OTHER
        found: list[str] = []
        for _, name in reversed(reading.tops):
            exercise = self.owners.get(name, exercise)
            found.append(exercise)
        found.append(found[-1] if found else OTHER)  # what stands above the first statement
        starts = [line for line, _ in reading.tops]
        return [found[::-1][bisect_right(starts, line)] for line in range(len(reading.lines))]


def _released(root: Path) -> Iterable[tuple[bytes, bool]]:
    """What every student was given: stubs, notebooks, and the code in the course's prose and docstrings."""
    yield b"raise NotImplementedError\n", False
    for folder in ("exercises", "notebooks", "docs"):
        for path in sorted((root / folder).glob("*")):
            if path.suffix in (".py", ".ipynb", ".md"):
                data = path.read_bytes()
                text = _COMMENT.sub("", data.decode("utf-8", "replace"))
                yield from ((block.encode(), False) for block in _FENCED.findall(text))
                yield "\n".join(_PROMPT.findall(text)).encode(), False
                if path.suffix != ".md":
                    yield data, path.suffix == ".ipynb"


def _fingerprints(reader: Reader, data: bytes, notebook: bool) -> NDArray[np.int64]:
    return np.frombuffer(reader.read(data, notebook).pieces, np.int64)[::3]
