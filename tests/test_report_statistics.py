"""The figures of the class page: each against an example worked out by hand; charts that suit any page."""

from __future__ import annotations

import math
import re
import subprocess
import sys

import matplotlib
import pytest

from grader.model import CheckResult, ExerciseResult, Outcome, SubmissionResult
from grader.report.charts import histogram_bars
from grader.report.statistics import (
    Histogram,
    check_figures,
    discrimination,
    misconceptions,
    time_spread,
    total_spread,
)

__all__: list[str] = []

RESTS = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]


def check(name: str, outcome: Outcome, misconception: str = "") -> CheckResult:
    points = 2.0 if outcome == "passed" else 0.0
    return CheckResult(
        name=name, title=f"title of {name}", points=points, max_points=2.0, outcome=outcome, misconception=misconception
    )


def submission(student: str, score: float, *checks: CheckResult, exercise: str = "convolve") -> SubmissionResult:
    part = ExerciseResult(name=exercise, title="Part", score=0.0, max_score=9.0, status="graded", checks=checks)
    return SubmissionResult(
        student=student, state="graded", score=score, max_score=10.0, isolation="process", exercises=(part,)
    )


def test_discrimination_of_a_check_that_the_better_half_passes() -> None:
    # Means 8 and 3; the variance of 1 to 10 is (100 - 1) / 12 = 8.25; halves, so the root of p q is 1 / 2.
    passed = [rest > 5 for rest in RESTS]
    assert discrimination(passed, RESTS) == pytest.approx((8 - 3) / math.sqrt(8.25) / 2)
    assert discrimination(passed, RESTS) == pytest.approx(0.8704, abs=5e-5)


def test_discrimination_of_a_check_that_only_the_weakest_pass() -> None:
    # Means 1.5 and 6.5; two of ten passed, so the root of p q is 0.4.
    passed = [rest < 3 for rest in RESTS]
    assert discrimination(passed, RESTS) == pytest.approx((1.5 - 6.5) / math.sqrt(8.25) * 0.4)


@pytest.mark.parametrize(
    ("passed", "rest", "why"),
    [
        ([True] * 10, RESTS, "everybody passed"),
        ([False] * 10, RESTS, "nobody passed"),
        ([True, False] * 5, [4.0] * 10, "all else equal"),
        ([True] + [False] * 8, RESTS[:9], "fewer than 10"),
    ],
)
def test_where_there_is_no_discrimination_the_reason_is_told(passed: list[bool], rest: list[float], why: str) -> None:
    assert discrimination(passed, rest) == why


def test_a_checks_own_points_do_not_count_for_its_discrimination() -> None:
    # Totals differ by nothing but this check: with its own points inside, the correlation would be 1.
    class_of_ten = [submission(str(place), 5.0, check("hand", "failed")) for place in range(5)]
    class_of_ten += [submission(str(place), 7.0, check("hand", "passed")) for place in range(5, 10)]
    [figures] = check_figures(class_of_ten, ["convolve"])["convolve"]
    assert figures.discrimination == "all else equal"


def test_checks_are_counted_over_graded_submissions() -> None:
    results = [
        submission("a", 2.0, check("hand", "passed"), check("keras", "passed")),
        submission("b", 0.0, check("hand", "failed"), check("keras", "not_run")),
        submission("c", 2.0, check("hand", "passed"), check("keras", "failed")),
    ]
    failed = SubmissionResult(
        student="d", state="error", score=0.0, max_score=10.0, isolation="process", exercises=results[0].exercises
    )
    figures = check_figures([*results, failed], ["multiply_sum", "convolve"])
    assert list(figures) == ["multiply_sum", "convolve"]
    assert figures["multiply_sum"] == []
    assert [(one.title, dict(one.outcomes)) for one in figures["convolve"]] == [
        ("title of hand", {"passed": 2, "failed": 1}),
        ("title of keras", {"passed": 1, "not_run": 1, "failed": 1}),
    ]


def test_a_misconception_counts_once_a_student() -> None:
    twice = [check("a", "failed", "clipped"), check("b", "failed", "clipped")]
    results = [submission("a", 0.0, *twice), submission("b", 0.0, check("a", "failed", "flipped"), *twice)]
    assert misconceptions(results) == [(("clipped", "convolve"), 2), (("flipped", "convolve"), 1)]


def test_totals_fall_into_ten_bins_the_full_mark_into_the_last() -> None:
    spread = total_spread([0.0, 9.99, 10.0, 100.0], 100.0)
    assert spread.edges == ["0", "10", "20", "30", "40", "50", "60", "70", "80", "90", "100"]
    assert spread.counts == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert total_spread([3.5], 35.0).edges[:3] == ["0", "3.5", "7"]


@pytest.mark.parametrize(
    ("seconds", "edges", "counts"),
    [
        ([0.3, 0.4, 1.0, 7.0], ["0.2", "0.5", "1", "2", "5", "10"], [2, 0, 1, 0, 1]),
        ([2.0], ["2", "5"], [1]),
        ([0.0001, 0.0015], ["0.001", "0.002"], [2]),
    ],
)
def test_times_fall_into_bins_that_grow(seconds: list[float], edges: list[str], counts: list[int]) -> None:
    assert time_spread(seconds) == Histogram(edges, counts)


SPREAD = Histogram(["0", "10", "20", "30"], [3, 0, 5])


def test_a_chart_has_its_edges_and_counts_as_text() -> None:
    words = re.findall(r"<text [^>]*>(.*?)</text>", histogram_bars(SPREAD, "points"))
    assert words == ["0", "10", "20", "30", "points", "3", "5"]


def test_a_chart_takes_its_colours_from_the_page_and_brings_nothing_else() -> None:
    svg = histogram_bars(SPREAD, "points")
    assert set(re.findall(r'(?:fill|stroke)="(.*?)"', svg)) == {"none", "currentColor", "var(--bar)"}
    assert not re.search(r"style|font-family|<defs|<metadata|url\(|\bid=|xmlns|http", svg)


def test_a_chart_has_the_same_bytes_whatever_is_set_on_the_machine() -> None:
    svg = histogram_bars(SPREAD, "points")
    with matplotlib.rc_context({"figure.dpi": 200, "font.size": 30, "axes.grid": True, "axes.edgecolor": "red"}):
        assert histogram_bars(SPREAD, "points") == svg
        assert matplotlib.rcParams["font.size"] == 30


def test_nothing_loads_matplotlib_before_a_chart_is_drawn() -> None:
    command = "import sys, grader.report; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0
