"""Judges filters of a student's own design by what they answer, not by their numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.compare import as_array, kind_of
from grader.illustrate import shown
from grader.model import Evidence, Picture
from grader.probing import CheckFailed
from grader.suites.exercise_texts import texts

__all__ = ["edge_flat", "edge_vertical", "shoulder_form", "shoulder_portrait", "shoulder_synthetic"]

TEXTS = texts("filter_design")

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
        return TEXTS.phrase("asked", f=self.function, form=self.form, side=LARGEST_SIDE)

    def failure(self, key: str, **values: Any) -> CheckFailed:
        """The failure by a mistake that says what is asked for, or may do so."""
        return TEXTS.failure(key, f=self.function, form=self.form, asked=self.asked, **values)


EDGE = _Design("vertical_edge_filter", TEXTS.phrase("edge_form"), 2)
SHOULDER = _Design("left_shoulder_filter", TEXTS.phrase("shoulder_form"), 3)


# Form, balance ------------------------------------------------------------------------------------------------------
def _weights(design: _Design, value: Any) -> Weights:
    """The design as float64 of the right form, or CheckFailed."""
    if value is None:
        raise design.failure("design_none")
    array = as_array(value)
    if array is None:
        raise design.failure("design_no_array", kind=kind_of(value))
    if array.ndim != design.axes or (design.axes == 3 and array.shape[2] != 3):
        raise _misshapen(design, array)
    if not all(1 <= side <= LARGEST_SIDE for side in array.shape[:2]):
        raise design.failure("design_too_large", rows=array.shape[0], columns=array.shape[1])
    weights = array.astype(np.float64)
    if not np.isfinite(weights).all():
        raise TEXTS.failure("design_not_finite", count=weights.size, bad=int((~np.isfinite(weights)).sum()))
    if np.abs(weights).max() > LARGEST_WEIGHT:
        raise TEXTS.failure("design_huge")
    return weights


def _misshapen(design: _Design, array: NDArray[Any]) -> CheckFailed:
    if design.axes == 2:
        key = "edge_with_channels" if array.ndim == 3 else "edge_misshapen"
    elif array.ndim == 3 and array.shape[0] == 3 and array.shape[2] > 1:
        key = "shoulder_channels_first"
    elif array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 1):
        key = "shoulder_one_channel"
    else:
        key = "shoulder_misshapen"
    return design.failure(key, kind=kind_of(array))


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
    raise TEXTS.failure(
        "design_unbalanced",
        area=TEXTS.phrase("grey_area" if design.axes == 2 else "grey_area_in_colour"),
        total=f"{total:.6g}",
        evidence=[_evidence(design, value, "balanced", [_picture("filter", weights)])],
    )


def _evidence(design: _Design, value: Any, expected: str, pictures: list[Picture]) -> Evidence:
    """The call, and what `expected` and the value say; the words for it are a phrase of that name."""
    says = TEXTS.phrase(f"expected_{expected}", ratio=RATIO)
    return Evidence(call=f"{design.function}()", expected=says, given=shown(value), pictures=tuple(pictures))


def _picture(caption: str, array: NDArray[Any], mark: Mark | None = None) -> Picture:
    """A picture record, its caption a phrase; numbers beyond single precision are drawn at its limits."""
    if array.dtype != np.uint8:
        limits = np.finfo(np.float32)
        array = np.clip(array, limits.min, limits.max).astype(np.float32)
    return Picture(
        caption=TEXTS.phrase(f"picture_{caption}"),
        shape=array.shape,
        dtype=str(array.dtype),
        data=array.tobytes(),
        mark=mark,
    )


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
    fault = TEXTS.fault(_edge_mistake(weights, vertical, horizontal))
    if weights.any():
        seen = TEXTS.phrase(
            "edge_numbers", vertical=f"{vertical:.3g}", seen=SEEN, horizontal=f"{horizontal:.3g}", blind=BLIND
        )
        fault = replace(fault, observation=f"{fault.observation} {seen}")
    failure = fault.failure
    failure.evidence = (_evidence(EDGE, value, "edge", _edge_pictures(weights)),)
    raise failure


def _largest(profile: Weights) -> float:
    """The largest magnitude of answers to a unit step, for all places of the step inside the filter.

    `profile` holds the sums of weights along the step; what lies on the bright side of the step is added up.
    """
    return float(np.abs(np.cumsum(profile)[:-1]).max(initial=0.0))


def _edge_mistake(weights: Weights, vertical: float, horizontal: float) -> str:
    """The mistake of an edge filter that answers the wrong things."""
    if not weights.any():
        return "edge_all_zero"
    if horizontal > BLIND:
        return _answers_rows(weights, vertical)
    return "edge_weakly" if vertical > BLIND else "edge_neither"


def _answers_rows(weights: Weights, vertical: float) -> str:
    """The same for filters that are not blind to horizontal edges."""
    if vertical >= SEEN:
        even = np.allclose(weights, weights[::-1, ::-1], rtol=0.0, atol=BALANCE)
        return "edge_every_direction" if even else "edge_slanting"
    profile = weights.sum(axis=1)
    return "edge_horizontal_lines" if np.allclose(profile, profile[::-1], rtol=0.0, atol=BALANCE) else "edge_horizontal"


def _edge_pictures(weights: Weights) -> list[Picture]:
    """The filter, and its answers to a vertical and to a horizontal step."""
    height, width = (side + 11 for side in weights.shape)
    image = np.zeros((height, width))
    image[:, width // 2 :] = 1.0
    other = np.zeros((height, width))
    other[height // 2 :] = 1.0
    vertical, horizontal = (_answers(step[:, :, np.newaxis], weights[:, :, np.newaxis]) for step in (image, other))
    return [
        _picture("filter_scaled", weights),
        _picture("vertical_step", vertical),
        _picture("horizontal_step", horizontal),
    ]


# Her left shoulder --------------------------------------------------------------------------------------------------
def shoulder_form(value: Any) -> None:
    """CheckFailed unless `value` is a colour filter (h, w, 3) whose weights sum to 0 and whose channels differ."""
    weights = _weights(SHOULDER, value)
    if not weights.any():
        raise TEXTS.failure("shoulder_all_zero")
    _balanced(SHOULDER, weights, value)
    unit = _unit(weights)
    if np.allclose(unit, unit[:, :, :1], rtol=0.0, atol=BALANCE * np.abs(unit).max()):
        shown_filter = _evidence(SHOULDER, value, "channels", [_picture("filter", weights)])
        raise TEXTS.failure("shoulder_channels_alike", evidence=[shown_filter])


def shoulder_portrait(value: Any) -> None:
    """CheckFailed unless the filter answers the shoulder on the portrait 2.5 times as strongly as its negative does."""
    weights = _weights(SHOULDER, value)
    band = _band(*weights.shape[:2])
    answers = _answers(band, _unit(weights))
    if not _stands_out(answers):
        place = TEXTS.phrase("on_the_portrait", rows=ROWS, columns=COLUMNS)
        pictures = _shoulder_pictures(band, weights, answers)
        raise _shoulder_failure(value, weights, place, answers, [band], pictures)


def shoulder_synthetic(value: Any) -> None:
    """CheckFailed unless the same holds on synthetic edges at 45 degrees."""
    weights = _weights(SHOULDER, value)
    images = [_slope(transition, times * max(weights.shape[:2]) + more) for transition, times, more in EDGES]
    for number, image in enumerate(images):
        answers = _answers(image, _unit(weights))
        if not _stands_out(answers):
            place = TEXTS.phrase("on_a_softer_edge" if number else "on_a_sharp_edge")
            pictures = [] if number else _shoulder_pictures(np.rint(image).astype(np.uint8), weights, answers)
            raise _shoulder_failure(value, weights, place, answers, images, pictures)


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
    return TEXTS.failure(
        _shoulder_mistake(_unit(weights), images),
        place=place,
        largest=f"{largest:.4g}",
        opposite=f"{opposite:.4g}",
        ratio=RATIO,
        evidence=[_evidence(SHOULDER, value, "shoulder", pictures)] if pictures else (),
    )


def _shoulder_pictures(image: NDArray[np.uint8], weights: Weights, answers: Weights) -> list[Picture]:
    """The filter, the image with the place of the largest answer, the answers, and those of the negated filter."""
    height, width = weights.shape[:2]
    scaled = answers * np.abs(weights).sum()
    row, column = (int(i) for i in np.unravel_index(int(answers.argmax()), answers.shape))
    lowest = tuple(int(i) for i in np.unravel_index(int(answers.argmin()), answers.shape))
    return [
        _picture("filter", weights),
        _picture("image", np.ascontiguousarray(image), (row, column, height, width)),
        _picture("answers", scaled, (row, column, 1, 1)),
        _picture("negated_answers", -scaled, (lowest[0], lowest[1], 1, 1)),
    ]


# Designs that would be right after a change: the mistake, and the change.
MISREADINGS: tuple[tuple[str, Callable[[Weights], Weights]], ...] = (
    ("shoulder_bgr", lambda weights: weights[:, :, ::-1]),
    ("shoulder_viewers_left", lambda weights: weights[:, ::-1]),
    ("shoulder_sign", np.negative),
    ("shoulder_diagonal", lambda weights: weights[::-1]),
)


def _shoulder_mistake(unit: Weights, images: list[NDArray[Any]]) -> str:
    """The mistake: what would have to be changed for the filter to pass on `images`."""

    def would_do(changed: Weights) -> bool:
        return all(_stands_out(_answers(image, changed)) for image in images)

    if _by_planes(unit) and would_do(unit.transpose(1, 2, 0)):
        return "shoulder_planes_first"
    for key, change in MISREADINGS:
        if would_do(change(unit)):
            return key
    alike = np.allclose(unit, unit[::-1, ::-1], rtol=0.0, atol=BALANCE)
    return "shoulder_everything_alike" if alike else "shoulder_neither"


def _by_planes(unit: Weights) -> bool:
    """Whether the weights cancel in each plane along the first axis, and not in each channel."""
    balanced = np.abs(unit.sum(axis=(1, 2))).max() <= BALANCE
    return unit.shape == (3, 3, 3) and bool(balanced) and np.abs(unit.sum(axis=(0, 1))).max() > BALANCE
