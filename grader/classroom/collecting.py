"""`grader collect`: bulk downloads become a folder of submissions; what is not sure is told, and left out."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from grader import course as courses
from grader.classroom.commands import class_file, tell
from grader.classroom.downloads import Upload, read_download
from grader.classroom.names import fold, squeezed_keys
from grader.classroom.roster import Person, Roster, read_roster
from grader.classroom.sheets import Problems
from grader.classroom.times import FILE, times_csv
from grader.errors import SubmissionError, UsageError
from grader.files import write_whole
from grader.intake.members import MEGABYTE, SUBMISSION_BYTES, Member, collect
from grader.intake.names import ending_of, flaw_of_student, nfc, shown

__all__ = ["main"]


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Writes the submissions, and tells what was left out; the exit status."""
    course = courses.load(root / "course.toml")
    path, problems = class_file(root, course, arguments, "roster"), Problems()
    roster = read_roster(path, problems) if path else None
    problems.stop()
    to: Path = arguments.to
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise UsageError(f"{to} is there and holds something, which stays as it is; collect into an empty folder.")
    collecting = _Collecting(roster)
    to.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened, tempfile.TemporaryDirectory(prefix=".part-", dir=to.parent) as part:
        for download in arguments.downloads:
            names = [exercise.name for exercise in course.exercises]
            collecting.add(*read_download(download, arguments.kind, names, opened))
        count = collecting.write(Path(part) / "made")
        os.rename(Path(part) / "made", to)
    tell("note", collecting.remarks)
    tell("left out", collecting.left)
    print(f"{count} submissions in {to}, {len(collecting.left)} left out")
    return 1 if collecting.left else 0


class _Collecting:
    """The uploads of all downloads by the names that their submissions get, and what there is to tell of the rest."""

    def __init__(self, roster: Roster | None) -> None:
        self.roster = roster
        self.uploads: dict[str, list[Upload]] = {}
        self.remarks: list[str] = []
        self.left: list[str] = []
        self.kinds: set[str] = set()

    def add(self, kind: str, uploads: Iterable[Upload], strays: Iterable[str]) -> None:
        """Takes what a download holds; UsageError where it is of another system than the one before."""
        self.kinds.add(kind)
        if len(self.kinds) > 1:
            raise UsageError(f"These are downloads of {' and of '.join(sorted(self.kinds))}; collect each by itself.")
        self.left += [f"{shown(name)}: belongs to nobody in this download" for name in strays]
        for upload in uploads:
            try:
                self.uploads.setdefault(self._name(kind, upload), []).append(upload)
            except SubmissionError as error:
                self.left.append(f"{shown(upload.people[0][0])}: {error}")

    def write(self, to: Path) -> int:
        """Makes the folder, with one folder or archive a student, and the times that are known; gives how many."""
        to.mkdir()
        written = {}
        for name, uploads in sorted(self.uploads.items()):
            try:
                written[name] = self._latest(uploads)
                self._write(name, written[name], to)
                self._tell_replaced(name, written[name], uploads)
            except (SubmissionError, OSError) as error:
                written.pop(name, None)
                self.left.append(f"{shown(name)}: {error}")
        if times := {name: upload.when for name, upload in written.items() if upload.when}:
            (to / FILE).write_bytes(times_csv(times))
        if late := sum(upload.late for upload in written.values()):
            self.remarks.append(f"{late} marked late by Canvas, which tells no times; write them into a times.csv")
        return len(written)

    def _tell_replaced(self, name: str, chosen: Upload, uploads: Sequence[Upload]) -> None:
        """Says which uploads do not count, where those of several people are one submission."""
        others = [upload for upload in uploads if upload.identity != chosen.identity]
        if others:
            names = ", ".join(sorted({shown(upload.people[0][0]) for upload in others}))
            late = " (marked late)" if any(upload.late for upload in others) else ""
            self.remarks.append(
                f"{shown(name)}: the latest upload counts, of {shown(chosen.people[0][0])}; not {names}{late}"
            )

    def _latest(self, uploads: Sequence[Upload]) -> Upload:
        """The upload that counts; SubmissionError where nothing known decides."""
        if self.roster is None and len({upload.identity for upload in uploads}) > 1:
            raise SubmissionError("several people have this name; give a roster with --roster that tells them apart")
        orders = [upload.order for upload in uploads]
        if len(uploads) > 1 and (None in orders or orders.count(max(orders, key=lambda one: one or 0.0)) > 1):
            raise SubmissionError("there are several uploads, and nothing tells which is the latest; give one of them")
        return max(uploads, key=lambda upload: upload.order or 0.0)

    def _name(self, kind: str, upload: Upload) -> str:
        """The name of the submission: that of the roster, where there is one. SubmissionError where it is not sure."""
        first, *others = upload.people
        if self.roster is None:
            name, apart = first[0], [called[0] for called in others]
        else:
            [people, *rest] = [_people(kind, called, self.roster) for called in upload.people]
            group = self.roster.members(people[0].group)
            apart = [person.name for found in rest for person in found if person not in group]
            name = _label(people[0], group, self.roster)
        if apart:
            names = ", ".join(map(shown, apart))
            self.remarks.append(
                f"{shown(first[0])}: handed in for {names}, too; it takes a roster with a group to count so"
            )
        return nfc(name)

    def _write(self, name: str, upload: Upload, to: Path) -> None:
        """Writes what was handed in: a folder of sources and notebooks, or the one archive as it is."""
        flaw = flaw_of_student(name)
        if flaw or "/" in name or name[0] == "." or name == FILE:
            raise SubmissionError(f"the name {flaw or 'cannot be that of a file'}; give a roster that has another one")
        members = collect(upload.files)
        archives = [item for item in upload.files if ending_of(item.parts[-1]) not in ("", ".ipynb")]
        told = [*upload.notes, *(f"{shown(item.parts[-1])} lies beside modules and is left out" for item in archives)]
        if members:
            _write_members(members, to / name)
            self.remarks += [f"{shown(name)}: {note}" for note in told]
        elif len(archives) == 1:
            data = archives[0].load(SUBMISSION_BYTES + 1)
            if len(data) > SUBMISSION_BYTES:
                raise SubmissionError(f"the archive is larger than {SUBMISSION_BYTES // MEGABYTE} MB")
            write_whole(to / f"{name}{ending_of(archives[0].parts[-1])}", data)
        else:
            raise SubmissionError("there is no module, no notebook, and not one archive alone")


