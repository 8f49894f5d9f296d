"""Examples, oracle and known mistakes of the part of `filter_design` that has one right answer."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import Misconception, Probe
from grader.suites import strategies as draw
from grader.suites.exercise_texts import texts
from grader.suites.filter_slips import STACK_SLIPS, filter_slips
from grader.suites.variant import variant

__all__ = ["PROBES"]

TEXTS = texts("filter_design")

Weights = NDArray[Any]

ROWS = variant("filter_design", line=[-1, 2, -1], prewitt=[1, 0, -1])
LINE, PREWITT = (np.repeat(np.array(ROWS[name])[:, np.newaxis], 3, axis=1) for name in ("line", "prewitt"))
SOBEL = np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]])
CROSS = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]])
RING = np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]])

SOLUTION = Path(__file__).resolve().parents[2] / "solutions" / "filter_design.py"


def _brown() -> Weights:
    """The stack of weights for brown that students are given; read, not imported, so that it needs no search path."""
    for node in ast.parse(SOLUTION.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "BROWN_FILTER":
            assert isinstance(node.value, ast.Call)
            return np.array(ast.literal_eval(node.value.args[0]))
    raise LookupError(f"there is no BROWN_FILTER in {SOLUTION.name}")


def _rows(*weights: float) -> Weights:
    """A 3 x 3 filter whose rows are constant."""
    return np.repeat(np.array(weights, float)[:, np.newaxis], 3, axis=1)


def _answers(answer: Any) -> Callable[..., Any]:
    def model(*args: Any) -> Any:
        return answer

    return model


def _mistakes(key: str, answers: Sequence[Any]) -> tuple[Misconception, ...]:
    """One misconception that shows in several forms."""
    cause = TEXTS.phrase("root_cause")
    return tuple(TEXTS.mistake(key, _answers(answer), root_cause=cause) for answer in answers)


def _under(key: str, mistakes: Sequence[Misconception]) -> tuple[Misconception, ...]:
    """The same mistakes, made under one key of a dictionary; other keys are not looked at."""
    return tuple(
        Misconception(m.name, _answers({key: m.answer()}), m.observation, m.reason, m.next_step) for m in mistakes
    )


LINE_MISTAKES = (
    *_mistakes("line_sign_reversed", (-LINE,)),
    *_mistakes("line_rows_and_columns_exchanged", (LINE.T, -LINE.T)),
    *_mistakes("line_lines_and_edges_confused", (PREWITT, -PREWITT, PREWITT.T, -PREWITT.T, SOBEL, -SOBEL)),
    *_mistakes("line_normalised_result", tuple(LINE / number for number in (12, 18**0.5, 9, 6, 3, 2))),
    *_mistakes(
        "line_not_summing_to_zero",
        tuple(_rows(*rows) for rows in ((0, 2, 0), (0, 1, 0), (-1, 1, -1), (1, 2, 1), (-1, 3, -1), (1, 1, 1))),
    ),
    *_mistakes("line_answers_everything_alike", (CROSS, -CROSS, RING, -RING)),
)

PREWITT_MISTAKES = (
    *_mistakes("prewitt_sign_reversed", (-PREWITT,)),
    *_mistakes("prewitt_rows_and_columns_exchanged", (PREWITT.T, -PREWITT.T)),
    *_mistakes("prewitt_sobel_instead_of_prewitt", (SOBEL, -SOBEL, SOBEL.T, -SOBEL.T)),
    *_mistakes(
        "prewitt_not_summing_to_zero",
        tuple(_rows(*rows) for rows in ((1, 0, 1), (1, 1, 1), (-1, 0, -1), (1, 0, 0), (1, 1, -1), (1, -1, -1))),
    ),
    *_mistakes("prewitt_lines_and_edges_confused", (LINE, -LINE, LINE.T, -LINE.T)),
    *_mistakes("prewitt_normalised_result", tuple(PREWITT / number for number in (6, 6**0.5, 3, 2, 9))),
)


TRANSPOSED_MISTAKES = _under(
    "transposed",
    (
        *_mistakes("transposed_reshaped_instead_of_transposed", (PREWITT,)),
        *_mistakes("transposed_sign_reversed", (-PREWITT.T,)),
        *_mistakes("transposed_names_exchanged", (-PREWITT,)),
    ),
)

FLIPPED_MISTAKES = _under(
    "flipped",
    (
        *_mistakes("flipped_mirrored_instead_of_flipped", (PREWITT,)),
        *_mistakes("flipped_names_exchanged", (PREWITT.T,)),
        *_mistakes("flipped_rows_and_columns_exchanged", (-PREWITT.T,)),
    ),
)


def _to_the_end(stack: Any) -> Any:
    """Planes laid behind each other along a new last axis: (C, h, w) becomes (h, w, C)."""
    return np.stack(list(stack), axis=-1)


def _reshaped(stack: Any) -> Any:
    return stack.reshape(*stack.shape[1:], stack.shape[0])


def _order(*axes: int) -> Callable[[Any], Any]:
    def answer(stack: Any) -> Any:
        return stack.transpose(axes)

    return answer


CHANNEL_MISTAKES = (
    TEXTS.mistake("channels_axes_left_as_they_were", lambda stack: stack),
    TEXTS.mistake("channels_reshaped_instead_of_transposed", _reshaped),
    TEXTS.mistake("channels_rows_and_columns_exchanged", _order(2, 1, 0)),
    TEXTS.mistake("channels_transposed_axes", _order(2, 0, 1)),
    TEXTS.mistake("channels_axes_exchanged", _order(1, 0, 2)),
    TEXTS.mistake("channels_axes_exchanged", _order(0, 2, 1)),
    TEXTS.mistake("channels_channels_in_bgr_order", lambda stack: _to_the_end(stack[::-1])),
)


def _constant(function: str, answer: Any, mistakes: Sequence[Misconception]) -> Probe:
    """A function without arguments that has to return `answer`."""
    return Probe(function, _answers(answer), ((),), misconceptions=mistakes, twice=True)


PROBES = {
    "line": _constant("horizontal_line_filter", LINE, LINE_MISTAKES + filter_slips(LINE)),
    "prewitt": _constant("prewitt_filter", PREWITT, PREWITT_MISTAKES + filter_slips(PREWITT)),
    "variants_transposed": _constant("prewitt_variants", {"transposed": PREWITT.T}, TRANSPOSED_MISTAKES),
    "variants_flipped": _constant("prewitt_variants", {"flipped": -PREWITT}, FLIPPED_MISTAKES),
    "channels_last": Probe(
        "channels_last",
        _to_the_end,
        ((_brown(),), (np.arange(24).reshape(2, 3, 4),)),
        draw.laid_out(draw.channel_stacks()),
        examples=25,
        misconceptions=CHANNEL_MISTAKES + STACK_SLIPS,
        twice=True,
        intact=True,
    ),
}
