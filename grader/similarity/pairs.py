"""Compares all works at once by an index of their fingerprints, and finds the lines that a pair shares."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from grader.similarity.works import OTHER, Gathered, Work

__all__ = ["COMMON", "FEW", "KEPT", "LEAST", "Comparison", "Match", "compare"]

COMMON, FEW = 0.25, 4  # a piece that more than this share, and more than these few, have is an idiom
KEPT, LEAST = 2000, 0.1  # rows of the table, and how alike they are at least

_PRIOR = 10  # submissions imagined without any piece, so that in a class of two not everything is common
_SHORT = 6.0  # pieces by which each one's code is taken to be longer: a few equal lines are no evidence


@dataclass(frozen=True)
class Match:
    """Two works and what they share in one exercise."""

    one: Work
    two: Work
    exercise: str
    score: float
    shares: tuple[float, float]  # of each one's own code in this exercise, found in the other's work
    lines: list[tuple[int, int]]  # indices of a line of `one` and the line of `two` that is most like it


@dataclass(frozen=True)
class Comparison:
    """The matches, best first, and what they stand out from."""

    matches: list[Match]
    # What is usual in an exercise: how many wrote code of their own; the score that half of all pairs stay below, 99 of
    # 100, all.
    usual: list[tuple[str, int, list[float]]]
    count: int
    common: int  # from how many submissions on a piece is left out as an idiom


def compare(gathered: Gathered, chosen: Sequence[str]) -> Comparison:
    """Ranks all pairs with one of the class; `chosen` are the names of the exercises that are compared."""
    works, own = gathered.works, gathered.own
    index = _Index(works, gathered.starter)
    rows, usual = [], []
    for exercise in (*chosen, OTHER):
        score, shares, has = index.scores(exercise)
        one, two = np.nonzero(np.triu(np.outer(has, has), 1)[:own])
        if values := score[one, two].tolist():
            usual.append((exercise, int(has[:-1].sum()), np.quantile(values, [0.5, 0.99, 1]).tolist()))
        for value, a, b in zip(values, one.tolist(), two.tolist(), strict=True):
            if value >= LEAST:
                rows.append((value, a, b, exercise, (float(shares[a, b]), float(shares[b, a]))))
    matches = [
        Match(works[a], works[b], exercise, value, both, index.lines(a, b, exercise))
        for value, a, b, exercise, both in sorted(rows, key=lambda row: -row[0])[:KEPT]
    ]
    return Comparison(matches, usual, own * len(works) - own * (own + 1) // 2, index.common)


class _Index:
    """Which work has which piece: matrices with a row for each work and a column for each piece."""

    def __init__(self, works: Sequence[Work], starter: NDArray[np.int64]) -> None:
        self._works = works
        every, ids = np.unique(np.concatenate([work.pieces[:, 0] for work in works]), return_inverse=True)
        self._ids = np.split(ids, np.cumsum([len(work.pieces) for work in works])[:-1])
        self._exercises = [np.array(work.exercises, dtype=object)[work.pieces[:, 1]] for work in works]
        self._all = self._matrix(self._ids, len(every))
        # The solution, which is the last, is nobody's submission: it makes nothing common.
        spread, submissions = self._all[:-1].sum(axis=0), len(works) - 1
        self.common = max(FEW, int(COMMON * submissions)) + 1
        rare = 1 - np.log(np.maximum(spread, 1)) / np.log(submissions + _PRIOR)
        self._weights = np.where((spread >= self.common) | np.isin(every, starter), 0.0, rare)

    def _matrix(self, ids: Sequence[NDArray[np.int64]], width: int) -> sparse.csr_array:
        rows = [np.unique(one) for one in ids]
        columns = np.concatenate(rows)
        ends = np.cumsum([0, *map(len, rows)])
        return sparse.csr_array((np.ones(len(columns)), columns, ends), shape=(len(rows), width))

    def scores(self, exercise: str) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """For each pair how alike it is; the share of the row's code that the column has; who has code of their own."""
        chosen = [ids[names == exercise] for ids, names in zip(self._ids, self._exercises, strict=True)]
        matrix = self._matrix(chosen, len(self._weights))
        own = matrix @ self._weights
        shared = ((matrix * self._weights).tocsr() @ self._all.T).toarray()
        careful = shared / (own[:, None] + _SHORT)
        return np.sqrt(careful * careful.T), shared / np.maximum(own, 1e-12)[:, None], own > 0

    def lines(self, a: int, b: int, exercise: str) -> list[tuple[int, int]]:
        """The lines of `a` in an exercise that are more than half like a line of `b`, each with the nearest one."""
        counted = (self._exercises[a] == exercise) & (self._weights[self._ids[a]] > 0)
        there = defaultdict[int, set[int]](set)
        for piece, line in self._placed(b, np.isin(self._ids[b], self._ids[a][counted])):
            there[piece].add(line)
        seen, found = Counter[int](), defaultdict[int, Counter[int]](Counter)
        for piece, line in self._placed(a, counted):
            seen[line] += 1
            found[line].update(there[piece])
        owners, pairs = self._works[b].exercises, list[tuple[int, int]]()
        for line, counts in sorted(found.items()):
            best, expected = max(counts.values(), default=0), pairs[-1][1] + 1 if pairs else 0
            if 2 * best > seen[line]:
                alike = [(owners[at] != exercise, abs(at - expected), at) for at in counts if counts[at] == best]
                pairs.append((line, min(alike)[-1]))
        return pairs

    def _placed(self, work: int, counted: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
        """Each of these pieces with the lines where it begins and ends."""
        rows = self._works[work].pieces[counted].tolist()
        for piece, (_, first, last) in zip(self._ids[work][counted].tolist(), rows, strict=True):
            yield from ((piece, line) for line in {first, last})
