"""When work was handed in: `times.csv`, and the `timestamp.txt` that nbgrader leaves; never what a file system says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from grader.classroom.names import fold, unguarded
from grader.classroom.sheets import Problems, read_table
from grader.errors import GraderError, SubmissionError
from grader.intake import Entry
from grader.intake.folder import read_regular
from grader.report.table import csv_bytes, guarded

__all__ = ["FILE", "moment", "read_times", "stamped", "times_csv"]

FILE = "times.csv"
_STAMP = "timestamp.txt"


def moment(text: str, *, naive_is_utc: bool = False) -> datetime:
    """Gives the time that `text` names, with its zone: an offset, "Z", or a name such as "Europe/Berlin" at the end.

    Raises ValueError with the end of a sentence. A time without a zone is only known where somebody says what it means.
    """
    when, _, zone = text.strip().rpartition(" ")
    try:
        if zone[:1].isalpha():
            # UTC is known on machines without a list of time zones, too.
            found = datetime.fromisoformat(when).replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone))
        elif zone[:1] in "+-" and when:
            found = datetime.fromisoformat(when + zone)
        else:
            found = datetime.fromisoformat(text.strip())
    except (ValueError, OSError):
        # OSError: what zoneinfo makes of names that are folders.
        raise ValueError(f"{text!r} is no time") from None
    except KeyError:
        raise ValueError(f"{zone!r} is no time zone") from None
    if found.tzinfo is None and not naive_is_utc:
        raise ValueError(f"{text!r} has no time zone")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def read_times(path: Path, problems: Problems) -> dict[str, datetime]:
    """Reads the columns student and time; the names are as they stand there."""
    times: dict[str, datetime] = {}
    seen: set[str] = set()
    for row in read_table(path, ("student", "time"), problems):
        name, text = row.cells.get("student", ""), row.cells.get("time", "")
        if not name:
            problems.add(path, row.line, "no student is named", "write a name or take the row out")
        elif fold(name) in seen:
            problems.add(path, row.line, f"{name!r} is there twice", "keep the latest time")
        elif text:
            try:
                times[unguarded(name)] = moment(text)
            except ValueError as error:
                problems.add(path, row.line, str(error), "write it as in 2026-11-20 23:59:00+01:00")
        seen.add(fold(name))
    return times


def times_csv(times: Mapping[str, datetime]) -> bytes:
    """Gives the text of `times.csv`."""
    rows = sorted((guarded(name), when.isoformat(sep=" ")) for name, when in times.items())
    return csv_bytes([("student", "time"), *rows])


def stamped(entries: Iterable[Entry], submissions: Path) -> dict[str, datetime]:
    """Gives the times in nbgrader's `submissions/<student>/<assignment>/timestamp.txt`.

    Where work lies in the student's folder itself, without an assignment, such a file would be the student's own.
    nbgrader reads a time without a zone as UTC.
    """
    times = {}
    for entry in entries:
        for path in entry.paths:
            # Not by `parent`, which of "." is "." again.
            if len(path.relative_to(submissions).parts) == 2:
                with suppress(ValueError, SubmissionError, GraderError):
                    text = read_regular(path / _STAMP, 200).decode("utf-8", "replace")
                    times[entry.student] = moment(text, naive_is_utc=True)
    return times
