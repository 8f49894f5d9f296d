"""`grader submit-check`: what grading would read of a submission, told before it is handed in; nothing is run."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.check.gaps import asked, missing, unwritten
from grader.check.public import LIBRARIES
from grader.check.wrapping import paragraphs
from grader.errors import SubmissionError, UsageError
from grader.intake import Entry, entry_for, found_in, read
from grader.intake.members import MEGABYTE, SUBMISSION_BYTES
from grader.intake.names import ending_of, escaped, ignored
from grader.model import Submission
from grader.worker.source import ExerciseSpec, Facts, analyse, program

__all__ = ["Reading", "rehearse"]

AGAIN = "When it is mended, run `grader submit-check` again."
CURES = {
    "import_error": "Mend this place; until then nothing of the file can be run.",
    "blocked": "With it the exercise gets 0 points.",
}
ONE_FILE = "A single module is handed in where a page takes files; else put it into a folder or a zip under your name."
SOURCES = (".py", ".ipynb")
MOST_NAMED = 6


@dataclass(frozen=True)
class Reading:
    """What became of one exercise: a word, the file that counts, sentences; `good` where grading will read it."""

    exercise: str
    word: str
    path: str
    told: tuple[str, ...]
    good: bool


def rehearse(path: Path, specs: Sequence[ExerciseSpec]) -> tuple[bool, str]:
    """Whether everything will be read, and the text on it; `path` is a folder, an archive, a notebook or a module."""
    with tempfile.TemporaryDirectory() as spare:
        entry = _alone(path, Path(spare)) if path.suffix == ".py" else _entry(path)
        try:
            submission = read(entry, [spec.name for spec in specs])
            seen = [item for item in found_in(entry.paths[0]) if item.kind == "file" or ignored(item.parts)]
        except SubmissionError as error:
            refused = paragraphs(f"{error} Nothing of it would be graded (0 points). {AGAIN}")
            return False, f"{_name(path)}: would be refused\n{refused}"
    facts = {fact.exercise: fact for fact in analyse(submission.modules, submission.notebooks, specs)}
    readings = [_reading(spec, facts[spec.name], submission) for spec in specs]
    if path.suffix in (".py", ".ipynb"):  # one file, which may stand for one exercise
        readings = [reading for reading in readings if reading.word != "missing"] or readings
    sizes = [item.size for item in seen if not ignored(item.parts)]
    head = f"{_name(path)}: {len(sizes)} file{'' if len(sizes) == 1 else 's'}, {_size(sum(sizes))}"
    lines = [f"{head} of {_size(SUBMISSION_BYTES)}. Read as at hand-in; nothing was run.", "", *_table(readings), ""]
    lines += _asides(submission, facts, [item.parts for item in seen])
    lines += [paragraphs(ONE_FILE, "")] if path.suffix == ".py" else []
    return all(reading.good for reading in readings), "\n".join([*lines, _verdict(readings)])


def _entry(path: Path) -> Entry:
    try:
        return entry_for(path)
    except UsageError as error:
        if path.exists() and ending_of(path.name) == "" and path.is_file():
            raise UsageError(
                f"{_name(path)} is no form that is read at hand-in: a folder, .zip, .tar.gz, .ipynb or .py."
            ) from error
        raise


def _alone(path: Path, spare: Path) -> Entry:
    """A module by itself as a submission."""
    try:
        shutil.copy(path, spare / path.name)
    except OSError as error:
        raise UsageError(f"{_name(path)} cannot be read ({error.strerror}).") from None
    return Entry(student=path.stem, paths=(spare,))


def _name(path: Path) -> str:
    return escaped(path.name or str(path)) + ("/" if path.is_dir() else "")


def _size(size: int) -> str:
    return f"{size / MEGABYTE:.3g} MB" if size >= MEGABYTE else f"{-(-size // 1000)} kB"


def _reading(spec: ExerciseSpec, facts: Facts, submission: Submission) -> Reading:
    if facts.status == "missing":
        return Reading(spec.name, "missing", "", (f"Add {spec.name}.py, or its notebook, if it is to count.",), False)
    if facts.status != "ok":
        word = "not allowed" if facts.status == "blocked" else "cannot be read"
        return Reading(spec.name, word, facts.path, (facts.message, CURES.get(facts.status, "")), False)
    written = program(facts, submission.modules, submission.notebooks)
    lost, gaps = missing(spec, written.source), unwritten(spec, written.source)
    told = []
    if lost:
        told.append(f"It has no {_listed(lost)}; grading calls functions by their names in docs/contract.md.")
    if strange := sorted(set(facts.imports) - LIBRARIES.keys() - sys.stdlib_module_names):
        told.append(
            f"It imports {_listed(strange)}: not in the submission, and not among the libraries that grading has "
            f"({', '.join(sorted(LIBRARIES))}). Add the file, or write it without."
        )
    if told:
        return Reading(spec.name, "look here", facts.path, tuple(told), False)
    if gaps and len(gaps) == len(asked(spec)):
        return Reading(
            spec.name, "as handed out", facts.path, ("Nothing is written yet, so it earns no points.",), True
        )
    note = f"Not written yet: {_listed(gaps)}." if gaps else ""
    return Reading(spec.name, "will be read", facts.path, (note,), True)


def _listed(names: Sequence[str]) -> str:
    return _some([f"`{escaped(name)}`" for name in names])


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _table(readings: Sequence[Reading]) -> Iterator[str]:
    width = max(len(reading.exercise) for reading in readings)
    for reading in readings:
        yield f"  {reading.exercise:<{width}}  {reading.word:<14}  {escaped(reading.path)}".rstrip()
        yield from (paragraphs(text, " " * 6) for text in reading.told if text)


def _asides(submission: Submission, facts: Mapping[str, Facts], seen: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Notes on names and on which file counts, and what is left alone."""
    notes = dict.fromkeys([*submission.notes, *(note for fact in facts.values() for note in fact.notes)])
    yield from (paragraphs(f"note: {note}", "") for note in notes)
    names = [next((part for part in parts if ignored((part,))), parts[-1]) for parts in seen if parts]
    left = sorted({escaped(name) for name in names if ignored((name,)) or not name.lower().endswith(SOURCES)})
    if left:
        yield paragraphs(f"left alone, which does no harm: {_some(left)}", "")


def _verdict(readings: Sequence[Reading]) -> str:
    bad = [reading.exercise for reading in readings if not reading.good]
    if bad:
        return paragraphs(
            f"{len(readings) - len(bad)} of {len(readings)} exercises will be read; look at {', '.join(bad)}. {AGAIN}",
            "",
        )
    return paragraphs("Everything will be read. Whether it is right, hidden checks tell when you hand in.", "")