def _write_members(members: Iterable[Member], folder: Path) -> None:
    """Writes all the files of a submission, or nothing: a part of it would be graded as if it were the whole."""
    folder.mkdir()
    try:
        for member in members:
            place = folder.joinpath(*member.parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(member.data)
    except OSError:
        shutil.rmtree(folder)
        raise


def _label(person: Person, group: list[Person], roster: Roster) -> str:
    """What to call a submission so that the roster knows whose it is: all of a group, or one student."""
    for name in (person.group, person.name, person.id, person.email, *person.aliases):
        if name and roster.meant(name) == [group if name == person.group else [person]]:
            return name
    raise SubmissionError("the roster has nothing that means this student alone")


def _people(kind: str, called: tuple[str, ...], roster: Roster) -> list[Person]:
    """Who of the roster is meant by what a system calls somebody: a student or a group."""
    if kind == "canvas":
        readings = _squeezed_readings(re.sub(r"\W", "", fold(called[0])), called[1], roster)
    else:
        readings = next(filter(None, map(roster.meant, (*called[1:], called[0]))), [])
    if len(readings) != 1:
        why = "may be several students of the roster" if readings else "is on no line of the roster"
        raise SubmissionError(f"{shown(called[0])} {why}; add what it is called to the student's aliases")
    return readings[0]


def _squeezed_readings(who: str, user: str, roster: Roster) -> list[list[Person]]:
    people = [one for one in roster.people if any(who in squeezed_keys(name) for name in (one.name, *one.aliases))]
    # The numbers of Canvas and of a roster may be of two kinds, so that one alone proves nothing.
    if len(people) > 1:
        people = [person for person in people if person.id == user] or people
    groups = {fold(person.group) for person in roster.people if who in squeezed_keys(person.group)}
    return [[person] for person in people] + [roster.members(group) for group in sorted(groups)]
