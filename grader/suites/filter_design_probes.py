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
from grader.suites.filter_slips import STACK_SLIPS, filter_slips
from grader.suites.variant import variant

__all__ = ["PROBES"]

Weights = NDArray[Any]
Words = tuple[str, str, str]

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


def _mistakes(name: str, words: Words, answers: Sequence[Any]) -> tuple[Misconception, ...]:
    """One misconception that shows in several forms."""
    return tuple(Misconception(name, _answers(answer), *words) for answer in answers)


def _under(key: str, mistakes: Sequence[Misconception]) -> tuple[Misconception, ...]:
    """The same mistakes, made under one key of a dictionary; other keys are not looked at."""
    return tuple(
        Misconception(m.name, _answers({key: m.answer()}), m.observation, m.reason, m.next_step) for m in mistakes
    )


NORMALISED = (
    "The weights have the right proportions, and all of them were divided by the same number.",
    "For finding lines and edges only the proportions matter; this exercise asks for these numbers, so that answers "
    "can be compared.",
    "Return the whole numbers of the text as they are.",
)
EVERY_DIRECTION = (
    "These weights punish the neighbours on all sides.",
    "Such a filter, a Laplacian, answers points, lines and edges of every direction; this one has to prefer one.",
    "Write the filter as three rows, and give all numbers of a row the same value.",
)

LINE_MISTAKES = (
    *_mistakes(
        "sign reversed",
        (
            "The weights are those of the line filter with the opposite sign.",
            "This filter answers a bright line with a negative number, and a dark line with a positive one.",
            "Which row lies on the bright line, and which sign should its weights have?",
        ),
        (-LINE,),
    ),
    *_mistakes(
        "rows and columns exchanged",
        (
            "This is the filter of a vertical line.",
            "A horizontal line is crossed by going up or down, so the weights have to change from row to row and stay "
            "the same along each row.",
            "The second row belongs on the line: all its weights are 2.",
        ),
        (LINE.T, -LINE.T),
    ),
    *_mistakes(
        "lines and edges confused",
        (
            "This filter answers edges.",
            "An edge has one bright and one dark side. A line is bright in the middle and dark on both sides, so the "
            "outer rows of its filter have the same sign.",
            "Lay the weights on a bright row between two dark ones and add up the products.",
        ),
        (PREWITT, -PREWITT, PREWITT.T, -PREWITT.T, SOBEL, -SOBEL),
    ),
    *_mistakes("normalised result", NORMALISED, tuple(LINE / number for number in (12, 18**0.5, 9, 6, 3, 2))),
    *_mistakes(
        "not summing to zero",
        (
            "The weights do not sum to zero.",
            "A uniformly grey area then gets an answer as well, although there is no line in it.",
            "What do the rows above and below have to take away so that nothing is left on a grey area?",
        ),
        tuple(_rows(*rows) for rows in ((0, 2, 0), (0, 1, 0), (-1, 1, -1), (1, 2, 1), (-1, 3, -1), (1, 1, 1))),
    ),
    *_mistakes("answers everything alike", EVERY_DIRECTION, (CROSS, -CROSS, RING, -RING)),
)

PREWITT_MISTAKES = (
    *_mistakes(
        "sign reversed",
        (
            "The weights are those of the Prewitt filter with the opposite sign.",
            "Books begin with either row; here the ones come first, so that bright above dark gives a positive answer.",
            "Exchange the first and the last row.",
        ),
        (-PREWITT,),
    ),
    *_mistakes(
        "rows and columns exchanged",
        (
            "Here the columns are 1, 0 and -1.",
            "Prewitt's family has one filter for each direction. In the one that is asked for, each row holds three "
            "equal numbers.",
            "Write one row below the other: ones, zeros, minus ones.",
        ),
        (PREWITT.T, -PREWITT.T),
    ),
    *_mistakes(
        "Sobel instead of Prewitt",
        (
            "This is the Sobel filter.",
            "Sobel counts the middle column twice; Prewitt gives all three columns the same weight.",
            "Replace each 2 by a 1.",
        ),
        (SOBEL, -SOBEL, SOBEL.T, -SOBEL.T),
    ),
    *_mistakes(
        "not summing to zero",
        (
            "The weights do not sum to zero.",
            "A uniformly grey area then gets an answer as well, although there is no edge in it.",
            "Look at the signs: two of the rows cancel each other on a grey area.",
        ),
        tuple(_rows(*rows) for rows in ((1, 0, 1), (1, 1, 1), (-1, 0, -1), (1, 0, 0), (1, 1, -1), (1, -1, -1))),
    ),
    *_mistakes(
        "lines and edges confused",
        (
            "This filter answers lines.",
            "The Prewitt filter compares one side with the other, so its first and last row have opposite signs.",
            "Three rows are asked for: ones, zeros, minus ones.",
        ),
        (LINE, -LINE, LINE.T, -LINE.T),
    ),
    *_mistakes("normalised result", NORMALISED, tuple(PREWITT / number for number in (6, 6**0.5, 3, 2, 9))),
)

