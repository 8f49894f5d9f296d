"""Examples, oracle and known mistakes of `multiply_sum`."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.probing import Probe, Raises
from grader.suites import strategies as draw
from grader.suites.exercise_texts import texts
from grader.suites.sum_slips import SUM_SLIPS

__all__ = ["PROBES"]

TEXTS = texts("multiply_sum")


def oracle(a: Any, b: Any) -> Any:
    """The inner product of the flattened arrays in double precision; ValueError for unequal shapes."""
    if a.shape != b.shape:
        return Raises("ValueError")
    return float(np.vdot(a.astype(np.float64), b.astype(np.float64)))


def scale(a: Any, b: Any) -> float:
    """The sum of absolute products, at least 1."""
    if a.shape != b.shape:
        return 1.0
    return max(float(np.abs(a.astype(np.float64) * b.astype(np.float64)).sum()), 1.0)


def _matrix_product(a: Any, b: Any) -> Any:
    if a.ndim == 2 and a.shape == b.shape:
        return float((a.astype(float) @ b.astype(float)).sum()) if a.shape[0] == a.shape[1] else Raises("ValueError")
    return None


def _matrix_itself(a: Any, b: Any) -> Any:
    if a.ndim == 2 and a.shape == b.shape:
        return a.astype(float) @ b.astype(float) if a.shape[0] == a.shape[1] else Raises("ValueError")
    return None


def _axis(axis: int) -> Any:
    def answer(a: Any, b: Any) -> Any:
        return (a.astype(float) * b.astype(float)).sum(axis=axis) if a.shape == b.shape and a.ndim > 1 else None

    return answer


def _products(a: Any, b: Any) -> Any:
    return a.astype(float) * b.astype(float) if a.shape == b.shape else None


def _wrapped(a: Any, b: Any) -> Any:
    if a.shape != b.shape:
        return None
    with np.errstate(all="ignore"):
        return float((a * b).sum(dtype=np.float64))


def _wrapped_sum(a: Any, b: Any) -> Any:
    if a.shape != b.shape:
        return None
    with np.errstate(all="ignore"):
        product = a * b
        return float(product.sum(dtype=product.dtype))


def _broadcast(a: Any, b: Any) -> Any:
    if a.shape == b.shape:
        return None
    try:
        return float((a * b).sum())
    except ValueError:
        return Raises("ValueError")


def _mean(a: Any, b: Any) -> Any:
    return float((a.astype(float) * b.astype(float)).mean()) if a.shape == b.shape else None


def _absolute(a: Any, b: Any) -> Any:
    return abs(oracle(a, b)) if a.shape == b.shape else None


def _absolute_products(a: Any, b: Any) -> Any:
    return scale(a, b) if a.shape == b.shape else None


def _whole(a: Any, b: Any) -> Any:
    return float(int(oracle(a, b))) if a.shape == b.shape else None


def _rounded(digits: int) -> Any:
    def answer(a: Any, b: Any) -> Any:
        return float(round(oracle(a, b), digits)) if a.shape == b.shape else None

    return answer


def _sums_multiplied(a: Any, b: Any) -> Any:
    return float(a.astype(float).sum() * b.astype(float).sum()) if a.shape == b.shape else None


def _weighted(a: Any, b: Any) -> Any:
    if a.shape != b.shape:
        return None
    total = float(b.astype(float).sum())
    return oracle(a, b) / total if total else oracle(a, b)


def _first_channel(a: Any, b: Any) -> Any:
    if a.shape != b.shape:
        return None
    return oracle(a[..., 0], b[..., 0]) if a.ndim >= 3 else oracle(a, b)


MISTAKES = (
    TEXTS.mistake("matrix_product", _matrix_product),
    TEXTS.mistake("matrix_product", _matrix_itself),
    TEXTS.mistake("one_axis_summed", _axis(0)),
    TEXTS.mistake("one_axis_summed", _axis(-1)),
    TEXTS.mistake("products_not_summed", _products),
    TEXTS.mistake("uint8_wrap", _wrapped),
    TEXTS.mistake("uint8_wrap", _wrapped_sum),
    TEXTS.mistake("broadcast", _broadcast),
    TEXTS.mistake("absolute_value", _absolute),
    TEXTS.mistake("absolute_value", _absolute_products),
    TEXTS.mistake("integer_result", _whole),
    *(TEXTS.mistake("rounded", _rounded(digits)) for digits in (0, 1, 2, 3)),
    TEXTS.mistake("normalised_result", _weighted),
    TEXTS.mistake("ignores_an_argument", lambda a, b: oracle(a, a) if a.shape == b.shape else None),
    TEXTS.mistake("ignores_an_argument", lambda a, b: oracle(b, b) if a.shape == b.shape else None),
    TEXTS.mistake("ignores_an_argument", lambda a, b: float(a.astype(float).sum())),
    TEXTS.mistake("ignores_an_argument", lambda a, b: float(b.astype(float).sum())),
    TEXTS.mistake("one_channel_only", _first_channel),
    TEXTS.mistake("mean_of_products", _mean),
    TEXTS.mistake("sums_multiplied", _sums_multiplied),
)

TWO_BY_TWO = (np.array([[1, 2], [3, 4]]), np.array([[5, 6], [7, 8]]))
HALVES = (np.array([0.5, -2.0, 3.0]), np.array([4.0, 1.5, -1.0]))
WIDE = (np.array([[1.0, 0.0, -1.0], [2.0, 0.5, -2.0]]), np.array([[10.0, 20.0, 40.0], [30.0, 8.0, 0.5]]))
BLOCK = (np.arange(8.0).reshape(2, 2, 2), np.array([[[1.0, -1.0], [2.0, 0.0]], [[0.5, 3.0], [-2.0, 1.0]]]))
BRIGHT = (np.array([[200, 100], [250, 3]], np.uint8), np.array([[2, 3], [1, 100]], np.uint8))


def _probe(public: tuple[Any, ...], hidden: Any, **options: Any) -> Probe:
    return Probe("multiply_sum", oracle, public, hidden, misconceptions=MISTAKES + SUM_SLIPS, scale=scale, **options)


PROBES = {
    "hand": _probe((TWO_BY_TWO, HALVES, WIDE), None),
    "agrees": _probe((BLOCK,), draw.equal_pairs(), examples=40),
    "bilinear": _probe((), draw.pair_families(), examples=15),
    "uint8": _probe((BRIGHT,), draw.uint8_pairs(), examples=4),
    "layouts": _probe((), draw.laid_out(draw.tables()), examples=20, twice=True, intact=True),
    "mismatch": _probe(
        ((np.ones((3, 3)), np.ones(3)), (np.ones((2, 3)), np.ones((3, 2)))), draw.unequal_pairs(), examples=25
    ),
}
