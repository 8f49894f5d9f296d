"""Judges filters of a student's own design by what they answer, not by their numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.compare import as_array, kind_of
from grader.illustrate import shown
from grader.model import Evidence, Picture
from grader.probing import CheckFailed

__all__ = ["edge_flat", "edge_vertical", "shoulder_form", "shoulder_portrait", "shoulder_synthetic"]

Weights = NDArray[np.float64]
Mark = tuple[int, int, int, int]

PORTRAIT = Path(__file__).resolve().parents[2] / "data" / "grace_hopper.jpg"
LARGEST_SIDE, LARGEST_WEIGHT = 15, 1e100
ROWS, COLUMNS = (360, 430), (420, 500)  # of the answers to the portrait, ends included
BACKGROUND, COAT = np.array([105.0, 140.0, 200.0]), np.array([11.0, 11.0, 23.0])
BALANCE = 1e-6  # of the sum of magnitudes: what rounding leaves of a sum of 0
SEEN, BLIND = 0.1, 0.01  # answers of weights with a unit sum of magnitudes to a unit step
RATIO = 2.5
DECIMALS = 6  # of answers of weights with a unit sum of magnitudes; behind them is what rounding leaves
# Width of the transition in pixels, and the side of the image as a multiple of the filter's plus some. All are so large
# that the edge passes every part of the filter. The first one is public.
EDGES = ((0.0, 2, 4), (1.0, 2, 4), (3.0, 2, 6), (0.0, 3, 8))


@dataclass(frozen=True)
class _Design:
    """A function that returns a design, and the form that is asked for; the last of `axes` axes may be the channels."""

    function: str
    form: str
    axes: int

    @property
    def asked(self) -> str:
        return f"`{self.function}` has to return {self.form}, sides from 1 to {LARGEST_SIDE}"


EDGE = _Design("vertical_edge_filter", "a 2-D array (h, w)", 2)
SHOULDER = _Design("left_shoulder_filter", "an array of shape (h, w, 3)", 3)


# Form, balance ------------------------------------------------------------------------------------------------------
def _weights(design: _Design, value: Any) -> Weights:
    """The design as float64 of the right form, or CheckFailed."""
    if value is None:
        step = "End the function with `return` and the array."
        raise CheckFailed(f"`{design.function}` returned None.", design.asked + ".", step, misconception="no return")
    array = as_array(value)
    if array is None:
        step = "Put the numbers into np.array(...); all rows need the same length."
        raise CheckFailed(f"`{design.function}` returned {kind_of(value)}.", design.asked + ".", step)
    if array.ndim != design.axes or (design.axes == 3 and array.shape[2] != 3):
        raise _misshapen(design, array)
    if not all(1 <= side <= LARGEST_SIDE for side in array.shape[:2]):
        text = f"The filter has {array.shape[0]} x {array.shape[1]} places (rows x columns)."
        step = "Which part of it does the work? Keep that."
        raise CheckFailed(text, design.asked + ".", step, misconception="filter too large")
    weights = array.astype(np.float64)
    if not np.isfinite(weights).all():
        text = f"Of the {weights.size} weights {int((~np.isfinite(weights)).sum())} are not finite (NaN or infinite)."
        raise CheckFailed(text, "One such weight spoils every answer.", "Is there a division by zero?")
    if np.abs(weights).max() > LARGEST_WEIGHT:
        raise CheckFailed("A weight is too large for its answers to be numbers.", "", "Scale the filter down.")
    return weights


def _misshapen(design: _Design, array: NDArray[Any]) -> CheckFailed:
    text = f"`{design.function}` returned {kind_of(array)}; {design.form} is asked for."
    if design.axes == 2:
        step = "np.array([[-1, 0, 1]]), with two brackets, has one row and three columns."
        reason = "A filter for a grey image has rows and columns, and no channels."
        name = "channels in a grey filter" if array.ndim == 3 else "not two-dimensional"
        return CheckFailed(text, reason, step, misconception=name)
    if array.ndim == 3 and array.shape[0] == 3 and array.shape[2] > 1:
        return CheckFailed(
            text,
            "Here the channels are on the first axis; a picture has them on the last one, and so does its filter.",
            "`channels_last` in this file rearranges the axes.",
            misconception="channels first",
        )
    if array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 1):
        return CheckFailed(
            text,
            "A colour picture has three numbers at each pixel: the filter needs a weight for each channel.",
            "Start with np.zeros((h, w, 3)) and fill the channels [:, :, 0], [:, :, 1] and [:, :, 2].",
            misconception="one channel only",
        )
    return CheckFailed(text, "The axes are rows, columns and channels: red, green, blue.", "Print `weights.shape`.")


def _unit(weights: Weights) -> Weights:
    """The weights scaled to a unit sum of magnitudes; zeros stay zeros."""
    largest = np.abs(weights).max()
    if largest == 0.0:
        return weights
    scaled = weights / largest  # first, so that the sum of huge weights stays finite
    return scaled / np.abs(scaled).sum()  # type: ignore[no-any-return]


def _balanced(design: _Design, weights: Weights, value: Any) -> None:
    """CheckFailed unless the weights sum to 0."""
    if abs(_unit(weights).sum()) <= BALANCE:
        return
    with np.errstate(all="ignore"):
        total = float(weights.sum())
    place = "a uniformly grey area" if design.axes == 2 else "an area of one grey, equal in all channels,"
    raise CheckFailed(
        f"The weights sum to {total:.6g}. On {place} the answer should be 0; it is {total:.6g} times the grey value.",
        "Without that balance a filter answers brightness, wherever it is, and not the change of brightness.",
        "Which weights have to grow or shrink until positive and negative ones cancel?",
        misconception="not summing to zero",
        evidence=[_evidence(design, value, "weights that sum to 0", [_picture("filter", weights)])],
    )


def _evidence(design: _Design, value: Any, expected: str, pictures: list[Picture]) -> Evidence:
    return Evidence(call=f"{design.function}()", expected=expected, given=shown(value), pictures=tuple(pictures))


def _picture(caption: str, array: NDArray[Any], mark: Mark | None = None) -> Picture:
    """A picture record; numbers beyond single precision are drawn at its limits."""
    if array.dtype != np.uint8:
        limits = np.finfo(np.float32)
        array = np.clip(array, limits.min, limits.max).astype(np.float32)
    return Picture(caption=caption, shape=array.shape, dtype=str(array.dtype), data=array.tobytes(), mark=mark)


def _answers(image: NDArray[Any], weights: Weights) -> Weights:
    """The answers (H - h + 1, W - w + 1) of a filter (h, w, C), scaled to a unit sum, on an image (H, W, C)."""
    windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape)
    result: Weights = np.einsum("ijkabc,abc->ij", windows, weights)
    return result.round(DECIMALS) + 0.0


# Vertical edges -----------------------------------------------------------------------------------------------------
def edge_flat(value: Any) -> None:
    """CheckFailed unless `value` is a 2-D filter with sides from 1 to 15 whose weights sum to 0."""
    _balanced(EDGE, _weights(EDGE, value), value)


def edge_vertical(value: Any) -> None:
    """CheckFailed unless the filter answers a step between columns, and none between rows."""
    weights = _unit(_weights(EDGE, value))
    vertical, horizontal = _largest(weights.sum(axis=0)), _largest(weights.sum(axis=1))
    if vertical >= SEEN and horizontal <= BLIND:
        return
    name, observation, reason, step = _edge_mistake(weights, vertical, horizontal)
    if weights.any():
        observation += (
            f" With weights scaled to a sum of magnitudes of 1, the largest answer to a vertical step of height 1 is "
            f"{vertical:.3g} (at least {SEEN} is asked for), to a horizontal one {horizontal:.3g} (at most {BLIND})."
        )
    expected = "answers to a vertical step, none to a horizontal one"
    raise CheckFailed(
        observation,
        reason,
        step,
        misconception=name,
        evidence=[_evidence(EDGE, value, expected, _edge_pictures(weights))],
    )


def _largest(profile: Weights) -> float:
    """The largest magnitude of answers to a unit step, for all places of the step inside the filter.

    `profile` holds the sums of weights along the step; what lies on the bright side of the step is added up.
    """
    return float(np.abs(np.cumsum(profile)[:-1]).max(initial=0.0))


def _edge_mistake(weights: Weights, vertical: float, horizontal: float) -> tuple[str, str, str, str]:
    """Name, observation, reason and next step for an edge filter that answers the wrong things."""
    if not weights.any():
        text = "All weights are zero, so the answer is 0 everywhere, on vertical edges too."
        return "all weights zero", text, "A filter has to answer what it looks for.", "Which weights should differ?"
    if horizontal > BLIND:
        return _answers_rows(weights, vertical)
    if not vertical > BLIND:
        text = "In every row and in every column the weights cancel: the filter answers corners and single points."
        reason = "Along an edge nothing changes, so weights that cancel along the edge give nothing there."
        return "answers neither edge", text, reason, "Should the columns of the filter differ, or the rows, or both?"
    text = "The filter answers a vertical edge, and only weakly."
    reason = "Weights that change their sign from column to column cancel at a single step; they answer fine stripes."
    return "fine stripes", text, reason, "Try one sign on the left and the other one on the right."


def _answers_rows(weights: Weights, vertical: float) -> tuple[str, str, str, str]:
    """The same for filters that are not blind to horizontal edges."""
    step = "In which direction does the brightness change at a vertical edge? Weights change in that direction only."
    if vertical >= SEEN:
        even = np.allclose(weights, weights[::-1, ::-1], rtol=0.0, atol=BALANCE)
        text = "The filter answers edges of every direction." if even else "The filter answers slanting edges."
        reason = "It is not blind to horizontal edges. For silence on those each row has to sum to 0 by itself."
        return "answers horizontal edges", text, reason, step
    profile = weights.sum(axis=1)
    if np.allclose(profile, profile[::-1], rtol=0.0, atol=BALANCE):
        text = "The filter answers horizontal lines, one bright row between dark ones, and with that horizontal edges."
        reason = "A vertical edge runs from top to bottom, and it has one bright and one dark side."
        return "answers horizontal lines", text, reason, step
    text = "The filter answers horizontal edges."
    reason = "Its weights change from row to row, so it sees brightness that changes from top to bottom."
    return "answers horizontal edges", text, reason, step


def _edge_pictures(weights: Weights) -> list[Picture]:
    """The filter, and its answers to a vertical and to a horizontal step."""
    height, width = (side + 11 for side in weights.shape)
    image = np.zeros((height, width))
    image[:, width // 2 :] = 1.0
    other = np.zeros((height, width))
    other[height // 2 :] = 1.0
    vertical, horizontal = (_answers(step[:, :, np.newaxis], weights[:, :, np.newaxis]) for step in (image, other))
    return [
        _picture("filter, scaled", weights),
        _picture("its answer to a vertical step", vertical),
        _picture("its answer to a horizontal step", horizontal),
    ]


# Her left shoulder --------------------------------------------------------------------------------------------------
def shoulder_form(value: Any) -> None:
    """CheckFailed unless `value` is a colour filter (h, w, 3) whose weights sum to 0 and whose channels differ."""
    weights = _weights(SHOULDER, value)
    if not weights.any():
        text, step = "All weights are zero, so the answer is 0 everywhere.", "Which side should count positive?"
        raise CheckFailed(text, "A filter has to answer what it looks for.", step, misconception="all weights zero")
    _balanced(SHOULDER, weights, value)
    unit = _unit(weights)
    if np.allclose(unit, unit[:, :, :1], rtol=0.0, atol=BALANCE * np.abs(unit).max()):
        raise CheckFailed(
            "The three channels of the filter are alike, so it sees the picture in grey.",
            "Background and coat differ far more in one channel than in another; a filter for colour can use that.",
            "The colours are (105, 140, 200) and (11, 11, 23). Which channel should weigh most? The last axis counts "
            "the channels.",
            misconception="three channels alike",
            evidence=[_evidence(SHOULDER, value, "channels that are not all alike", [_picture("filter", weights)])],
        )


def shoulder_portrait(value: Any) -> None:
    """CheckFailed unless the filter answers the shoulder on the portrait 2.5 times as strongly as its negative does."""
    weights = _weights(SHOULDER, value)
    band = _band(*weights.shape[:2])
    answers = _answers(band, _unit(weights))
    if not _stands_out(answers):
        place = f"On the portrait, in output rows {ROWS[0]} to {ROWS[1]} and columns {COLUMNS[0]} to {COLUMNS[1]},"
        pictures = _shoulder_pictures(band, weights, answers)
        raise _shoulder_failure(value, weights, place, answers, [band], pictures)


def shoulder_synthetic(value: Any) -> None:
    """CheckFailed unless the same holds on synthetic edges at 45 degrees."""
    weights = _weights(SHOULDER, value)
    images = [_slope(transition, times * max(weights.shape[:2]) + more) for transition, times, more in EDGES]
    for number, image in enumerate(images):
        answers = _answers(image, _unit(weights))
        if not _stands_out(answers):
            place = "On a sharp edge at 45 degrees" if number == 0 else "On a softer edge at 45 degrees"
            pictures = [] if number else _shoulder_pictures(np.rint(image).astype(np.uint8), weights, answers)
            raise _shoulder_failure(value, weights, f"{place} in the two colours,", answers, images, pictures)


@cache
def _portrait() -> NDArray[np.uint8]:
    import imageio.v3 as iio  # slow to start, and only this exercise needs it

    return np.asarray(iio.imread(PORTRAIT), np.uint8)


def _band(height: int, width: int) -> NDArray[np.uint8]:
    """The pixels on which the answers in the band depend, for a filter of this size; the picture's end cuts off."""
    return _portrait()[ROWS[0] : ROWS[1] + height, COLUMNS[0] : COLUMNS[1] + width]


