"""Examples, oracle and known mistakes of `multiply_sum`."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.probing import Misconception, Probe, Raises
from grader.suites import strategies as draw
from grader.suites.sum_slips import SUM_SLIPS

__all__ = ["PROBES"]


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


WEIGHTED = (
    "The answer was divided by the sum of the weights.",
    "A weighted mean cannot be taken back once the filter's weights sum to 0; the raw sum is what is asked for.",
    "Return the sum of the products as it is.",
)
IGNORED = (
    "The answer depends on one of the two arrays only.",
    "Both arrays belong into the products.",
    "Read the body once more, name by name: where does each argument go in?",
)
CHANNEL = (
    "Of arrays with three axes or more, only the first channel counts.",
    "A colour patch times a colour filter becomes one number: all channels take part in the sum.",
    "Let the sum run over every axis, whatever their number.",
)
MATRIX = (
    "The answer is that of a matrix product.",
    "A matrix product adds rows times columns; here each entry meets the entry at the same place. "
    "For [[1, 2], [3, 4]] and [[5, 6], [7, 8]] that gives 5 + 12 + 21 + 32 = 70; the matrix product sums to 134.",
    "Use `a * b`, which multiplies entry by entry, and add up everything that comes out.",
)
AXIS = (
    "The sum runs over one axis only.",
    "A patch times a filter has to become a single number: every axis takes part in the sum.",
    "`np.sum(products)` without an axis adds up everything; the built-in `sum` adds the rows only.",
)
WRAP = (
    "The numbers are what is left when products wrap round at the end of an 8-bit range.",
    "An array of uint8 holds 0 to 255: 200 * 2 becomes 144 without a word.",
    "Convert to float64 before multiplying, for example with `a.astype(float)`.",
)
BROADCAST = (
    "The smaller array was stretched over the larger one.",
    "NumPy calls this broadcasting. With a filter of the wrong shape it hides the mistake.",
    "Compare `a.shape` with `b.shape` first, and raise ValueError when they differ.",
)
ABSOLUTE = (
    "The answer has lost its sign.",
    "Negative sums matter: a filter that answers with -5 says something else than one that answers with 5.",
    "Leave out `abs`.",
)
ROUND = (
    "The answer was rounded.",
    "What looks like noise in one number becomes an error in a picture that is made of thousands of them.",
    "Return the sum as it is; round only when you print.",
)
WHOLE = (
    "The digits behind the point are missing.",
    "Weights of filters are seldom whole numbers; cutting them off throws most of the answer away.",
    "Return the sum as a float.",
)

MISTAKES = (
    Misconception("matrix product", _matrix_product, *MATRIX),
    Misconception("matrix product", _matrix_itself, *MATRIX),
    Misconception("one axis summed", _axis(0), *AXIS),
    Misconception("one axis summed", _axis(-1), *AXIS),
    Misconception(
        "one axis summed", _products, "The products came back, not their sum.", AXIS[1], "Add them up with `np.sum`."
    ),
    Misconception("uint8 wrap", _wrapped, *WRAP),
    Misconception("uint8 wrap", _wrapped_sum, *WRAP),
    Misconception("broadcast", _broadcast, *BROADCAST),
    Misconception("absolute value", _absolute, *ABSOLUTE),
    Misconception("absolute value", _absolute_products, *ABSOLUTE),
    Misconception("integer result", _whole, *WHOLE),
    *(Misconception("rounded", _rounded(digits), *ROUND) for digits in (0, 1, 2, 3)),
    Misconception("normalised result", _weighted, *WEIGHTED),
    Misconception("ignores an argument", lambda a, b: oracle(a, a) if a.shape == b.shape else None, *IGNORED),
    Misconception("ignores an argument", lambda a, b: oracle(b, b) if a.shape == b.shape else None, *IGNORED),
    Misconception("ignores an argument", lambda a, b: float(a.astype(float).sum()), *IGNORED),
    Misconception("ignores an argument", lambda a, b: float(b.astype(float).sum()), *IGNORED),
    Misconception("one channel only", _first_channel, *CHANNEL),
    Misconception(
        "normalised result",
        _mean,
        "The answer is the mean of the products.",
        "The mean shrinks with the size of the arrays; a filter's answer is the sum.",
        "Use a sum in place of the mean.",
    ),
    Misconception(
        "sums multiplied",
        _sums_multiplied,
        "The answer is the sum of one array times the sum of the other.",
        "Each entry has to meet the entry at its own place before anything is added.",
        "Multiply first, add afterwards.",
    ),
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
