"""Slips around loops, axes and sizes in `multiply_sum`: what code with each of them answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import Misconception, Raises

__all__ = ["ADDED", "LARGEST", "SUM_SLIPS"]

Array = NDArray[Any]
Model = Callable[[Array, Array], Any]
GRANTED = "number of axes taken for granted"


def _equal(name: str, answer: Model, observation: str, reason: str, next_step: str) -> Misconception:
    """A misconception whose model speaks of two arrays of one shape, in float64."""

    def model(a: Array, b: Array) -> Any:
        return answer(a.astype(np.float64), b.astype(np.float64)) if a.shape == b.shape else None

    return Misconception(name, model, observation, reason, next_step)


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


KEPT = (
    "The number is right, and it is wrapped in an array.",
    "One number is asked for; in an array it has axes, and whatever counts on a number stumbles over them.",
    "Leave out keepdims or the extra brackets, or take the number out with `float(...)`.",
)
EARLY = (
    "Only what the first turn of the loop adds is in the answer.",
    "`return` ends the function at once, so inside a loop it ends the loop in its first turn.",
    "Move `return` out of the loop: as far to the left as the `for` of the outermost loop.",
)
LATE = (
    "Only what the last turn of the loop adds is in the answer.",
    "`total = ...` forgets what was there before; a sum grows by `total += ...`.",
    "Set the total to 0 once, above all loops, and add to it inside.",
)
AXES = (
    "Arrays of another number of axes than the code expects do not get through.",
    "A grey patch has two axes, a colour patch three, and a row one; the sum is the same for all of them.",
    "Work on the whole array at once: `a * b` and `np.sum` take any number of axes.",
)
FIXED = (
    "Every array was treated as one of 3 by 3.",
    "The loops count to a number that is written into the code, and the arrays have other sizes, too.",
    "Take the sizes from `a.shape`.",
)
LENGTHS = (
    "The number of rows was used for the columns as well.",
    "`len(a)` is the number of rows alone; an array need not be square.",
    "Count the columns with `a.shape[1]`.",
)
MATRIX = (
    "The answer comes from a product of matrices.",
    "A matrix product adds up rows times columns; here each entry meets the entry at the same place.",
    "Use `a * b`, which multiplies entry by entry, and add up everything that comes out.",
)
TURNED_OVER = (
    "The second array was turned round before it met the first.",
    "The entries of both arrays meet at the same place: the first with the first, the last with the last.",
    "Leave out the reversal.",
)
LAID = (
    "The second array was transposed before it met the first.",
    "The entry in row i and column j of one array belongs to that in row i and column j of the other.",
    "Use both arrays as they come.",
)
ADDED = (
    "The entries of both arrays were added, and not multiplied.",
    "A weight says how much its pixel counts: that is a product. Sums come afterwards.",
    "Replace the inner `+` by `*`.",
)
LARGEST = (
    "The answer is the largest of the products, not their sum.",
    "Taking the largest is what max pooling does; a filter adds up.",
    "Use a sum in place of the maximum.",
)
SCALED = (
    "The answer was divided by the lengths of both arrays, as for an angle.",
    "That is a similarity between -1 and 1; the plain sum of the products is asked for.",
    "Return the sum without dividing it.",
)

STRETCHED = (
    "An axis of length 1 was stretched over a longer one.",
    "NumPy calls this broadcasting: (3, 1) and (3, 3) go together for it. With a filter of the wrong shape it hides "
    "the mistake.",
    "Compare `a.shape` with `b.shape`, all of them, and raise ValueError when they differ.",
)

SUM_SLIPS = (
    *(Misconception("broadcast", _stretched(alike), *STRETCHED) for alike in (False, True)),
    _equal("axes kept", lambda a, b: np.full((1,) * a.ndim, _total(a, b)), *KEPT),
    _equal("axes kept", lambda a, b: np.full(1, _total(a, b)), *KEPT),
    _equal("return inside the loop", _one_of(0), *EARLY),
    _equal("return inside the loop", _row_of(0), *EARLY),
    _equal("total starts anew", _one_of(-1), *LATE),
    _equal("total starts anew", _row_of(-1), *LATE),
    _equal("matrix product", _matrices(lambda a, b: float(np.trace(a @ b))), *MATRIX),
    _equal("matrix product", lambda a, b: float(np.inner(a, b).sum()) if a.ndim == 2 else None, *MATRIX),
    _equal("matrix product", lambda a, b: np.inner(a, b) if a.ndim == 2 else None, *MATRIX),
    *(_equal(GRANTED, _two_axes(more, one), *AXES) for more in (_fails, _left_over) for one in (True, False)),
    _equal(GRANTED, _at_most_three, *AXES),
    _equal("3 by 3 only", _by_three, *FIXED),
    _equal("square arrays only", _square_only, *LENGTHS),
    _equal("flipped filter", lambda a, b: _total(a, np.flip(b)), *TURNED_OVER),
    _equal("transposed axes", _matrices(lambda a, b: _total(a, b.T)), *LAID),
    _equal("added instead of multiplied", lambda a, b: float((a + b).sum()), *ADDED),
    _equal("largest instead of sum", lambda a, b: float((a * b).max()), *LARGEST),
    _equal("normalised result", _unit, *SCALED),
)