def _slope(transition: float, side: int) -> Weights:
    """A square image with background above right of its diagonal and coat below left; shape (side, side, 3)."""
    distance = np.arange(side) - np.arange(side)[:, np.newaxis]
    share = np.clip(distance / transition + 0.5, 0.0, 1.0) if transition else (distance > 0).astype(np.float64)
    return COAT + share[:, :, np.newaxis] * (BACKGROUND - COAT)  # type: ignore[no-any-return]


def _extremes(answers: Weights) -> tuple[float, float]:
    """The largest answers of the filter and of its negative."""
    return float(answers.max()), float(-answers.min()) + 0.0  # no negative zero


def _stands_out(answers: Weights) -> bool:
    """Whether the largest answer is 2.5 times that of the negated filter; `answers` are those of unit weights."""
    largest, opposite = _extremes(answers)
    return largest > 0.0 and largest >= RATIO * opposite


def _shoulder_failure(
    value: Any, weights: Weights, place: str, answers: Weights, images: list[NDArray[Any]], pictures: list[Picture]
) -> CheckFailed:
    scale = float(np.abs(weights).sum())
    largest, opposite = (number * scale for number in _extremes(answers))
    name, reason, step = _shoulder_mistake(_unit(weights), images)
    numbers = f"the largest answer is {largest:.4g}, that of the negated filter {opposite:.4g}"
    expected = f"a largest answer of at least {RATIO} times that of the negated filter"
    return CheckFailed(
        f"{place} {numbers}; at least {RATIO} times as much is asked for.",
        reason,
        step,
        misconception=name,
        evidence=[_evidence(SHOULDER, value, expected, pictures)] if pictures else (),
    )


