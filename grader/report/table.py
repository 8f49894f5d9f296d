"""Renders result records as the table of grades, `grades.csv`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from grader.model import SubmissionResult
from grader.report.text import number

__all__ = ["csv_bytes", "grades_csv", "guarded"]

# What spreadsheet programs take for the start of a formula; some locales read the full-width twins alike.
_FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Commas, quotes and line ends have to be quoted; semicolons and tabs part cells where the locale says so.
_QUOTED = frozenset(',"\r\n;\t')


def grades_csv(results: Iterable[SubmissionResult], exercises: Sequence[str], chosen: Sequence[str]) -> bytes:
    r"""Return the table as UTF-8 without a byte order mark, rows ended by `\n` and sorted by code points of the name.

    `exercises` are all columns, in order; `chosen` the exercises of this run. A refused submission has 0 in the chosen
    ones; the cells of one on which the grader failed are empty. Raises `GraderError` for a score that is not finite.
    """
    rows = [["student", *exercises, "total", "max_total", "status"]]
    for result in sorted(results, key=lambda one: one.student):
        rows.append([guarded(result.student), *_scores(result, exercises, chosen), result.state])
    return csv_bytes(rows)


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows of cells as UTF-8 without a byte order mark, quoted where that is needed."""
    text = "".join(",".join(_field(cell) for cell in row) + "\n" for row in rows)
    return text.encode("utf-8", errors="backslashreplace")


def _scores(result: SubmissionResult, exercises: Sequence[str], chosen: Sequence[str]) -> list[str]:
    if result.state == "error":
        return [""] * (len(exercises) + 2)
    if result.state == "refused":
        cells = dict.fromkeys(chosen, "0")
        return [*(cells.get(name, "") for name in exercises), "0", number(result.max_score)]
    cells = {exercise.name: number(exercise.score) for exercise in result.exercises}
    return [*(cells.get(name, "") for name in exercises), number(result.score), number(result.max_score)]


def guarded(text: str) -> str:
    """Return `text` with an apostrophe in front where a spreadsheet would compute it, at once or after trimming."""
    # Controls, spaces and what has no width may be dropped before a cell is read; names begin with a letter.
    seen = next((char for char in text if unicodedata.category(char)[0] not in "CZ"), "")
    return f"'{text}" if text and (text[0] < " " or seen in _FORMULA_STARTS) else text


def _field(cell: str) -> str:
    if _QUOTED.isdisjoint(cell) and cell == cell.strip():
        return cell
    return '"' + cell.replace('"', '""') + '"'
