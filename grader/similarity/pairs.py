"""Compares all works at once by an index of their fingerprints, and finds the lines that a pair shares."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from grader.similarity.works import OTHER, Gathered, Work

__all__ = ["COMMON", "FEW", "KEPT", "Comparison", "Match", "Usual", "compare"]

COMMON, FEW = 0.25, 4  # a piece that more than this share, and more than these few, have is an idiom
KEPT = 2000  # rows of the table

_PRIOR = 10  # submissions imagined without any piece, so that in a class of two not everything is common
_SHORT = 6.0  # pieces by which each one's code is taken to be longer: three equal lines are no evidence
_LEAST = 0.1

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Match:
    """Two works and what they share in one exercise."""

    one: Work
    two: Work
    exercise: str
    score: float
    shares: tuple[float, float]  # of each one's own code in this exercise, found in the other's work
    lines: tuple[tuple[int, int], ...]  # indices of a line of `one` and the line of `two` that is most like it


@dataclass(frozen=True)
class Usual:
    """What is usual in an exercise: how many hand in code of their own, and scores over all pairs of these."""

    exercise: str
    works: int
    median: float
    high: float  # 99 of 100 pairs stay below
    highest: float


@dataclass(frozen=True)
class Comparison:
    """The matches, best first, and what they stand out from."""

    matches: tuple[Match, ...]
    usual: tuple[Usual, ...]
    count: int
    common: int  # from how many submissions on a piece is left out as an idiom


def compare(gathered: Gathered, chosen: Sequence[str]) -> Comparison:
    """Ranks all pairs with one of the class; `chosen` are the names of the exercises that are compared."""
    works = [*gathered.own, *gathered.earlier, gathered.solution]
    own = len(gathered.own)
    index = _Index(works, len(works) - 1, gathered.starter)
    rows: list[tuple[float, int, int, str]] = []
    shares: dict[str, _Floats] = {}
    usual: list[Usual] = []
    for exercise in (*chosen, OTHER):
        score, shares[exercise], has = index.scores(exercise)
        one, two = np.triu_indices(len(works), 1)
        kept = (one < own) & has[one] & has[two]
        one, two = one[kept], two[kept]
        values = score[one, two]
        if len(values):
            median, high = np.quantile(values, [0.5, 0.99])
            usual.append(Usual(exercise, int(has[:-1].sum()), float(median), float(high), float(values.max())))
        best = np.argsort(-values, kind="stable")[:KEPT]
        rows += [(float(values[at]), int(one[at]), int(two[at]), exercise) for at in best if values[at] >= _LEAST]
    rows.sort(key=lambda row: -row[0])
    matches = tuple(
        Match(works[a], works[b], exercise, score, _both(shares[exercise], a, b), index.lines(a, b, exercise))
        for score, a, b, exercise in rows[:KEPT]
    )
    return Comparison(matches, tuple(usual), own * (len(works) - own) + own * (own - 1) // 2, index.common)


def _both(shares: _Floats, a: int, b: int) -> tuple[float, float]:
    return float(shares[a, b]), float(shares[b, a])


class _Index:
    """Which work has which piece: matrices with a row for each work and a column for each piece."""

    def __init__(self, works: Sequence[Work], submissions: int, starter: NDArray[np.int64]) -> None:
        self._works = works
        self._columns = np.setdiff1d(np.concatenate([work.pieces[:, 0] for work in works]), starter)
        self._ids = [self._identified(work) for work in works]
        self._exercises = [np.array(work.exercises, dtype=object)[work.pieces[:, 1]] for work in works]
        self._all = self._matrix(self._ids)
        # The solution is nobody's submission: what it shares with one student is that student's alone.
        spread = np.asarray(self._all[:submissions].sum(axis=0)).ravel()
        self.common = max(FEW, int(COMMON * submissions)) + 1
        whole = np.log(submissions + _PRIOR)
        self._weights = np.where(spread >= self.common, 0.0, 1 - np.log(np.maximum(spread, 1)) / whole)

    def _identified(self, work: Work) -> NDArray[np.int64]:
        """The column of each piece, and -1 for starter code."""
        if not len(self._columns):
            return np.full(len(work.pieces), -1)
        found = np.minimum(np.searchsorted(self._columns, work.pieces[:, 0]), len(self._columns) - 1)
        return np.where(self._columns[found] == work.pieces[:, 0], found, -1)

    def _matrix(self, ids: Sequence[NDArray[np.int64]]) -> sparse.csr_array:
        rows = [np.unique(one[one >= 0]) for one in ids]
        ends = np.cumsum([0, *map(len, rows)])
        columns = np.concatenate(rows)
        return sparse.csr_array((np.ones(len(columns)), columns, ends), shape=(len(rows), len(self._columns)))

    def scores(self, exercise: str) -> tuple[_Floats, _Floats, NDArray[np.bool_]]:
        """For each pair how alike it is; the share of the row's code that the column has; who has code of their own."""
        pairs = zip(self._ids, self._exercises, strict=True)
        matrix = self._matrix([ids[exercises == exercise] for ids, exercises in pairs])
        weighted = matrix * self._weights[None, :]
        own = matrix @ self._weights
        shared = (weighted.tocsr() @ self._all.T).toarray()
        careful = shared / (own[:, None] + _SHORT)
        shares = shared / np.maximum(own, 1e-12)[:, None]
        return np.sqrt(careful * careful.T), shares, own > 0

    def lines(self, a: int, b: int, exercise: str) -> tuple[tuple[int, int], ...]:
        """The lines of `a` in an exercise that are at least half like a line of `b`, each with the nearest one."""
        counted = (self._ids[a] >= 0) & (self._exercises[a] == exercise)
        counted &= self._weights[self._ids[a]] > 0
        there = self._places(b)
        seen: Counter[int] = Counter()
        found: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for piece, (_, first, last) in zip(
            self._ids[a][counted].tolist(), self._works[a].pieces[counted].tolist(), strict=True
        ):
            for line in range(first, last + 1):
                seen[line] += 1
                found[line].update(there.get(piece, ()))
        pairs: list[tuple[int, int]] = []
        for line, counts in sorted(found.items()):
            expected = pairs[-1][1] + 1 if pairs else 0
            nearest = max(counts, key=lambda other: (counts[other], -abs(other - expected)), default=None)
            if nearest is not None and 2 * counts[nearest] >= seen[line]:
                pairs.append((line, nearest))
        return tuple(pairs)

    @cache  # noqa: B019 (an index lives as long as one comparison)
    def _places(self, work: int) -> dict[int, set[int]]:
        """The lines of a work where each piece stands."""
        places: defaultdict[int, set[int]] = defaultdict(set)
        for piece, (_, first, last) in zip(self._ids[work].tolist(), self._works[work].pieces.tolist(), strict=True):
            places[piece].update(range(first, last + 1))
        return places
