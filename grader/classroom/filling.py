"""`grader fill`: marks go into the teacher's own file, where it is sure whose row is whose; the rest is told.

Canvas writes its own headers in English whatever the language, the points that are possible in a row of their own,
"EX" for excused students and "N/A" for those without the assignment (read in `lib/gradebook_exporter.rb`, as of 2026).
Moodle translates its headers and writes numbers as the language does; the German ones are as in worksheets that other
people's programs carry as examples.
"""

from __future__ import annotations

import argparse
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader.classroom.commands import tell
from grader.classroom.names import fold, name_keys, unguarded
from grader.classroom.sheets import Problems, Sheet, read_bytes, read_table
from grader.errors import UsageError
from grader.files import write_whole
from grader.model import FinalMark
from grader.outputs import SHOWN
from grader.report import feedback_name, number
from grader.run import PRIVATE

__all__ = ["main"]

_ROLES = ("participant", "name", "id", "login", "email", "grade", "maximum")

_MARKS = "marks.csv"
_HEADERS = {
    "canvas": {"name": {"student"}, "id": {"sis user id"}, "login": {"sis login id"}},
    "moodle": {
        "participant": {"identifier", "id"},
        "name": {"full name", "vollständiger name"},
        "id": {"id number", "id-nummer", "matrikelnummer"},
        "login": {"username", "anmeldename"},
        "email": {"email address", "e-mail-adresse"},
        "grade": {"grade", "bewertung"},
        "maximum": {"maximum grade", "bestwertung"},
    },
}
# Where nothing in a file shows how it writes numbers: headers of languages with a decimal comma.
_COMMA_HEADERS = {"bewertung", "note", "calificación", "valutazione", "cijfer"}


@dataclass(frozen=True)
class _Gradebook:
    """A teacher's file: its columns by what they are for, the rows of students, the most points in each."""

    sheet: Sheet
    columns: Mapping[str, Sequence[int]]
    rows: Sequence[int]
    maxima: Mapping[int, float | None]
    comma: bool

    def keys(self, row: int, role: str) -> frozenset[str]:
        """Gives what a row is called in the columns of a role, folded."""
        texts = [self.sheet.value(row, column) for column in self.columns.get(role, ())]
        if role != "name":
            return frozenset({fold(text) for text in texts} - {""})
        # LastName and FirstName are two columns where Canvas was told to part them.
        return name_keys(", ".join(texts) if len(texts) > 1 else "".join(texts))

    def shown(self, row: int) -> str:
        """Gives what a row is called, for a sentence."""
        texts = (self.sheet.value(row, column) for column in (*self.columns.get("name", ()), *self.columns["any"]))
        return next((text.strip() for text in texts if text.strip()), f"line {self.sheet.lines[row]}")

    def put(self, row: int, digits: str) -> bool:
        """Writes a mark; not where the row says that the student needs none."""
        [column] = self.columns["grade"]
        if fold(self.sheet.value(row, column)) in ("ex", "n/a"):
            return False
        self.sheet.put(row, column, digits.replace(".", ",") if self.comma else digits)
        return True


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Writes the filled gradebook, and Moodle's feedback zip where one is wanted; the exit status."""
    if arguments.to.exists() and arguments.to.samefile(arguments.gradebook):
        raise UsageError(f"--to names the gradebook itself ({arguments.to}); write to another file.")
    typed = dict(text.partition("=")[::2] for text in arguments.column)
    if set(typed) - set(_ROLES) or not all(typed.values()):
        raise UsageError(f"--column takes ROLE=HEADER, with one of these roles: {', '.join(_ROLES)}.")
    sheet = Sheet(arguments.gradebook)
    book = _opened(sheet, arguments.system, arguments.assignment, typed)
    source = _marks_file(arguments.out)
    marks = _read_marks(source)
    pairs, unplaced = _paired(book, marks)
    if arguments.scale and not any(book.maxima.values()):
        raise UsageError(f"{sheet.path} does not say how many points there are, so --scale cannot convert them.")
    if arguments.feedback and source.name == _MARKS and _older(arguments.out):
        raise UsageError(f"The pages in {arguments.out} are older than its marks; run grader grade again first.")
    written, warnings = _fill(book, pairs, scale=arguments.scale)
    write_whole(arguments.to, sheet.data())
    if source.name != _MARKS:
        warnings.insert(0, f"there is no {_MARKS} in {arguments.out}: points by hand and late days are not counted")
    tell("note", warnings)
    tell("not written", unplaced)
    if arguments.feedback:
        data, missing = _feedback_zip(book, pairs, arguments.out)
        write_whole(arguments.feedback, data)
        tell("no feedback file", missing)
    print(f"{written} of {len(marks)} marks written to {arguments.to}, from {source}")
    return 1 if unplaced else 0


