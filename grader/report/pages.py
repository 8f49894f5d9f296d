"""Renders result records as HTML: one page for the class, one for each student."""

from __future__ import annotations

import base64
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grader.model import Picture, SubmissionResult
from grader.report.pictures import picture_caption, png
from grader.report.text import clean, feedback_name, number
from grader.report.wording import awaited, device_lines, isolation_line, status_line

__all__ = ["class_page", "environment", "student_page"]

_COMMON_MISCONCEPTIONS = 12
_TEXT_LIMIT = (
    20_000  # of what was printed, a run keeps a few kilobytes; escapes of control characters may quadruple them
)


_Tallies = dict[str, dict[tuple[str, str], Counter[str]]]


def student_page(result: SubmissionResult) -> str:
    """Return a student's page as one HTML document without scripts, times or anything to load.

    Raises `GraderError` for a picture that cannot be drawn or a score that is not finite.
    """
    foot = [isolation_line(result.isolation, ran=result.state != "refused"), *device_lines([result])]
    return _ENVIRONMENT.get_template("student.html.j2").render(result=result, foot=foot)


def class_page(results: Iterable[SubmissionResult], chosen: Sequence[str], course_title: str) -> str:
    """Return the page of a class as one HTML document without scripts, times or anything to load.

    `chosen` are the names of the exercises of this run, in order. Links lead to `feedback/`, next to the page. Raises
    `GraderError` for a score that is not finite.
    """
    ordered = sorted(results, key=lambda result: result.student)
    titles = {exercise.name: exercise.title for result in ordered for exercise in result.exercises}
    scores = [result.score for result in ordered if result.state == "graded"]
    return _ENVIRONMENT.get_template("class.html.j2").render(
        course_title=course_title,
        chosen=chosen,
        titles=titles,
        rows=[(result, [_cell(result, name) for name in chosen]) for result in ordered],
        states=Counter(result.state for result in ordered),
        mean=number(round(statistics.fmean(scores), 2)) if scores else "",
        median=number(round(statistics.median(scores), 2)) if scores else "",
        tallies=_tallies(ordered, chosen),
        misconceptions=_misconceptions(ordered),
        foot=[*map(isolation_line, sorted({result.isolation for result in ordered})), *device_lines(ordered)],
    )


def _cell(result: SubmissionResult, name: str) -> tuple[str, str]:
    """Return the score of one exercise and its status, both empty where there is nothing to tell."""
    if result.state == "refused":
        return "0", ""
    for exercise in result.exercises:
        if exercise.name == name:
            status = "" if exercise.status == "graded" else exercise.status
            return ("" if exercise.status == "error" else number(exercise.score)), status
    return "", ""


def _tallies(results: Sequence[SubmissionResult], chosen: Sequence[str]) -> _Tallies:
    """Return how often each check came out which way, by the exercise's name and the check's name and title."""
    tallies: _Tallies = {name: {} for name in chosen}
    for result in results:
        for exercise in result.exercises:
            for check in exercise.checks:
                tallies[exercise.name].setdefault((check.name, check.title), Counter())[check.outcome] += 1
    return tallies


def _misconceptions(results: Sequence[SubmissionResult]) -> list[tuple[tuple[str, str], int]]:
    """Return the most frequent misconceptions with the exercise's name and the number of students."""
    counts: Counter[tuple[str, str]] = Counter()
    for result in results:
        # A set: a student counts once, however many checks show the same mistake.
        named = {(check.misconception, exercise.name) for exercise in result.exercises for check in exercise.checks}
        counts.update((misconception, name) for misconception, name in named if misconception)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_COMMON_MISCONCEPTIONS]


def _finalize(value: object) -> object:
    """Neutralise every text that a template writes, so that no template can forget it; Jinja escapes it afterwards."""
    return clean(value, _TEXT_LIMIT) if isinstance(value, str) and not isinstance(value, Markup) else value


def _data_uri(picture: Picture) -> Markup:
    # Markup, because `clean` would cut it; Base64 has no character that HTML reads.
    return Markup("data:image/png;base64,") + Markup(base64.b64encode(png(picture)).decode("ascii"))


def environment(package: str) -> Environment:
    """Return Jinja with the templates of `package`: all text that they write is cleaned and escaped."""
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(
        awaited=awaited,
        caption=picture_caption,
        data_uri=_data_uri,
        feedback_name=feedback_name,
        number=number,
        status_line=status_line,
    )
    return made


_ENVIRONMENT = environment("grader.report")
