"""Slips around loops, axes and sizes in `multiply_sum`: what code with each of them answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import Misconception, Raises
from grader.suites.exercise_texts import texts

__all__ = ["SUM_SLIPS"]

TEXTS = texts("multiply_sum")

Array = NDArray[Any]
Model = Callable[[Array, Array], Any]


def _equal(key: str, answer: Model) -> Misconception:
    """A misconception whose model speaks of two arrays of one shape, in float64."""

    def model(a: Array, b: Array) -> Any:
        return answer(a.astype(np.float64), b.astype(np.float64)) if a.shape == b.shape else None

    return TEXTS.mistake(key, model)


def _total(a: Array, b: Array) -> float:
    return float((a * b).sum())


def _one_of(position: int) -> Model:
    """The product at one place, counted along the flattened arrays."""
    return lambda a, b: float(a.flat[position] * b.flat[position])


def _row_of(position: int) -> Model:
    return lambda a, b: _total(a[position], b[position])


def _matrices(answer: Callable[[Array, Array], Any]) -> Model:
    """An answer that only pairs of square matrices get."""

    def model(a: Array, b: Array) -> Any:
        if a.ndim != 2:
            return None
        return answer(a, b) if a.shape[0] == a.shape[1] else Raises("ValueError")

    return model


def _two_axes(more: Callable[[Array, Array], Any], one: bool) -> Model:
    """Loops over rows and columns; `more` says what becomes of further axes, `one` whether a row is fine."""

    def model(a: Array, b: Array) -> Any:
        if a.ndim == 1 and not one:
            return Raises("Exception")
        return _total(a, b) if a.ndim <= 2 else more(a, b)

    return model


def _left_over(a: Array, b: Array) -> Any:
    return (a * b).sum(axis=(0, 1))


def _fails(a: Array, b: Array) -> Any:
    return Raises("Exception")


def _at_most_three(a: Array, b: Array) -> Any:
    return _total(a, b) if a.ndim <= 3 else Raises("Exception")


def _by_three(a: Array, b: Array) -> Any:
    if a.ndim != 2:
        return None
    return _total(a[:3, :3], b[:3, :3]) if min(a.shape) >= 3 else Raises("IndexError")


def _square_only(a: Array, b: Array) -> Any:
    if a.ndim != 2:
        return None
    rows, columns = a.shape
    return _total(a[:, :rows], b[:, :rows]) if columns >= rows else Raises("IndexError")


def _unit(a: Array, b: Array) -> Any:
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return _total(a, b) / size if size else 0.0


def _stretched(axes_alike: bool) -> Model:
    """Broadcasting in float64, perhaps after the numbers of axes were compared; speaks of unequal shapes only."""

    def model(a: Array, b: Array) -> Any:
        if a.shape == b.shape:
            return None
        try:
            total = float((a.astype(np.float64) * b.astype(np.float64)).sum())
        except ValueError:
            return Raises("ValueError")
        return total if a.ndim == b.ndim or not axes_alike else Raises("ValueError")

    return model


SUM_SLIPS = (
    *(TEXTS.mistake("broadcast_stretched", _stretched(alike)) for alike in (False, True)),
    _equal("axes_kept", lambda a, b: np.full((1,) * a.ndim, _total(a, b))),
    _equal("axes_kept", lambda a, b: np.full(1, _total(a, b))),
    _equal("return_inside_the_loop", _one_of(0)),
    _equal("return_inside_the_loop", _row_of(0)),
    _equal("total_starts_anew", _one_of(-1)),
    _equal("total_starts_anew", _row_of(-1)),
    _equal("product_of_matrices", _matrices(lambda a, b: float(np.trace(a @ b)))),
    _equal("product_of_matrices", lambda a, b: float(np.inner(a, b).sum()) if a.ndim == 2 else None),
    _equal("product_of_matrices", lambda a, b: np.inner(a, b) if a.ndim == 2 else None),
    *(
        _equal("number_of_axes_taken_for_granted", _two_axes(more, one))
        for more in (_fails, _left_over)
        for one in (True, False)
    ),
    _equal("number_of_axes_taken_for_granted", _at_most_three),
    _equal("three_by_three_only", _by_three),
    _equal("square_arrays_only", _square_only),
    _equal("flipped_filter", lambda a, b: _total(a, np.flip(b))),
    _equal("transposed_axes", _matrices(lambda a, b: _total(a, b.T))),
    _equal("added_instead_of_multiplied", lambda a, b: float((a + b).sum())),
    _equal("largest_instead_of_sum", lambda a, b: float((a * b).max())),
    _equal("normalised_result_scaled", _unit),
)
