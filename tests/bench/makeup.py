"""Classes of any size from the golden submissions: all right, or mixed as real ones are."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus import GOLDEN, RIGHT, ROOT, WRONG

from grader import course as courses

__all__ = ["ALL_RIGHT", "KERAS", "MIXED", "NUMPY", "Mix", "Student", "golden", "make", "write"]

Mix = dict[str, float]

NUMPY = ("multiply_sum", "convolve", "filter_design")
KERAS = ("vgg_assembly", "cifar_setup")
ALL_RIGHT: Mix = {"right": 1.0}
MIXED: Mix = {"right": 0.60, "one defect": 0.25, "stub": 0.05, "broken": 0.05, "never ending": 0.05}
COURSE = courses.load(ROOT / "course.toml")
# Right here, and no match for a notebook or one process for all: these read files of their own, or need a package.
APART = {"odd_encodings", "helper_folder", "notebook", "notebook_and_module"}
# These end the process that they run in, which would leave the ways without isolation with nothing to show.
ENDING = {"convolve_exits_at_import", "convolve_quits"}
# Broken the same way wherever they run: a magic is fine in a notebook, and a file of the author's may be found there.
ELSEWHERE = {"convolve_notebook_magic", "convolve_reads_own_file"}


@dataclass(frozen=True)
class Student:
    """One submission of a class: which kind it is of, which golden folder it stems from, and its files."""

    name: str
    kind: str
    source: str
    files: dict[str, bytes]


def make(size: int, mix: Mix, exercises: Sequence[str]) -> list[Student]:
    """A class of so many; the kinds in an order drawn once and for all, each submission with bytes of its own."""
    kinds = [kind for kind, count in _counts(size, mix).items() for _ in range(count)]
    random.Random(7).shuffle(kinds)
    taken = dict.fromkeys(mix, 0)
    students = []
    for number, kind in enumerate(kinds, 1):
        sources = _sources(kind, tuple(exercises))
        source = sources[taken[kind] % len(sources)]
        taken[kind] += 1
        students.append(_student(f"s{number:04}", kind, source, exercises))
    return students


def golden(kind: str, exercises: Sequence[str]) -> list[Student]:
    """All golden submissions that a class takes one kind from, each of them once and under its own name."""
    return [_student(source, kind, source, exercises) for source in _sources(kind, tuple(exercises))]


def write(students: Sequence[Student], folder: Path) -> None:
    """Writes a class as one folder a student."""
    for student in students:
        (folder / student.name).mkdir(parents=True)
        for name, data in student.files.items():
            (folder / student.name / name).write_bytes(data)


def _counts(size: int, mix: Mix) -> dict[str, int]:
    """How many of each kind: shares rounded so that they sum to the size, the largest remainders up."""
    counts = {kind: int(share * size + 1e-9) for kind, share in mix.items()}
    by_remainder = sorted(mix, key=lambda kind: counts[kind] - mix[kind] * size)
    for kind in by_remainder[: size - sum(counts.values())]:
        counts[kind] += 1
    return counts


def _student(name: str, kind: str, source: str, exercises: Sequence[str]) -> Student:
    """The golden files of the exercises, each with a comment that is this student's alone."""
    if kind == "stub":
        files = {f"{one}.py": (ROOT / "exercises" / f"{one}.py").read_bytes() for one in exercises}
    else:
        files = GOLDEN.files("right" if kind == "right" else "wrong", source)
    chosen = {f"{one}.py": files[f"{one}.py"] for one in exercises}
    return Student(name, kind, source, {path: data + f"\n# {name}\n".encode() for path, data in chosen.items()})


@cache
def _sources(kind: str, exercises: tuple[str, ...]) -> list[str]:
    """The golden folders that a kind of submission is taken from, in an order that mixes exercises."""
    if kind == "stub":
        return ["exercises"]
    if kind == "right":
        own = {name: {path.stem for path in (GOLDEN.folder / "right" / name).glob("*.py")} for name in RIGHT}
        found = [name for name in RIGHT if name not in APART and own[name] & set(exercises)]
    else:
        status = {"one defect": "graded", "broken": "import_error", "never ending": "timeout"}[kind]
        found = [name for name in WRONG if name not in ENDING | ELSEWHERE and _fits(name, status, exercises)]
    random.Random(7).shuffle(found)
    return found


def _fits(name: str, status: str, exercises: tuple[str, ...]) -> bool:
    expected = GOLDEN.expected(name, COURSE)
    files = {path.name for path in (GOLDEN.folder / "wrong" / name).iterdir()} - {"expect.toml"}
    return expected.status == status and expected.exercise in exercises and files == {f"{expected.exercise}.py"}
