"""Slips with the form of filters and the axes of stacks in `filter_design.py`: what code with each of them answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.probing import Misconception, Raises, ShapeOf
from grader.suites.exercise_texts import texts

__all__ = ["STACK_SLIPS", "filter_slips"]

TEXTS = texts("filter_design")


def _form(key: str, answer: Any) -> Misconception:
    return TEXTS.mistake(key, lambda: answer)


SCHARR = np.array([[3, 10, 3], [0, 0, 0], [-3, -10, -3]])
SIZES = ((5, 5), (2, 2), (3, 2), (2, 3), (1, 1), (7, 7))


def filter_slips(weights: Any) -> tuple[Misconception, ...]:
    """Slips with the form of a filter of 3 by 3 whose rows are constant."""
    column = weights[:, 0]
    return (
        _form("one_column_only", column[:, np.newaxis]),
        _form("one_column_only", column),
        _form("one_column_only", column[np.newaxis, :]),
        _form("nine_in_a_row", weights.reshape(9)),
        *(_form("other_size", ShapeOf(size)) for size in SIZES),
        *(_form("other_edge_filter", turned) for turned in (SCHARR, -SCHARR, SCHARR.T, -SCHARR.T)),
    )


def _at_most_three(stack: Any) -> Any:
    return np.stack(list(stack[:3]), axis=-1) if len(stack) >= 3 else Raises("IndexError")


def _side_by_side(axis: int) -> Callable[[Any], Any]:
    def answer(stack: Any) -> Any:
        return np.concatenate(list(stack), axis=axis)

    return answer


def _turned(stack: Any) -> Any:
    return np.rot90(np.stack(list(stack), axis=-1))


STACK_SLIPS = (
    TEXTS.mistake("three_channels_only", _at_most_three),
    TEXTS.mistake("planes_side_by_side", _side_by_side(0)),
    TEXTS.mistake("planes_side_by_side", _side_by_side(1)),
    TEXTS.mistake("rows_and_columns_exchanged", _turned),
    TEXTS.mistake("flattened_answer", lambda stack: ShapeOf((stack.size,))),
)
