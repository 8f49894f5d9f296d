"""Renders result records as HTML: one page for the class, one for each student."""

from __future__ import annotations

import base64
import hashlib
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grader.model import CheckResult, ExerciseResult, FinalMark, Picture, SubmissionResult
from grader.report.charts import histogram_bars
from grader.report.pictures import picture_caption, png
from grader.report.statistics import check_figures, misconceptions, time_spread, total_spread
from grader.report.text import clean, feedback_name, number
from grader.report.wording import awaited, device_lines, isolation_line, status_line

__all__ = ["class_page", "environment", "student_page"]

_TEXT_LIMIT = (
    20_000  # of what was printed, a run keeps a few kilobytes; escapes of control characters may quadruple them
)


def student_page(result: SubmissionResult, mark: FinalMark | None = None) -> str:
    """Return a student's page as one HTML document without scripts, times or anything to load.

    A `mark` adds what was changed by hand and what being late costs, apart from the grader's points. Raises
    `GraderError` for a picture that cannot be drawn or a score that is not finite.
    """
    foot = [isolation_line(result.isolation, ran=result.state != "refused"), *device_lines([result])]
    checks = [check for exercise in result.exercises for check in exercise.checks if exercise.status != "error"]
    shown = {"checks": checks, "root": _root_cause(result.exercises), "mark": mark, "foot": foot}
    return _ENVIRONMENT.get_template("student.html.j2").render(result=result, **shown)


def class_page(
    results: Iterable[SubmissionResult], chosen: Sequence[str], course_title: str, marks: Sequence[FinalMark] = ()
) -> str:
    """Return the page of a class as one HTML document with nothing to load; times stand in its section "time" only.

    `chosen` are the names of the exercises of this run, in order; `marks` those of a class, by students. Links
    lead to `feedback/`, next to the page. Raises `GraderError` for a score that is not finite.
    """
    ordered = sorted(results, key=lambda result: result.student)
    rows = [(result, [_cell(result, name) for name in chosen]) for result in ordered]
    scores = [result.score for result in ordered if result.state == "graded"]
    taken = [(sum(exercise.student_seconds for exercise in result.exercises), result) for result in ordered]
    times = sorted((entry for entry in taken if entry[0]), key=lambda entry: -entry[0])
    most = max((result.max_score for result in ordered), default=0.0)
    return _ENVIRONMENT.get_template("class.html.j2").render(
        course_title=course_title,
        chosen=chosen,
        marks=marks,
        known={exercise.name: exercise for result in ordered for exercise in result.exercises},
        rows=rows,
        states=Counter(result.state for result in ordered),
        statuses=sorted({status for _, cells in rows for _, status in cells if status}),
        most=most,
        scores=scores,
        totals=total_spread(scores, most),
        figures=check_figures(ordered, chosen),
        misconceptions=misconceptions(ordered),
        times=times,
        speeds=time_spread([seconds for seconds, _ in times]) if times else None,
        foot=[*map(isolation_line, sorted({result.isolation for result in ordered})), *device_lines(ordered)],
    )


def _root_cause(exercises: Iterable[ExerciseResult]) -> tuple[ExerciseResult, CheckResult] | None:
    """Return the failed check to look at first, with its exercise: what others wait for, in the first such exercise.

    Checks that reveal nothing come last, and exercises that were not handed in before those.
    """
    failed = [
        (exercise.status == "missing", check.reveal == "never", place, check.name not in waited, exercise, check)
        for place, exercise in enumerate(exercises)
        for waited in [{other.waits_for for other in exercise.checks}]
        for check in exercise.checks
        if check.outcome == "failed" and check.status != "error"
    ]
    return min(failed, key=lambda entry: entry[:4])[4:] if failed else None


def _cell(result: SubmissionResult, name: str) -> tuple[str, str]:
    """Return the score of one exercise and its status, both empty where there is nothing to tell."""
    if result.state == "refused":
        return "0", ""
    for exercise in result.exercises:
        if exercise.name == name:
            status = "" if exercise.status == "graded" else exercise.status
            return ("" if exercise.status == "error" else number(exercise.score)), status
    return "", ""


def _finalize(value: object) -> object:
    """Neutralise every text that a template writes, so that no template can forget it; Jinja escapes it afterwards."""
    return clean(value, _TEXT_LIMIT) if isinstance(value, str) and not isinstance(value, Markup) else value


def _data_uri(picture: Picture) -> Markup:
    # Markup, because `clean` would cut it; Base64 has no character that HTML reads.
    return Markup("data:image/png;base64,") + Markup(base64.b64encode(png(picture)).decode("ascii"))


def _policy_hash(text: str) -> str:
    """Return what a content security policy says of an inline style or script, the only ones that may take effect."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


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
        histogram_bars=histogram_bars,
        mean=statistics.fmean,
        median=statistics.median,
        number=number,
        policy_hash=_policy_hash,
        status_line=status_line,
    )
    return made


_ENVIRONMENT = environment("grader.report")
