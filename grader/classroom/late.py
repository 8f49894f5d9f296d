"""What being late costs: the due date, grace, free days, percent a day, extensions, from a small TOML file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, field

from grader.classroom.roster import Person, Roster
from grader.classroom.sheets import Problems, read_bytes
from grader.course import read_toml
from grader.errors import CourseError, UsageError
from grader.toml_lines import Lines

__all__ = ["Late", "packed", "read_late", "unpacked"]

Percent = Annotated[float, Meta(ge=0, le=100)]
Count = Annotated[int, Meta(ge=0)]
DAY = timedelta(days=1)


class Extension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another due date for one student or one group, or so many days more."""

    student: str = ""
    group: str = ""
    due: datetime | None = None
    days: Count | None = None
    reason: str = ""


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file: each day begun after `due` costs `percent_a_day` of the points reached, at most `cap_percent`.

    Nobody within `grace_minutes` is late; the first `free_days` of each student cost nothing.
    """

    due: datetime
    percent_a_day: Percent
    cap_percent: Percent = 100.0
    free_days: Count = 0
    grace_minutes: Annotated[float, Meta(ge=0)] = 0.0
    extensions: tuple[Extension, ...] = field(name="extension", default=())


class Late:
    """The policy, and the due dates of those who have one of their own."""

    def __init__(self, policy: Policy, dues: Mapping[Person, datetime]) -> None:
        self.policy = policy
        self.dues = dues

    def days(self, person: Person, when: datetime) -> int:
        """Gives how many days late `when` is: each day begun counts."""
        late = when - self.dues.get(person, self.policy.due)
        return math.ceil(late / DAY) if late > timedelta(minutes=self.policy.grace_minutes) else 0

    def penalty(self, days: int, reached: float) -> float:
        """Gives the points that so many days cost."""
        charged = max(0, days - self.policy.free_days) * self.policy.percent_a_day
        return max(0.0, reached) * min(charged, self.policy.cap_percent) / 100


class _Packed(msgspec.Struct, frozen=True):
    """A policy as it travels: due dates beside those for whom they are."""

    policy: Policy
    dues: list[tuple[Person, datetime]]


def packed(late: Late) -> bytes:
    """Gives a policy with its due dates as data that takes no roster to read."""
    policy = msgspec.structs.replace(late.policy, extensions=())
    return msgspec.json.encode(_Packed(policy, sorted(late.dues.items(), key=repr)))


def unpacked(data: bytes) -> Late:
    """Gives the policy that was packed."""
    read = msgspec.json.decode(data, type=_Packed)
    return Late(read.policy, dict(read.dues))


def read_late(path: Path, everyone: Roster, problems: Problems) -> Late | None:
    """Reads the file, with its extensions for students of the class; None where it cannot be read at all."""
    text = read_bytes(path).decode("utf-8-sig", "replace").replace("\r\n", "\n")
    try:
        policy, lines = read_toml(path.name, text, Policy, {("extension",): Extension})
        if policy.due.tzinfo is None:
            raise lines.error(("due",), "due has no time zone", f"write {policy.due.isoformat()}+01:00, say")
    except CourseError as error:
        problems.sentences.append(f"{error}.")
        return None
    dues: dict[Person, datetime] = {}
    # Those of groups come first, so that a student's own one counts.
    for index, extension in sorted(enumerate(policy.extensions), key=lambda item: not item[1].group):
        try:
            people, due = _extended(index, extension, policy, everyone, lines)
        except UsageError as error:
            problems.sentences.append(f"{error}.")
            continue
        dues.update(dict.fromkeys(people, due))
    return Late(policy, dues)


def _extended(
    index: int, extension: Extension, policy: Policy, everyone: Roster, lines: Lines
) -> tuple[list[Person], datetime]:
    """For whom an extension is, and until when."""
    place = ("extension", index)
    if bool(extension.student) == bool(extension.group):
        raise lines.error(place, "an extension is for one student or one group", "write student = or group =")
    if (extension.due is None) == (extension.days is None):
        raise lines.error(place, "an extension has a due date or a number of days", "write due = or days =")
    try:
        people = everyone.whom(extension.student or extension.group)
    except LookupError as error:
        raise lines.error(place, *error.args) from None
    due = extension.due if extension.due is not None else policy.due + (extension.days or 0) * DAY
    if due.tzinfo is None:
        raise lines.error((*place, "due"), "due has no time zone", f"write {due.isoformat()}+01:00, say")
    return people, due
