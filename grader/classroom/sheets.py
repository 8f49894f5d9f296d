"""CSV files that people keep: read with the line of each row, and changed cell by cell with all other bytes kept."""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from grader.classroom.names import fold
from grader.errors import UsageError

__all__ = ["Problems", "Row", "Sheet", "read_bytes", "read_table"]

_DELIMITERS = (",", ";", "\t")


class Problems:
    """What is wrong in the files of a class, gathered so that all of it is said at once."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def add(self, path: Path, line: int, wrong: str, cure: str) -> None:
        """Notes one problem with its file, line and cure."""
        self.sentences.append(f"{path.name}, line {line}: {wrong}; {cure}{'' if cure[-1:] == '?' else '.'}")

    def stop(self) -> None:
        """Raises UsageError with all problems, if there are any."""
        if self.sentences:
            raise UsageError("\n".join(dict.fromkeys(self.sentences)))


class Sheet:
    """The rows of a CSV file as they are written; `value` reads a cell, `put` changes one, `data` gives the file."""

    def __init__(self, path: Path) -> None:
        data = read_bytes(path)
        self.path = path
        self.encoding, text = _decoded(path, data)
        self.delimiter = _delimiter(text)
        self.rows: list[list[str]] = []
        self.lines: list[int] = []
        self._ends: list[str] = []
        self._split(text)

    def _split(self, text: str) -> None:
        mark = re.escape(self.delimiter)
        cell = re.compile(rf'("(?:[^"]++|"")*+"[^{mark}\r\n]*|[^{mark}\r\n]*)({mark}|\r\n|\n|\r|\Z)')
        at, line = 0, 1
        row: list[str] = []
        while found := cell.match(text, at):
            at = found.end()
            row.append(found[1])
            if found[2] == self.delimiter:
                continue
            self.rows.append(row)
            self.lines.append(line)
            self._ends.append(found[2])
            line += sum(raw.count("\n") for raw in row) + 1
            row = []
            if at == len(text):
                break

    def value(self, row: int, column: int) -> str:
        """Gives the text of a cell, "" where a row is too short."""
        raw = self.rows[row][column] if column < len(self.rows[row]) else ""
        return raw[1:-1].replace('""', '"') if len(raw) > 1 and raw[0] == raw[-1] == '"' else raw

    def values(self, row: int) -> list[str]:
        """Gives the texts of a row."""
        return [self.value(row, column) for column in range(len(self.rows[row]))]

    def put(self, row: int, column: int, text: str) -> None:
        """Changes one cell; it is quoted where it was, or where it has to be."""
        cells = self.rows[row]
        cells.extend([""] * (column + 1 - len(cells)))
        quoted = cells[column].startswith('"') or any(mark in text for mark in (self.delimiter, '"', "\n", "\r"))
        cells[column] = '"' + text.replace('"', '""') + '"' if quoted else text

    def data(self) -> bytes:
        """Gives the bytes of the file, those of untouched cells as they were."""
        rows = (self.delimiter.join(row) + end for row, end in zip(self.rows, self._ends, strict=True))
        return "".join(rows).encode(self.encoding)


class Row(NamedTuple):
    """One row of a table: its line in the file, and its cells by the header's name in small letters."""

    line: int
    cells: dict[str, str]


def read_bytes(path: Path) -> bytes:
    """Gives the bytes of a file that somebody typed; UsageError where there is none."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}); check the path.") from None


def read_table(path: Path, required: Collection[str], problems: Problems) -> list[Row]:
    """Reads a table whose first row names its columns; what is missing or twice there goes to `problems`."""
    sheet = Sheet(path)
    header = [fold(name) for name in sheet.values(0)]
    for name in required:
        if name not in header:
            there = ", ".join(filter(None, header)) or "nothing yet"
            problems.add(path, 1, f"there is no column {name!r}", f"name it in the first row, beside: {there}")
    for name in sorted({name for name in header if name and header.count(name) > 1}):
        problems.add(path, 1, f"the column {name!r} is there twice", "keep one of the two")
    rows = []
    for index in range(1, len(sheet.rows)):
        cells = [cell.strip() for cell in sheet.values(index)]
        if any(cells[len(header) :]):
            problems.add(path, sheet.lines[index], "there are more cells than columns", "put quotes around commas")
        if any(cells):
            padded = cells + [""] * (len(header) - len(cells))
            rows.append(Row(sheet.lines[index], dict(zip(header, padded, strict=False))))
    return rows


def _decoded(path: Path, data: bytes) -> tuple[str, str]:
    """The encoding of a file and its text."""
    # What spreadsheet programs write: UTF-8 with a mark or without, or the Windows encoding of western Europe.
    for encoding in ("utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8", "cp1252"):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if "\0" not in text:
                return encoding, text
    raise UsageError(f"{path} is no text in UTF-8; save it as CSV in UTF-8.")


def _delimiter(text: str) -> str:
    """What stands between the cells of the first row most often, quoted text aside."""
    first = re.sub(r'"(?:[^"]++|"")*+"', "", text).split("\n", 1)[0]
    return max(_DELIMITERS, key=first.count)