def _shoulder_pictures(image: NDArray[np.uint8], weights: Weights, answers: Weights) -> list[Picture]:
    """The filter, the image with the place of the largest answer, the answers, and those of the negated filter."""
    height, width = weights.shape[:2]
    scaled = answers * np.abs(weights).sum()
    row, column = (int(i) for i in np.unravel_index(int(answers.argmax()), answers.shape))
    lowest = tuple(int(i) for i in np.unravel_index(int(answers.argmin()), answers.shape))
    return [
        _picture("filter", weights),
        _picture("image; outlined: largest answer", np.ascontiguousarray(image), (row, column, height, width)),
        _picture("answers of the filter", scaled, (row, column, 1, 1)),
        _picture("answers of the negated filter", -scaled, (lowest[0], lowest[1], 1, 1)),
    ]


# Designs that would be right after a change: name, change, what that says about the design, next step.
MISREADINGS: tuple[tuple[str, Callable[[Weights], Weights], str, str], ...] = (
    (
        "channels in BGR order",
        lambda weights: weights[:, :, ::-1],
        "With red and blue exchanged it would do. The portrait is red, green, blue; OpenCV reads blue first.",
        "Channel 0 is red, channel 2 is blue.",
    ),
    (
        "viewer's left",
        lambda weights: weights[:, ::-1],
        "The filter looks for background on the left and coat on the right: that is the shoulder on the left-hand side "
        "of the picture. Her left shoulder is on the right-hand side.",
        "Mirror the filter: the background lies above and to the right of the coat.",
    ),
    (
        "sign reversed",
        np.negative,
        "Along her left shoulder, on the right-hand side of the picture, the answers are negative. Weights that meet "
        "the bright background have to be positive, those on the coat negative.",
        "Which weights lie above and to the right, and which sign do they have?",
    ),
    (
        "wrong diagonal",
        lambda weights: weights[::-1],
        "The filter looks for background below the coat. Her left shoulder falls from left to right, with the "
        "background above and to the right: the filter lies across that edge.",
        "Turn the filter upside down, and draw both on paper.",
    ),
)
CHANNELS_FIRST = (
    "channels first",
    "With the first axis taken as channels it would do; the shape (3, 3, 3) does not tell which axis is which.",
    "Rows, columns, channels: `channels_last` in this file rearranges the axes.",
)
EVERYTHING = (
    "answers everything alike",
    "A filter that is the same after half a turn, such as a Laplacian, answers both sides of an edge alike: it cannot "
    "tell blue above black from black above blue.",
    "Give the two sides of the filter opposite signs.",
)
NEITHER = (
    "",
    "Her left shoulder is on the right-hand side of the picture: background above and to the right of it.",
    "Which weights meet background there, and which meet the coat? Lay the filter over the edge on paper.",
)


def _shoulder_mistake(unit: Weights, images: list[NDArray[Any]]) -> tuple[str, str, str]:
    """Name, reason and next step: what would have to be changed for the filter to pass on `images`."""

    def would_do(changed: Weights) -> bool:
        return all(_stands_out(_answers(image, changed)) for image in images)

    if _by_planes(unit) and would_do(unit.transpose(1, 2, 0)):
        return CHANNELS_FIRST
    for name, change, reason, step in MISREADINGS:
        if would_do(change(unit)):
            return name, reason, step
    if np.allclose(unit, unit[::-1, ::-1], rtol=0.0, atol=BALANCE):
        return EVERYTHING
    return NEITHER


def _by_planes(unit: Weights) -> bool:
    """Whether the weights cancel in each plane along the first axis, and not in each channel."""
    balanced = np.abs(unit.sum(axis=(1, 2))).max() <= BALANCE
    return unit.shape == (3, 3, 3) and bool(balanced) and np.abs(unit.sum(axis=(0, 1))).max() > BALANCE