def _older(out: Path) -> bool:
    """Whether pages were made with other marks than those that count now."""
    shown = out / PRIVATE / SHOWN
    return not shown.is_file() or shown.read_bytes() != (out / _MARKS).read_bytes()


def _marks_file(out: Path) -> Path:
    """The file with the marks of a run; UsageError where there is none."""
    path = next((path for path in (out / _MARKS, out / "grades.csv") if path.is_file()), None)
    if path is None:
        raise UsageError(f"{out} holds no marks; name the folder that `grader grade` was given with --out.")
    return path


def _read_marks(path: Path) -> list[FinalMark]:
    """Reads the marks of a class, or the grades of a run."""
    problems = Problems()
    rows = read_table(path, ("student", "status", "total", "max_total"), problems)
    problems.stop()
    marks = []
    for line, cells in rows:
        named = {"submission": cells["student"], **cells}
        texts = {name: unguarded(named.get(name, "")) for name in ("student", "id", "email", "submission", "status")}
        numbers = {"total": cells["total"] or None, "max_total": cells["max_total"] or 0}
        try:
            marks.append(msgspec.convert(texts | numbers, FinalMark, strict=False))
        except msgspec.ValidationError as error:
            raise UsageError(f"{path}, line {line}: {error}; write it again with `grader marks`.") from None
    return marks


def _fill(book: _Gradebook, pairs: Sequence[tuple[FinalMark, int]], *, scale: bool) -> tuple[int, list[str]]:
    """Writes each mark into its row, and nothing else; gives how many, and sentences on the rest."""
    warnings: list[str] = []
    written = 0
    differing = set()
    for mark, row in pairs:
        if mark.total is None:
            warnings.append(f"{mark.student}: {mark.status}, the cell stays as it is")
            continue
        most, total = book.maxima.get(row), mark.total
        if most is not None and mark.max_total and most != mark.max_total:
            differing.add((most, mark.max_total))
            total = total * most / mark.max_total if scale else total
        if book.put(row, number(round(total, 2) if scale else total)):
            written += 1
        else:
            warnings.append(f"{mark.student}: the file says excused or not assigned, the cell stays as it is")
    for most, ours in sorted(differing):
        done = "points were converted" if scale else "points are written as they are; --scale converts them"
        warnings.append(f"{book.sheet.path.name} has room for {most:g} points, and this course has {ours:g}: {done}")
    taken = {row for _, row in pairs}
    warnings += [f"{book.shown(row)}: no mark for this row" for row in book.rows if row not in taken]
    return written, warnings


def _paired(book: _Gradebook, marks: Sequence[FinalMark]) -> tuple[list[tuple[FinalMark, int]], list[str]]:
    """Marks and their rows: by id, then login, email and full name, of rows that are still free; and what is unsure."""
    pairs: list[tuple[FinalMark, int]] = []
    unplaced: list[str] = []
    left = list(marks)
    for role in ("id", "login", "email", "name"):
        taken = {row for _, row in pairs}
        keys = {row: book.keys(row, role) for row in book.rows if row not in taken}
        # Where ids are of one kind, a name alone does not stand for somebody with another id.
        others = {row for row in keys if role == "name" and taken and book.keys(row, "id")}
        found = [(mark, _candidates(mark, role, keys, others if mark.id else set())) for mark in left]
        claims = Counter(rows[0] for _, rows in found if len(rows) == 1)
        pairs += [(mark, rows[0]) for mark, rows in found if len(rows) == 1 and claims[rows[0]] == 1]
        for mark, rows in found:
            if len(rows) > 1 or any(claims[row] > 1 for row in rows):
                lines = ", ".join(str(book.sheet.lines[row]) for row in rows)
                why = "it may be any of the lines" if len(rows) > 1 else f"{claims[rows[0]]} marks are for line"
                unplaced.append(f"{mark.student}: ambiguous, {why} {lines}")
        left = [mark for mark, rows in found if not rows]
    return pairs, unplaced + [f"{mark.student}: no row of {book.sheet.path.name} is this student's" for mark in left]


def _candidates(mark: FinalMark, role: str, keys: Mapping[int, frozenset[str]], others: set[int]) -> list[int]:
    """The rows that may be a student's."""
    exact = frozenset({fold(mark.id), fold(mark.email), fold(mark.student)} - {""})
    wanted = name_keys(mark.student) if role == "name" else exact
    return [row for row, found in keys.items() if found & wanted and row not in others]


