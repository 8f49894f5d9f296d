"""Shapes and numbers that students foretell: read leniently, and compared with the answer and with known mistakes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.probing import ShapeOf
from grader.recorded import Example, Mistake, Replay

__all__ = ["Question", "number_question", "number_read", "shape_question", "shape_read"]

RIGHT = "That is right."
BETWEEN = r"[\s()\[\],;x*]"
SHAPE = re.compile(rf"{BETWEEN}*\d+(?:{BETWEEN}+\d+)*{BETWEEN}*")
TIMES, MINUS = "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}"
AXES = ("rows", "columns", "channels")
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Question:
    """What is asked ("shape" or "number"), where the number stands, and who says how close a guess is."""

    kind: str
    text: str
    place: str
    judged: Callable[[Any], tuple[bool, str]]


def shape_read(text: str) -> Shape | None:
    """The sizes in "3x4", "(3, 4)", "3 4", "3 by 4"; None where it is something else."""
    plain = re.sub(r"\bby\b", "x", text.lower()).replace(TIMES, "x")
    return tuple(int(size) for size in re.findall(r"\d+", plain)[:8]) if SHAPE.fullmatch(plain) else None


def number_read(text: str) -> float | None:
    """The number in "-2.5", "-2,5", "5/2"; None where it is something else."""
    above, _, below = text.replace(MINUS, "-").replace(",", ".").replace(" ", "").partition("/")
    try:
        number = float(above) / float(below or 1)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def shape_question(probe: Replay, example: Example) -> Question:
    """The question for the shape of an answer, or for the shape that is the answer."""
    right = _shape(example.expected)
    first = _shape(example.args[0])
    mistakes = list(_mistaken(probe, example, _shape, right))
    text = "Which shape comes back?" if isinstance(example.expected, np.ndarray) else "What comes back?"

    def judged(guess: Shape) -> tuple[bool, str]:
        return (True, RIGHT) if guess == right else (False, _shape_words(guess, right, first, mistakes))

    return Question("shape", text, "shape", judged)


def _shape(value: Any) -> Shape | None:
    match value:
        case np.ndarray() | ShapeOf():
            return value.shape
        case [*sizes] if all(isinstance(size, int) for size in sizes):
            return tuple(sizes)
    return None


def _mistaken(probe: Replay, example: Example, of: Callable[[Any], Any], right: Any) -> Iterator[tuple[Any, Mistake]]:
    """What known mistakes would answer, where it is something else."""
    for mistake, model in zip(probe.mistakes, example.models, strict=True):
        given = of(model)
        if given is not None and given != right:
            yield given, mistake


def _known(mistake: Mistake) -> str:
    """What a known mistake is called and how its answer looks; its reason may give the right answer away."""
    return f"{mistake.observation} That is what a known mistake gives: {mistake.name}."


def _shape_words(guess: Shape, right: Shape | None, first: Shape | None, mistakes: list[tuple[Any, Mistake]]) -> str:
    """How close a wrong shape is; the right one is not given away."""
    assert right is not None
    for given, mistake in mistakes:
        if guess == given:
            return _known(mistake)
    if first is not None and guess in (first, first[:2]):
        return "That is the size of the first argument. Does every place there have an answer?"
    if len(guess) != len(right):
        return "Another number of axes comes back. Which axes are summed over, and which are kept?"
    if guess[:2] == right[1::-1] and guess[2:] == right[2:]:
        return "Rows and columns are exchanged; rows come first."
    if sorted(guess) == sorted(right):
        return "The sizes are right; their order is another one."
    return "; ".join(_axis_words(guess, right)).capitalize() + "."


def _axis_words(guess: Shape, right: Shape) -> Iterator[str]:
    for axis, (one, other) in enumerate(zip(guess, right, strict=True)):
        name = AXES[axis] if len(right) <= len(AXES) else f"axis {axis}"
        yield f"{name}: {'right' if one == other else 'off by one' if abs(one - other) == 1 else 'another number'}"


def number_question(probe: Replay, example: Example) -> Question:
    """The question for one number of an answer: where most mistakes show."""
    expected = example.expected
    shape = expected.shape if isinstance(expected, np.ndarray) else ()
    index = max(np.ndindex(shape), key=lambda place: _telling(probe, example, place))

    def at(value: Any) -> float | None:
        if isinstance(value, np.ndarray):
            return float(value[index]) if value.shape == shape and value.dtype.kind in "iuf" else None
        return float(value) if isinstance(value, int | float) and not shape else None

    right = at(expected)
    assert right is not None
    mistakes = list(_mistaken(probe, example, at, right))
    others = [] if not shape else [float(entry) for entry in expected.ravel()]

    def judged(guess: float) -> tuple[bool, str]:
        near = max(example.tolerance, 1e-9)
        return (True, RIGHT) if abs(guess - right) <= near else (False, _number_words(guess, right, mistakes, others))

    place = f"[{', '.join(map(str, index))}]" if index else "number"
    named = f" at row {index[0]}, column {index[1]} (both from 0)" if len(index) == 2 else f" at {place}"
    return Question("number", f"Which number stands{named}?" if index else "Which number comes back?", place, judged)


def _telling(probe: Replay, example: Example, index: Shape) -> tuple[int, bool]:
    """How many different wrong numbers known mistakes put at an entry, and whether the right one is not 0."""
    expected = np.asarray(example.expected)
    arrays = [model for model in example.models if isinstance(model, np.ndarray) and model.shape == expected.shape]
    wrong = {float(model[index]) for model in arrays if model.dtype.kind in "iuf"} - {float(expected[index])}
    return len(wrong), bool(expected[index])


def _number_words(guess: float, right: float, mistakes: list[tuple[Any, Mistake]], others: list[float]) -> str:
    """How close a wrong number is; the right one is not given away."""
    if guess == -right:
        return "The size is right, the sign is not."
    for given, mistake in mistakes:
        if abs(guess - given) <= 1e-6 * max(1.0, abs(given)):
            return _known(mistake)
    if guess in others:
        return "That number does come back, at another place."
    if abs(guess - right) <= 0.02 * abs(right):
        return "Close: within 2 in 100. Keep all digits on the way."
    if abs(guess - right) <= 0.2 * abs(right):
        return "The order of size is right; one or two products may be another."
    return "Another number comes back."