ROOT_CAUSE = "If `prewitt_filter` is marked as well, repair it first: the variants may be made from it."

TRANSPOSED_MISTAKES = _under(
    "transposed",
    (
        *_mistakes(
            "reshaped instead of transposed",
            (
                "Under 'transposed' is the Prewitt filter as it was.",
                "reshape deals out the same numbers in the same order, so a 3 x 3 array stays what it is. To transpose "
                "is to exchange the axes: entry (i, j) goes to (j, i).",
                f"Use `.T` or `np.transpose` on an array. {ROOT_CAUSE}",
            ),
            (PREWITT,),
        ),
        *_mistakes(
            "sign reversed",
            (
                "Under 'transposed' is the transpose with the opposite sign.",
                "A turn by 90 degrees, or a change of the rows made in place before or after transposing, gives it: "
                "`.T` is a view, it shows the same numbers and not a copy of them.",
                f"The first column has to become the first row. {ROOT_CAUSE}",
            ),
            (-PREWITT.T,),
        ),
        *_mistakes(
            "names exchanged",
            (
                "Under 'transposed' is the filter with its first and last row swapped.",
                "Swapping rows leaves rows as they are; transposing makes columns of them.",
                f"Which of the two arrays belongs to which name? {ROOT_CAUSE}",
            ),
            (-PREWITT,),
        ),
    ),
)

FLIPPED_MISTAKES = _under(
    "flipped",
    (
        *_mistakes(
            "mirrored instead of flipped",
            (
                "Under 'flipped' is the Prewitt filter as it was.",
                "Here rows are swapped, top and bottom. Swapping columns changes nothing in a filter whose columns are "
                "all alike.",
                f"`[::-1]` on the first axis, or np.flipud, reverses the rows. {ROOT_CAUSE}",
            ),
            (PREWITT,),
        ),
        *_mistakes(
            "names exchanged",
            (
                "Under 'flipped' is the transpose.",
                "Swapping rows leaves rows as they are; transposing makes columns of them.",
                f"Which of the two arrays belongs to which name? {ROOT_CAUSE}",
            ),
            (PREWITT.T,),
        ),
        *_mistakes(
            "rows and columns exchanged",
            (
                "Under 'flipped' is a filter whose columns are constant.",
                "The flipped variant is made from the Prewitt filter itself, not from its transpose: rows stay rows.",
                f"Exchange the first and the last row, nothing else. {ROOT_CAUSE}",
            ),
            (-PREWITT.T,),
        ),
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


LATER_AXES = (
    "Two axes have changed places, and the channels are not on the last one.",
    "The channel axis moves past both others: rows become axis 0, columns axis 1, channels axis 2.",
    "Say for each new axis which old one it is: `np.transpose(filter_stack, (1, 2, 0))`.",
)
CHANNEL_MISTAKES = (
    Misconception(
        "axes left as they were",
        lambda stack: stack,
        "The stack came back with its axes in the old order.",
        "Axis 0 of the stack is colour; a picture has its colours on the last axis. While all sides are 3, nothing "
        "raises an error, and the filter mixes colours with rows.",
        "Test with a stack whose sides all differ, and move the axes: `np.transpose(filter_stack, (1, 2, 0))`.",
    ),
    Misconception(
        "reshaped instead of transposed",
        _reshaped,
        "The shape is right, and the numbers are in the wrong places.",
        "reshape keeps the numbers in their order and draws the borders anew: weights of red become green and blue.",
        "Axes are moved by np.transpose or np.moveaxis: entry [k, i, j] has to become [i, j, k].",
    ),
    Misconception(
        "rows and columns exchanged",
        _order(2, 1, 0),
        "The channels are on the last axis, and rows and columns have changed places as well.",
        "`.T` and `swapaxes(0, 2)` put the columns first: each kernel lies on its side. That is hard to see in a "
        "picture of the answers, and easy in the numbers.",
        "Use np.transpose with all three axes named: rows, columns, channels are axes 1, 2 and 0 of the stack.",
    ),
    Misconception(
        "transposed axes",
        _order(2, 0, 1),
        "The last axis went to the front.",
        "That is the way back, from (h, w, C) to (C, h, w). Here the channels are in front and have to go to the end.",
        "Exchange source and destination, or use `np.transpose(filter_stack, (1, 2, 0))`.",
    ),
    Misconception("transposed axes", _order(1, 0, 2), *LATER_AXES),
    Misconception("transposed axes", _order(0, 2, 1), *LATER_AXES),
    Misconception(
        "channels in BGR order",
        lambda stack: _to_the_end(stack[::-1]),
        "The channels are on the last axis, in reverse order.",
        "The pictures here are red, green, blue, and so is the stack: plane k stays channel k.",
        "Leave out the reversal; only the place of the axis changes.",
    ),
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
