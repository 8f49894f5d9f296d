"""Evidence from public examples: the call, both answers, and pictures where the arrays are pictures."""

from __future__ import annotations

import textwrap
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from grader.compare import kind_of
from grader.model import Evidence, Picture
from grader.outcomes import Outcome, Raised, Returned
from grader.probing import Made, PictureFile, Raises, ShapeOf
from grader.recorded import Example, Replay

__all__ = ["call_text", "evidence", "example_text", "shown"]

SMALL = 60
LARGEST_SIDE = 128


def evidence(probe: Replay, example: Example, outcome: Outcome, index: tuple[int, ...] | None = None) -> Evidence:
    """What to show of one public example; `index` is the first entry that differs."""
    given = outcome.value if isinstance(outcome, Returned) else None
    args = example.args[:-1] if probe.look else example.args  # without what only an instrument was told
    return Evidence(
        call=call_text(probe.function, args),
        expected=shown(example.expected),
        given=_given(outcome),
        pictures=_pictures(example, given, index),
    )


def call_text(function: str, args: tuple[Any, ...]) -> str:
    """A call as it could be typed; arguments of several lines stand below each other."""
    texts = [shown(arg) for arg in args]
    if not any("\n" in text for text in texts):
        return f"{function}({', '.join(texts)})"
    return f"{function}(\n" + textwrap.indent(",\n".join(texts), "  ") + ")"


def example_text(one: Evidence) -> str:
    """An example for a terminal: the lines of a value stand below each other."""
    told = (("call", one.call), ("expected", one.expected), ("given", one.given))
    return "\n".join(f"  {name:<10}" + text.replace("\n", "\n" + " " * 12) for name, text in told)


def _given(outcome: Outcome) -> str:
    if isinstance(outcome, Returned):
        return shown(outcome.value)
    return f"{outcome.trouble.error}: {outcome.trouble.message}" if isinstance(outcome, Raised) else "no answer"


def shown(value: Any) -> str:
    """A value as a student would type it; large arrays by their kind."""
    match value:
        case np.ndarray():
            if value.size > SMALL:
                return f"<{value.dtype} array of shape {value.shape}>"
            text = np.array2string(value, separator=", ", max_line_width=100, precision=5, suppress_small=True)
            return text if value.dtype.kind in "fb" or value.dtype == np.int64 else f"{text} ({value.dtype})"
        case PictureFile():
            return repr(value.name)
        case Made():
            return f"<{value.says}>"
        case Raises():
            return "an exception" if value.error == "Exception" else value.error
        case ShapeOf():
            return f"an array of shape {value.shape}"
        case list() | tuple():
            return "(" + ", ".join(shown(item) for item in value[:10]) + ("" if len(value) <= 10 else ", ...") + ")"
        case float():
            return f"{value:.10g}"
        case str() | int() | bool() | None | dict():
            return repr(value)[:300]
    return kind_of(value)


def _is_picture(array: Any) -> TypeGuard[NDArray[Any]]:
    if not isinstance(array, np.ndarray) or array.ndim not in (2, 3):
        return False
    return min(array.shape[:2]) >= 8 and array.shape[2:] in ((), (3,))


def _pictures(example: Example, given: Any, index: tuple[int, ...] | None) -> tuple[Picture, ...]:
    """Input with the outlined patch that the second array lies on, expected, given and, where it can be, the gap."""
    image, other = [*example.args, None, None][:2]
    expected = example.expected
    point = patch = None
    if index is not None and len(index) >= 2:
        point = (index[0], index[1], 1, 1)
        if isinstance(other, np.ndarray) and other.ndim >= 2:
            patch = (index[0], index[1], other.shape[0], other.shape[1])
    drawn = [("input", image, patch), ("expected", expected, point), ("yours", given, point)]
    if _is_picture(expected) and _is_picture(given) and expected.shape == given.shape:
        with np.errstate(all="ignore"):
            gap = given.astype(np.float64) - expected.astype(np.float64)
        drawn.append(("difference (yours minus expected)", gap, point))
    return tuple(_picture(caption, array, mark) for caption, array, mark in drawn if _is_picture(array))


def _picture(caption: str, array: NDArray[Any], mark: tuple[int, int, int, int] | None) -> Picture:
    cut = array[:LARGEST_SIDE, :LARGEST_SIDE]
    if cut.dtype != np.uint8:
        with np.errstate(all="ignore"):
            cut = np.nan_to_num(cut.astype(np.float32))
    return Picture(
        caption=caption, shape=cut.shape, dtype=str(cut.dtype), data=np.ascontiguousarray(cut).tobytes(), mark=mark
    )
