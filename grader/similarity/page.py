"""Renders a comparison: a page with the shared lines side by side, and a table of all ranked pairs."""

from __future__ import annotations

from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

from grader.report.pages import environment
from grader.report.table import csv_bytes, guarded
from grader.similarity.pairs import COMMON, FEW, KEPT, LEAST, Comparison, Match
from grader.similarity.works import Gathered

__all__ = ["similar_csv", "similar_page"]

# Of the page: pairs, and how alike they are at least; rows of shared lines, and their width.
_LIMITS = {"shown": 40, "from": 0.3, "rows": 150, "width": 240}
_LIMITS |= {"common": COMMON, "few": FEW, "kept": KEPT, "least": LEAST}
_COLUMNS = "rank,exercise,one,two,likeness,one_share,two_share,lines"


def similar_page(course_title: str, gathered: Gathered, comparison: Comparison) -> str:
    """Returns the page as one HTML document without scripts, times or anything to load."""
    found: dict[tuple[int, int], list[Match]] = {}
    for match in comparison.matches:
        if match.lines:
            found.setdefault((id(match.one), id(match.two)), []).append(match)
    # Both come in the order of their best match.
    pairs = [matches for matches in found.values() if matches[0].score >= _LIMITS["from"]]
    values = {"course_title": course_title, "gathered": gathered, "comparison": comparison, "pairs": pairs}
    return _ENVIRONMENT.get_template("similar.html.j2").render(**values, limits=_LIMITS)


def similar_csv(comparison: Comparison) -> bytes:
    """Returns the table: a row for each pair and exercise, those that are most alike first."""
    rows = [_COLUMNS.split(",")]
    for rank, match in enumerate(comparison.matches, 1):
        names = [guarded(work.name) for work in (match.one, match.two)]
        numbers = [f"{value:.3f}" for value in (match.score, *match.shares)]
        rows.append([str(rank), match.exercise, *names, *numbers, str(len(match.lines))])
    return csv_bytes(rows)


_ENVIRONMENT = environment("grader.similarity")
_REPORT = PackageLoader("grader.report")
_ENVIRONMENT.loader = ChoiceLoader([PackageLoader("grader.similarity"), _REPORT, PrefixLoader({"report": _REPORT})])
_ENVIRONMENT.filters.update(percent="{:.0%}".format)
