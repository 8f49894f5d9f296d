"""Intake: find the submissions in a folder and read each, running and unpacking nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from grader.errors import SubmissionError, UsageError
from grader.intake.folder import found_at, read_regular, walk
from grader.intake.members import MEGABYTE, SUBMISSION_BYTES, Found, collect
from grader.intake.modules import modules_of
from grader.intake.names import ENDINGS, ending_of, escaped, flaw_of_student, ignored, nfc, shown
from grader.intake.tar_archive import tar_members
from grader.intake.zip_archive import zip_members
from grader.model import Submission

__all__ = ["Entry", "Scan", "entry_for", "found_in", "read", "scan"]

_LOOKED_FOR = "a folder, .zip, .tar.gz, .tgz or .ipynb named after each student"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One student's name and where the work lies; more than one path is two submissions under one name."""

    student: str
    paths: tuple[Path, ...]


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder holds: entries sorted by student, sentences on names that get no row, loose files."""

    entries: tuple[Entry, ...]
    unusable: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def scan(folder: Path, assignment: str | None = None) -> Scan:
    """List the submissions in `folder`; nothing in them is opened.

    With the name of an `assignment`, work lies where nbgrader keeps it, in `folder/<student>/<assignment>/`; students
    without that folder are left alone. Raises UsageError when there is no such folder, it cannot be listed, or it holds
    no submission.
    """
    if assignment is not None and (not assignment or assignment != os.path.basename(assignment).strip(".")):
        raise UsageError(f"{shown(assignment)} is no name of an assignment; give the name of its folder.")
    found: dict[str, list[Path]] = {}
    unusable: list[str] = []
    loose: list[str] = []
    for name in _listing(folder):
        place = folder / name / (assignment or "")
        student = _student_of(folder / name) if assignment is None or place.is_dir() else None
        if student is None:
            loose.append(shown(name))
        elif flaw := flaw_of_student(student):
            unusable.append(f"The name {shown(name)} {flaw}; rename it to have it graded.")
        else:
            found.setdefault(student, []).append(place)
    if not found and not unusable:
        looked_for = _LOOKED_FOR if assignment is None else f"a folder {shown(assignment)} in that of each student"
        hint = " If it is the work of one student, name the folder around it." if any(folder.glob("*.py")) else ""
        raise UsageError(f"No submission in '{escaped(str(folder))}'; looked for {looked_for}.{hint}")
    entries = tuple(Entry(student=student, paths=tuple(found[student])) for student in sorted(found))
    return Scan(entries=entries, unusable=tuple(unusable), ignored=tuple(loose))


def _listing(folder: Path) -> list[str]:
    where = f"'{escaped(str(folder))}'"
    try:
        return sorted(name for name in os.listdir(folder) if not ignored((name,)))
    except FileNotFoundError as error:
        raise UsageError(f"There is no folder {where}; give the folder that holds the submissions.") from error
    except NotADirectoryError as error:
        raise UsageError(f"{where} is no folder; give the folder that holds the submissions.") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"The folder {where} cannot be listed; check its path and permissions.") from error


def _student_of(path: Path) -> str | None:
    """Whose work is at `path`; None for a loose other file.

    A link to a folder counts, so that the student gets a row that says why it is refused.
    """
    if os.path.isdir(path):
        return nfc(path.name)
    ending = ending_of(path.name)
    return nfc(path.name[: -len(ending)]) if ending else None


def entry_for(path: Path) -> Entry:
    """The entry of one submission given by its own path: a folder, an archive or a notebook.

    Raises UsageError when there is none at `path` or its name cannot be used.
    """
    absolute = Path(os.path.abspath(path))
    where = f"'{escaped(str(path))}'"
    student = _student_of(absolute) if os.path.exists(absolute) else None
    if student is None:
        raise UsageError(f"There is no submission {where}; give a folder or a file ending in {', '.join(ENDINGS)}.")
    flaw = "starts with a dot" if ignored((absolute.name,)) else flaw_of_student(student)
    if flaw:
        raise UsageError(f"The name {shown(absolute.name)} {flaw}; rename it to have it graded.")
    # A link that the user typed is meant; links inside the submission are refused all the same.
    return Entry(student=student, paths=(absolute.resolve() if absolute.is_symlink() else absolute,))


def read(entry: Entry, exercises: Sequence[str]) -> Submission:
    """Read one submission; `exercises` are the names of the modules that are graded, such as "convolve".

    Raises SubmissionError, with one sentence for the student, for everything that is refused; GraderError when the
    machine itself fails (out of file descriptors or memory, a failing disk).
    """
    if len(entry.paths) != 1:
        names = ", ".join(shown(path.name) for path in entry.paths[:4])
        raise SubmissionError(f"There are {len(entry.paths)} submissions under this name ({names}); keep one of them.")
    members = collect(found_in(entry.paths[0]))
    modules, notes = modules_of(members, exercises)
    notebooks = {escaped(member.path): member.data for member in members if member.ending == ".ipynb"}
    if not modules and not notebooks:
        notes.append("No module and no notebook was found; an archive inside the submission is not opened.")
    return Submission(student=entry.student, modules=modules, notebooks=notebooks, notes=tuple(notes))


def found_in(path: Path) -> Iterator[Found]:
    """Everything that a submission holds, as it is met; SubmissionError where it cannot be read."""
    itself = found_at(path, (path.name,))
    if itself.kind == "folder":
        return walk(path)
    if itself.kind != "file":
        raise SubmissionError(f"The submission {shown(path.name)} is a link or a device; hand in the work itself.")
    return iter([itself]) if ending_of(path.name) == ".ipynb" else _unpacked(path)


def _unpacked(archive: Path) -> Iterator[Found]:
    data = read_regular(archive, SUBMISSION_BYTES + 1)
    if len(data) > SUBMISSION_BYTES:
        raise SubmissionError(f"The archive is larger than {SUBMISSION_BYTES // MEGABYTE} MB; pack the modules alone.")
    return zip_members(data) if ending_of(archive.name) == ".zip" else tar_members(data)
