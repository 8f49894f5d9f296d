"""Compares an answer with what was expected: None, then type, then shape, then values; only the first is reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader import wire
from grader.probing import Raises, ShapeOf

__all__ = ["Problem", "as_array", "as_number", "difference", "kind_of", "raised_as_expected"]


@dataclass(frozen=True)
class Problem:
    """The first thing that is wrong with an answer; `index` is the first entry that differs (array answers).

    `what` has the numbers; `general`, for hidden examples, holds nothing that came from the student's code.
    """

    what: str
    general: str = "the answer is of another type"
    index: tuple[int, ...] | None = None


OTHER_VALUE = "the value differs"
OTHER_SHAPE = "the shape differs"


def kind_of(value: Any) -> str:
    """What a value is, in a few words that fit behind "a" or "an"."""
    match value:
        case None:
            return "None"
        case bool():
            return "a truth value"
        case int() | wire.Big():
            return "a whole number"
        case float():
            return "a number"
        case str():
            return "a string"
        case np.ndarray():
            return "a number" if value.ndim == 0 else f"an array of shape {value.shape}"
        case list() | tuple():
            return f"a sequence of {len(value)}"
        case dict():
            return "a dictionary"
        case wire.Opaque():
            return f"an object of type {value.type_name}"
    return type(value).__name__


def as_number(value: Any) -> float | None:
    """The number that a value stands for (Python, NumPy scalar, 0-d array), or None."""
    if isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "iuf":
        return float(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return None


def as_array(value: Any) -> NDArray[Any] | None:
    """The numeric array that a value stands for, numbers included, or None."""
    if isinstance(value, np.ndarray):
        return value
    number = as_number(value)
    return None if number is None else np.asarray(number)


def difference(expected: Any, value: Any, tolerance: float) -> Problem | None:
    """What is wrong with a returned value, or None. `expected` is plain data; numbers may differ by `tolerance`."""
    if value is None and expected is not None:
        return Problem("the function returned None", "the function returned None")
    match expected:
        case ShapeOf():
            array = as_array(value)
            same = array is not None and array.shape == expected.shape
            text = f"expected an array of shape {expected.shape}, and {kind_of(value)} came back"
            return None if same else Problem(text, OTHER_SHAPE)
        case np.ndarray():
            return _array(expected, value, tolerance)
        case bool() | str():
            return _plain(expected, value)
        case int() | float():
            return _number(float(expected), value, tolerance)
        case list() | tuple():
            return _items(list(expected), value, tolerance)
        case dict():
            return _mapping(expected, value, tolerance)
    return None if expected is None and value is None else Problem(f"{kind_of(value)} came back")


def _plain(expected: bool | str, value: Any) -> Problem | None:
    if type(value) is type(expected) and value == expected:
        return None
    given = repr(value[:80]) if isinstance(value, str) else kind_of(value)
    return Problem(f"expected {expected!r}, and {given} came back", OTHER_VALUE)


def _number(expected: float, value: Any, tolerance: float) -> Problem | None:
    number = as_number(value)
    if number is None:
        return Problem(f"expected one number, and {kind_of(value)} came back")
    if not abs(number - expected) <= tolerance:
        return Problem(f"expected {expected:.10g}, and {number:.10g} came back", OTHER_VALUE)
    return None


def _array(expected: NDArray[Any], value: Any, tolerance: float) -> Problem | None:
    if not isinstance(value, np.ndarray):
        return Problem(f"expected an array of shape {expected.shape}, and {kind_of(value)} came back")
    if value.shape != expected.shape:
        return Problem(
            f"expected the shape {expected.shape}, and an array of shape {value.shape} came back", OTHER_SHAPE
        )
    with np.errstate(all="ignore"):
        wrong = ~(np.abs(value.astype(np.float64) - expected.astype(np.float64)) <= tolerance)
    if not wrong.any():
        return None
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(wrong)), wrong.shape))
    share = f"{int(wrong.sum())} of {wrong.size} entries differ"
    place = f"at index {index if len(index) > 1 else index[0]} " if index else ""
    numbers = f"{float(value[index]):.6g}, expected {float(expected[index]):.6g}"
    return Problem(f"{share}; the first {place}is {numbers}", "some values differ", index)


def _items(expected: list[Any], value: Any, tolerance: float) -> Problem | None:
    whole = all(isinstance(one, int) for one in expected)  # fractions in their place are told apart below
    numbers = isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind in ("iuf" if whole else "iu")
    if not numbers and not isinstance(value, list):
        return Problem(f"expected {_shown(expected)}, and {kind_of(value)} came back")
    if len(value) != len(expected):
        return Problem(f"expected {len(expected)} values, and {len(value)} came back", "the number of values differs")
    value = value.tolist() if numbers else value  # not before: a list takes far more room than an array
    for position, (one, other) in enumerate(zip(expected, value, strict=True)):
        if isinstance(one, int) and (not isinstance(other, int) or isinstance(other, bool)):
            return Problem(f"value {position + 1} of {len(expected)} is {kind_of(other)}, expected a whole number")
        if (problem := difference(one, other, tolerance)) is not None:
            if isinstance(one, np.ndarray):
                what = f"value {position + 1} of {len(expected)}: {problem.what}"
                return Problem(what, problem.general, problem.index)
            return Problem(f"expected {_shown(expected)}, and {_shown(value)} came back", OTHER_VALUE)
    return None


def _shown(values: list[Any]) -> str:
    texts = [kind_of(v) if isinstance(v, np.ndarray) else repr(v) if isinstance(v, str) else str(v) for v in values[:6]]
    return "(" + ", ".join(text[:40] for text in texts) + (", ..." if len(values) > 6 else "") + ")"


def _mapping(expected: dict[Any, Any], value: Any, tolerance: float) -> Problem | None:
    if not isinstance(value, dict):
        return Problem(f"expected a dictionary, and {kind_of(value)} came back")
    for key, one in expected.items():
        if key not in value:
            return Problem(f"the key {key!r} is missing", "a key is missing")
        if (problem := difference(one, value[key], tolerance)) is not None:
            return Problem(f"under {key!r}: {problem.what}", problem.general, problem.index)
    return None


def raised_as_expected(expected: Raises, family: tuple[str, ...]) -> bool:
    """Whether an exception whose classes are `family` is one that the contract asks for."""
    return expected.error in family
