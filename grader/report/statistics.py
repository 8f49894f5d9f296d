"""Works out what the class page tells of a class: how its checks did, what was misunderstood, how values spread."""

from __future__ import annotations

import bisect
import statistics
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from grader.model import CheckResult, SubmissionResult
from grader.report.text import number

__all__ = ["Histogram", "check_figures", "discrimination", "misconceptions", "time_spread", "total_spread"]

_COMMON_MISCONCEPTIONS = 12
_FEWEST = 10  # of fewer submissions, one more or less can turn a correlation around
_BINS = 10
# 1, 2, 5, 10, ... seconds: a loop in Python is a thousand times slower than an array, and both have to show.
_STEPS = tuple(float(f"{digit}e{power}") for power in range(-3, 9) for digit in (1, 2, 5))


class CheckFigures(NamedTuple):
    """How one check came out in a class; `discrimination` is a correlation, or the words for why there is none."""

    name: str
    title: str
    outcomes: Counter[str]
    discrimination: float | str


class Histogram(NamedTuple):
    """How many values lie from each edge up to the next; the upper edge itself belongs to the last bin."""

    edges: list[str]
    counts: list[int]


def check_figures(results: Sequence[SubmissionResult], chosen: Sequence[str]) -> dict[str, list[CheckFigures]]:
    """Return how each check came out, by exercise, over graded submissions: the others have no total to compare."""
    seen: dict[str, dict[str, list[tuple[CheckResult, float]]]] = {name: {} for name in chosen}
    for result in (one for one in results if one.state == "graded"):
        for exercise in (one for one in result.exercises if one.name in seen):
            for check in exercise.checks:
                rest = round(result.score - check.points, 6)
                seen[exercise.name].setdefault(check.name, []).append((check, rest))
    return {
        name: [_figures(*zip(*entries, strict=True)) for entries in checks.values()] for name, checks in seen.items()
    }


def _figures(checks: Sequence[CheckResult], rests: Sequence[float]) -> CheckFigures:
    measured = discrimination([check.outcome == "passed" for check in checks], rests)
    return CheckFigures(checks[0].name, checks[0].title, Counter(check.outcome for check in checks), measured)


def discrimination(passed: Sequence[bool], rest: Sequence[float]) -> float | str:
    """Return the point-biserial correlation of passing a check with the rest of the total, or why there is none.

    That is (M1 - M0) / s * sqrt(p * q): M1 and M0 are the mean rests of those who passed and of the others, s is the
    standard deviation of all n rests (divided by n), p and q are the shares of both groups; equal to Pearson's
    correlation with passes as 1 and 0. The formula: R. F. Tate, "Correlation between a discrete and a continuous
    variable", Annals of Mathematical Statistics 25 (1954), 603-607. The rest leaves out the points of the check itself,
    which would correlate with themselves: S. Henrysson, "Correction of item-total correlations in item analysis",
    Psychometrika 28 (1963), 211-218.
    """
    if len(passed) < _FEWEST:
        return f"fewer than {_FEWEST}"
    if len(set(passed)) == 1:
        return "everybody passed" if passed[0] else "nobody passed"
    return statistics.correlation(passed, rest) if len(set(rest)) > 1 else "all else equal"


def misconceptions(results: Sequence[SubmissionResult]) -> list[tuple[tuple[str, str], int]]:
    """Return the most frequent misconceptions with the exercise's name and the number of students."""
    counts: Counter[tuple[str, str]] = Counter()
    for result in results:
        # A set: a student counts once, however many checks show the same mistake.
        named = {(check.misconception, exercise.name) for exercise in result.exercises for check in exercise.checks}
        counts.update((misconception, name) for misconception, name in named if misconception)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_COMMON_MISCONCEPTIONS]


def total_spread(scores: Sequence[float], most: float) -> Histogram:
    """Return the distribution of totals in ten bins from 0 to `most` points."""
    return _histogram(scores, [most * step / _BINS for step in range(_BINS + 1)])


def time_spread(seconds: Sequence[float]) -> Histogram:
    """Return the distribution of times in bins from 1 to 2 to 5 to 10, as far as there are times."""
    first = max(bisect.bisect_right(_STEPS, min(seconds)) - 1, 0)
    last = max(bisect.bisect_left(_STEPS, max(seconds)), first + 1)
    return _histogram(seconds, _STEPS[first : last + 1])


def _histogram(values: Sequence[float], edges: Sequence[float]) -> Histogram:
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return Histogram([number(round(edge, 3)) for edge in edges], counts.tolist())
