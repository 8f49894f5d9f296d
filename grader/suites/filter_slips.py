"""Slips with the form of filters and the axes of stacks in `filter_design.py`: what code with each of them answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.probing import Misconception, Raises, ShapeOf

__all__ = ["STACK_SLIPS", "filter_slips"]


def _form(name: str, answer: Any, observation: str, reason: str, next_step: str) -> Misconception:
    return Misconception(name, lambda: answer, observation, reason, next_step)


NINE = (
    "The proportions are right for one line across the filter, and the filter has more than one.",
    "A single column of weights compares one pixel with those above and below it. In 3 by 3 each weight stands in its "
    "row three times, so neighbours have a say as well and noise counts less.",
    "Write three rows of three numbers; all numbers of a row are equal.",
)
FLAT = (
    "The nine weights stand in one long row.",
    "A filter has rows and columns, and where a weight stands says which pixel it belongs to.",
    "Use brackets within brackets, one pair a row, or `.reshape(3, 3)`.",
)


SMALLER = (
    "The filter has another size than the one that is asked for.",
    "Filters of many sizes find lines and edges; this exercise asks for 3 by 3, so that answers can be compared.",
    "Write three rows of three numbers.",
)
SCHARR = np.array([[3, 10, 3], [0, 0, 0], [-3, -10, -3]])
SIZES = ((5, 5), (2, 2), (3, 2), (2, 3), (1, 1), (7, 7))


def filter_slips(weights: Any) -> tuple[Misconception, ...]:
    """Slips with the form of a filter of 3 by 3 whose rows are constant."""
    column = weights[:, 0]
    return (
        _form("one column only", column[:, np.newaxis], *NINE),
        _form("one column only", column, *NINE),
        _form("one column only", column[np.newaxis, :], *NINE),
        _form("flattened answer", weights.reshape(9), *FLAT),
        *(_form("other size", ShapeOf(size), *SMALLER) for size in SIZES),
        *(
            _form(
                "other edge filter",
                turned,
                "This is the Scharr filter.",
                "Scharr and Sobel give the middle column more weight; Prewitt weighs all three alike.",
                "Take the numbers of the text: rows of 1, 0 and -1.",
            )
            for turned in (SCHARR, -SCHARR, SCHARR.T, -SCHARR.T)
        ),
    )


def _at_most_three(stack: Any) -> Any:
    return np.stack(list(stack[:3]), axis=-1) if len(stack) >= 3 else Raises("IndexError")


def _side_by_side(axis: int) -> Callable[[Any], Any]:
    def answer(stack: Any) -> Any:
        return np.concatenate(list(stack), axis=axis)

    return answer


def _turned(stack: Any) -> Any:
    return np.rot90(np.stack(list(stack), axis=-1))


THREE = (
    "Planes 0, 1 and 2 are counted out by number, and the stack has more or fewer.",
    "Pictures have three channels; the layers of a network have 1, 64 or 512.",
    "Move the axis as a whole: `np.transpose(filter_stack, (1, 2, 0))` does not ask how many there are.",
)
BESIDE = (
    "The planes were laid side by side in one large plane.",
    "Concatenating makes an axis longer; the channels need an axis of their own, the last one.",
    "Move the axis with np.transpose or np.moveaxis.",
)
STACK_SLIPS = (
    Misconception("three channels only", _at_most_three, *THREE),
    Misconception("planes side by side", _side_by_side(0), *BESIDE),
    Misconception("planes side by side", _side_by_side(1), *BESIDE),
    Misconception(
        "rows and columns exchanged",
        _turned,
        "The channels are on the last axis, and each plane was turned by 90 degrees.",
        "Rows stay rows and columns stay columns; only the place of the channels changes.",
        "Leave out the turn.",
    ),
    Misconception(
        "flattened answer",
        lambda stack: ShapeOf((stack.size,)),
        "All numbers stand in one long row.",
        "Rows, columns and channels are axes of their own.",
        "Move the axis with np.transpose or np.moveaxis, which keep all three.",
    ),
)