def _feedback_zip(book: _Gradebook, pairs: Iterable[tuple[FinalMark, int]], out: Path) -> tuple[bytes, list[str]]:
    """Gives Moodle's zip of feedback files, and the students who have no page.

    Moodle parts the name of a folder at its underscores and reads the participant's number from the second piece
    (`mod/assign/feedback/file/importziplib.php`), so that none may stand in the name before it.
    """
    stream = io.BytesIO()
    missing = []
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for mark, row in pairs:
            page = out / "feedback" / feedback_name(mark.submission)
            text = "".join(book.sheet.value(row, column) for column in book.columns.get("participant", ())[:1])
            participant = re.search(r"(\d+)\s*$", text)
            if not mark.submission or not participant or not page.is_file():
                missing.append(mark.student)
                continue
            name = re.sub(r'[\s\x00-\x1f\x7f/\\:*?"<>|_]+', " ", book.shown(row)).strip(" .") or "student"
            info = zipfile.ZipInfo(f"{name}_{participant[1]}_assignsubmission_file_/feedback.html")
            info.external_attr, info.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(info, read_bytes(page))
    return stream.getvalue(), missing


def _opened(sheet: Sheet, system: str, assignment: str | None, typed: Mapping[str, str]) -> _Gradebook:
    """Reads an exported gradebook; `typed` names the headers of columns by their roles."""
    columns = _columns(sheet, _HEADERS[system], typed)
    if [fold(text) for text in sheet.values(0)[:2]] == ["lastname", "firstname"]:
        columns["name"] = [0, 1]
    if system == "canvas" and not columns["id"]:
        # Canvas's own numbers, which may be those that somebody else has in the roster.
        columns["id"] = [at for at, text in enumerate(sheet.values(0)) if fold(text) == "id"]
    if system == "canvas" and not columns.get("grade"):
        columns["grade"] = [_assignment(sheet, assignment)]
    _need(sheet, columns, "grade")
    if not any(columns.get(role) for role in ("name", "id", "login", "email")):
        _need(sheet, columns, "name")
    every = range(1, len(sheet.rows))
    possible = next((row for row in every if "Points Possible" in sheet.value(row, 0)), 0)
    rows = [row for row in every if row > possible and fold("".join(sheet.values(row)))]
    rows = [row for row in rows if fold(sheet.value(row, 0)) != "student, test"]
    [grade], most = columns["grade"], columns.get("maximum", ())[:1]
    maxima = {row: _number(sheet.value(row, most[0]) if most else sheet.value(possible, grade)) for row in rows}
    return _Gradebook(sheet, columns, rows, maxima, _decimal_comma(sheet, [grade, *most]))


def _columns(sheet: Sheet, known: Mapping[str, set[str]], typed: Mapping[str, str]) -> dict[str, list[int]]:
    header = [fold(text) for text in sheet.values(0)]
    columns = {role: [at for at, text in enumerate(header) if text in names] for role, names in known.items()}
    for role, name in typed.items():
        columns[role] = [at for at, text in enumerate(header) if text == fold(name)]
        _need(sheet, columns, role)
    if len(columns.get("grade", [])) > 1:
        raise UsageError(f"{sheet.path} has several columns for the grade; say which with --column grade=HEADER.")
    columns["any"] = list(range(len(header)))
    return columns


def _need(sheet: Sheet, columns: Mapping[str, Sequence[int]], role: str) -> None:
    if not columns.get(role):
        there = ", ".join(repr(text) for text in sheet.values(0)[:30])
        raise UsageError(f"{sheet.path}: which column is the {role}? Type --column {role}=HEADER; there are: {there}.")


def _assignment(sheet: Sheet, wanted: str | None) -> int:
    """The column of an assignment, "Title (number)" in Canvas: the only one, or the one that is meant."""
    header = sheet.values(0)
    all_of_them = [at for at, text in enumerate(header) if re.search(r"\(\d+\)$", text.strip())]
    found = all_of_them
    if wanted is not None:
        exact = [at for at in all_of_them if fold(header[at]) == fold(wanted)]
        titles = [at for at in all_of_them if fold(re.sub(r"\(\d+\)$", "", header[at].strip())) == fold(wanted)]
        found = exact or titles
    if len(found) != 1:
        named = ", ".join(repr(header[at].strip()) for at in all_of_them[:20]) or "none"
        raise UsageError(f"{sheet.path}: which assignment? Say so with --assignment; it has: {named}.")
    return found[0]


def _number(text: str) -> float | None:
    match = re.fullmatch(r"\s*(\d+)(?:[.,](\d+))?\s*", text)
    return float(f"{match[1]}.{match[2] or 0}") if match else None


def _decimal_comma(sheet: Sheet, first: Sequence[int]) -> bool:
    """Whether numbers have a comma: as these columns show, else any column, else the language of the header."""
    rows = [sheet.values(row) for row in range(1, len(sheet.rows))]
    for cells in ([row[at] for row in rows for at in first if at < len(row)], [cell for row in rows for cell in row]):
        found = Counter(re.sub(r"\d", "", cell) for cell in cells if re.fullmatch(r"\d+[.,]\d+", cell))
        if found["."] != found[","]:
            return found[","] > found["."]
    return any(fold(text) in _COMMA_HEADERS for text in sheet.values(0))
