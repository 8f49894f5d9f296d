"""Who is in the class: `roster.csv`, and which submission counts for whom."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from grader.classroom.names import fold, name_keys, unguarded
from grader.classroom.sheets import Problems, Row, read_table

__all__ = ["Counted", "Person", "Roster", "read_roster"]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One student: the name that reports show, and what else submissions and gradebooks may call the student."""

    name: str
    id: str = ""
    email: str = ""
    group: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """Everything that means this student, folded."""
        exact = {fold(text) for text in (self.id, self.email, *self.aliases)} - {""}
        return name_keys(self.name) | exact


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What counts for one student: the name of a submission, or several between which nothing known decides."""

    person: Person
    submission: str = ""
    between: tuple[str, ...] = ()


class Roster:
    """The students of a class, found by name, alias, id, email or group."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = tuple(people)
        self._by_key: dict[str, list[Person]] = {}
        self._by_group: dict[str, list[Person]] = {}
        for person in people:
            for key in person.keys:
                self._by_key.setdefault(key, []).append(person)
            if person.group:
                self._by_group.setdefault(fold(person.group), []).append(person)

    def called(self, name: str) -> list[Person]:
        """Gives the students whom `name` may mean, groups aside; more than one where it is ambiguous."""
        found = {id(person): person for key in name_keys(name) for person in self._by_key.get(key, ())}
        return list(found.values())

    def members(self, group: str) -> list[Person]:
        """Gives the students of a group."""
        return self._by_group.get(fold(group), [])

    def meant(self, name: str) -> list[list[Person]]:
        """Gives the readings of `name`: one list for each student whom it may mean, one for a group of this name."""
        group = self.members(name)
        return [*([person] for person in self.called(name) if person not in group), *([group] if group else [])]

    def whom(self, name: str) -> list[Person]:
        """Gives the student or the group that `name` means; LookupError, with the cure, where that is not sure."""
        readings = self.meant(name)
        if len(readings) > 1:
            raise LookupError(f"{name!r} means several students", "write an id or an email")
        if not readings:
            close = difflib.get_close_matches(name, [person.name for person in self.people], n=1)
            cure = f"did you mean {close[0]!r}?" if close else "write a name, an id, an email or a group of the roster"
            raise LookupError(f"{name!r} is nobody in this class", cure)
        return readings[0]

    def count(
        self, submissions: Iterable[str], times: Mapping[str, datetime]
    ) -> tuple[list[Counted], dict[str, tuple[Person, ...]]]:
        """Gives what counts for each student, and the submissions that are nobody's here, or not clearly somebody's.

        `times` are those of the submissions, by their folded names.
        """
        sure: dict[int, list[str]] = {}
        doubtful: dict[int, list[str]] = {}
        strays: dict[str, tuple[Person, ...]] = {}
        for submission in submissions:
            readings = [self.members(reading[0].group) or reading for reading in self.meant(submission)]
            if len(readings) != 1:
                strays[submission] = tuple(person for reading in readings for person in reading)
            for person in {id(person): person for reading in readings for person in reading}.values():
                (sure if len(readings) == 1 else doubtful).setdefault(id(person), []).append(submission)
        counted = []
        for person in self.people:
            one = _counted(person, sure.get(id(person), []), times)
            unknown = () if one.submission else (*one.between, *doubtful.get(id(person), ()))
            counted.append(msgspec.structs.replace(one, between=unknown))
        return counted, strays


def _counted(person: Person, uploads: Collection[str], times: Mapping[str, datetime]) -> Counted:
    """The latest of several uploads, where all their times are known."""
    known = [(times[fold(name)], name) for name in uploads if fold(name) in times]
    if len(uploads) > 1 and len(known) == len(uploads):
        latest = max(when for when, _ in known)
        uploads = [name for when, name in known if when == latest]
    if len(uploads) > 1:
        return Counted(person=person, between=tuple(sorted(uploads)))
    return Counted(person=person, submission=next(iter(uploads), ""))


def read_roster(path: Path, problems: Problems) -> Roster:
    """Reads the columns student (or name), id, email, group, aliases (";" between them); others are left alone."""
    rows = read_table(path, (), problems)
    column = next((name for name in ("student", "name") if rows and name in rows[0].cells), "")
    if not column:
        problems.add(path, 1, "there is no column 'student' with rows below", "name it there, and write a row for each")
        problems.stop()
    people: list[Person] = []
    seen: dict[str, int] = {}
    for row in rows:
        person = _person(row, column)
        if not person.name:
            problems.add(path, row.line, "no student is named", "write a name or take the row out")
            continue
        for what, key in _exclusive(person):
            first = seen.setdefault(key, row.line)
            if first != row.line:
                problems.add(path, row.line, f"{what} stands on line {first}, too", "each has to mean one student")
        people.append(person)
    return Roster(people)


def _person(row: Row, column: str) -> Person:
    aliases = tuple(alias.strip() for alias in row.cells.get("aliases", "").split(";") if alias.strip())
    about = {name: unguarded(row.cells.get(name, "")) for name in ("id", "email", "group")}
    return Person(name=unguarded(row.cells[column]), aliases=aliases, **about)


def _exclusive(person: Person) -> Iterable[tuple[str, str]]:
    """What no other student may share. Two students may have one name where an id or an email tells them apart."""
    for what in (person.id, person.email, *person.aliases):
        if what:
            yield repr(what), fold(what)
    if not person.id and not person.email:
        yield f"the name {person.name!r}, without id or email,", fold(person.name)
