"""Renders a comparison: a page with the shared lines side by side, and a table of all ranked pairs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grader.report import clean
from grader.report.table import csv_bytes, safe_cell
from grader.similarity.pairs import COMMON, FEW, KEPT, Comparison, Match
from grader.similarity.works import Gathered, Line

__all__ = ["similar_csv", "similar_page"]

_SHOWN, _FROM = 40, 0.3  # pairs on the page, and how alike they are at least
_ROWS, _WIDTH = 150, 240

_COLUMNS = ["rank", "exercise", "one", "one_from", "two", "two_from", "likeness", "one_share", "two_share", "lines"]


@dataclass
class _Pair:
    """Two works with all they share, the exercise they are most alike in first."""

    one: str
    two: str
    matches: list[Match] = field(default_factory=list)


@dataclass
class _Block:
    """Neighbouring lines of one file and the lines of the other work that are like them."""

    files: tuple[str, str]
    rows: list[tuple[Line, Line]] = field(default_factory=list)


def similar_page(course_title: str, gathered: Gathered, comparison: Comparison) -> str:
    """Returns the page as one HTML document without scripts, times or anything to load."""
    pairs = [pair for pair in _paired(comparison) if pair.matches[0].score >= _FROM]
    return _ENVIRONMENT.get_template("similar.html.j2").render(
        course_title=course_title,
        gathered=gathered,
        comparison=comparison,
        pairs=pairs[:_SHOWN],
        more=len(pairs[_SHOWN:]),
        limits={"from": _FROM, "rows": _ROWS, "common": COMMON, "few": FEW, "kept": KEPT},
        foot=["This list is for staff. It holds students' work: keep it as you keep the submissions."],
    )


def similar_csv(comparison: Comparison) -> bytes:
    """Returns the table: a row for each pair and exercise, those that are most alike first."""
    rows = [_COLUMNS]
    for rank, match in enumerate(comparison.matches, 1):
        who = [safe_cell(text) for work in (match.one, match.two) for text in (work.name, work.origin)]
        numbers = [f"{value:.3f}" for value in (match.score, *match.shares)]
        rows.append([str(rank), match.exercise, *who, *numbers, str(len(match.lines))])
    return csv_bytes(rows)


def _paired(comparison: Comparison) -> list[_Pair]:
    """The matches of two works together, in the order of the best of each."""
    pairs: dict[tuple[int, int], _Pair] = {}
    for match in comparison.matches:
        key = (id(match.one), id(match.two))
        pairs.setdefault(key, _Pair(match.one.label, match.two.label)).matches.append(match)
    return list(pairs.values())


def _blocks(match: Match) -> Iterator[_Block]:
    block, last = _Block(("", "")), -1
    for one, two in match.lines[:_ROWS]:
        row = (match.one.lines[one], match.two.lines[two])
        files = (row[0].file, row[1].file)
        if block.rows and (files != block.files or one > last + 1):
            yield block
            block = _Block(files)
        block.files = files
        block.rows.append(row)
        last = one
    if block.rows:
        yield block


def _percent(share: float) -> str:
    return f"{100 * min(share, 1):.0f} %"


def _finalize(value: object) -> object:
    """Neutralises every text that a template writes; Jinja escapes it afterwards."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _code(text: str) -> str:
    return clean(text.rstrip(), _WIDTH)


def _environment() -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("grader.similarity"), PackageLoader("grader.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(blocks=_blocks, code=_code, percent=_percent)
    return environment


_ENVIRONMENT = _environment()
