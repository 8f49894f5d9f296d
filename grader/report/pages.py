"""Renders result records as HTML: one page for the class, one for each student."""

from __future__ import annotations

import base64
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from grader.model import CheckResult, ExerciseResult, Picture, SubmissionResult
from grader.report.pictures import picture_caption, png
from grader.report.text import clean, feedback_name, number
from grader.report.wording import awaited, isolation_line, status_line

__all__ = ["class_page", "student_page"]

_COMMON_MISCONCEPTIONS = 12
_PRINTED_LIMIT = 20_000  # the run keeps a few kilobytes; escapes of control characters may quadruple them


@dataclass(frozen=True)
class _Part:
    """One exercise of a student's page, its checks sorted by what the reader does with them."""

    exercise: ExerciseResult
    title: str
    passed: tuple[CheckResult, ...]
    failed: tuple[CheckResult, ...]
    waiting: tuple[tuple[CheckResult, str], ...]


@dataclass(frozen=True)
class _Row:
    """One line of the class table; `cells` are pairs of score and status, one for each chosen exercise."""

    student: str
    link: str
    state: str
    total: str
    max_total: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Tally:
    """How often one check came out which way."""

    exercise: str
    title: str
    passed: int
    failed: int
    not_run: int

    @property
    def seen(self) -> int:
        """Return the number of submissions that have a verdict on the check."""
        return self.passed + self.failed + self.not_run


def student_page(result: SubmissionResult, exercise_titles: Mapping[str, str]) -> str:
    """Return a student's page as one HTML document without scripts, times or anything to load.

    `exercise_titles` maps the names of exercises to their titles, for what a check of another exercise waits for.
    Raises `GraderError` for a picture that cannot be drawn or a score that is not finite.
    """
    parts = [_part(exercise, exercise_titles) for exercise in result.exercises]
    foot = [isolation_line(result.isolation, ran=result.state != "refused")]
    return _ENVIRONMENT.get_template("student.html.j2").render(result=result, parts=parts, foot=foot)


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
        titles=[titles.get(name, name) for name in chosen],
        rows=[_row(result, chosen) for result in ordered],
        states=Counter(result.state for result in ordered),
        mean=number(round(statistics.fmean(scores), 2)) if scores else "",
        median=number(round(statistics.median(scores), 2)) if scores else "",
        tallies=_tallies(ordered, chosen),
        misconceptions=_misconceptions(ordered, titles),
        foot=_isolation_lines(ordered),
    )


def _part(exercise: ExerciseResult, titles: Mapping[str, str]) -> _Part:
    return _Part(
        exercise=exercise,
        title=exercise.title or titles.get(exercise.name, exercise.name),
        passed=tuple(check for check in exercise.checks if check.outcome == "passed"),
        failed=tuple(check for check in exercise.checks if check.outcome == "failed"),
        waiting=tuple(
            (check, awaited(check, exercise, titles)) for check in exercise.checks if check.outcome == "not_run"
        ),
    )


def _row(result: SubmissionResult, chosen: Sequence[str]) -> _Row:
    failed = result.state == "error"
    return _Row(
        student=result.student,
        link=f"feedback/{quote(feedback_name(result.student), safe='')}",
        state=result.state,
        total="" if failed else number(result.score),
        max_total=number(result.max_score),
        cells=tuple(_cell(result, name) for name in chosen),
    )


def _cell(result: SubmissionResult, name: str) -> tuple[str, str]:
    if result.state == "refused":
        return "0", ""
    for exercise in result.exercises:
        if exercise.name == name:
            status = "" if exercise.status == "graded" else exercise.status
            return ("" if exercise.status == "error" else number(exercise.score)), status
    return "", ""


def _tallies(results: Sequence[SubmissionResult], chosen: Sequence[str]) -> list[tuple[str, list[_Tally]]]:
    """Return the title of each exercise with its checks, in the order of `chosen`."""
    titles: dict[tuple[str, str], tuple[str, str]] = {}
    outcomes: Counter[tuple[str, str, str]] = Counter()
    for exercise in (exercise for result in results for exercise in result.exercises):
        for check in exercise.checks:
            titles.setdefault((exercise.name, check.name), (exercise.title, check.title))
            outcomes[exercise.name, check.name, check.outcome] += 1
    # The sort is stable: checks keep their order inside an exercise.
    order = {name: place for place, name in enumerate(chosen)}
    tallies = [
        _Tally(*titles[key], *(outcomes[(*key, outcome)] for outcome in ("passed", "failed", "not_run")))
        for key in sorted(titles, key=lambda key: order.get(key[0], len(order)))
    ]
    return [(title, list(group)) for title, group in groupby(tallies, key=lambda tally: tally.exercise)]


def _misconceptions(results: Sequence[SubmissionResult], titles: Mapping[str, str]) -> list[tuple[str, str, int]]:
    """Return misconception, title of the exercise and number of students, the most frequent ones first."""
    counts: Counter[tuple[str, str]] = Counter()
    for result in results:
        # A set: a student counts once, however many checks show the same mistake.
        counts.update(
            {
                (check.misconception, exercise.name)
                for exercise in result.exercises
                for check in exercise.checks
                if check.misconception
            }
        )
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_COMMON_MISCONCEPTIONS]
    return [(misconception, titles[name], count) for (misconception, name), count in ranked]


def _isolation_lines(results: Sequence[SubmissionResult]) -> list[str]:
    levels = sorted({result.isolation for result in results})
    return [isolation_line(level) for level in levels]


def _finalize(value: object) -> object:
    """Neutralise every text that a template writes, so that no template can forget it; Jinja escapes it afterwards."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _data_uri(picture: Picture) -> Markup:
    # Markup, because `clean` would cut it; Base64 has no character that HTML reads.
    return Markup("data:image/png;base64,") + Markup(base64.b64encode(png(picture)).decode("ascii"))


def _printout(text: str) -> Markup:
    # Markup, because the bound on ordinary texts would cut it.
    return escape(clean(text, _PRINTED_LIMIT))


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("grader.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        caption=picture_caption,
        data_uri=_data_uri,
        number=number,
        printout=_printout,
        status_line=status_line,
        excerpt=partial(clean, limit=2000),
    )
    return environment


_ENVIRONMENT = _environment()
