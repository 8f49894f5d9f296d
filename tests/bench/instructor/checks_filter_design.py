"""Checks of `filter_design` as an instructor would write them without this grader: one function a check."""

from __future__ import annotations

import imageio.v3 as iio
import numpy as np

from filter_design import (
    channels_last,
    horizontal_line_filter,
    left_shoulder_filter,
    prewitt_filter,
    prewitt_variants,
    quiz,
    vertical_edge_filter,
)

_PREWITT = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])


def _step(weights, axis):
    """The largest answer to a _step along an axis, of weights with a unit sum of magnitudes."""
    profile = np.asarray(weights, float).sum(axis=1 - axis) / np.abs(weights).sum()
    return np.abs(np.cumsum(profile)[:-1]).max(initial=0)


def _stands_out(image, weights):
    """Whether the filter answers 2.5 times as strongly as its negative."""
    weights = np.asarray(weights, float)
    windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape)
    answers = np.einsum("ijkabc,abc->ij", windows, weights)
    return answers.max() > 0 and answers.max() >= -2.5 * answers.min()


def test_line():
    assert np.shape(horizontal_line_filter()) == (3, 3)
    assert np.allclose(horizontal_line_filter(), [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]])


def test_edge_flat():
    weights = np.asarray(vertical_edge_filter(), float)
    assert weights.ndim == 2
    assert max(weights.shape) <= 15
    assert abs(weights.sum()) <= 1e-6 * np.abs(weights).sum()


def test_edge_vertical():
    weights = np.asarray(vertical_edge_filter(), float)
    assert _step(weights, axis=1) >= 0.1
    assert _step(weights, axis=0) <= 0.01


def test_prewitt():
    assert np.allclose(prewitt_filter(), _PREWITT)


def test_variants_transposed():
    assert np.allclose(prewitt_variants()["transposed"], _PREWITT.T)


def test_variants_flipped():
    assert np.allclose(prewitt_variants()["flipped"], _PREWITT[::-1])


def test_channels_last():
    for shape in ((2, 3, 4), (3, 3, 3), (5, 1, 2)):
        stack = np.arange(np.prod(shape)).reshape(shape)
        before = stack.copy()
        assert np.array_equal(channels_last(stack), np.moveaxis(before, 0, 2))
        assert (stack == before).all()


def test_shoulder_form():
    weights = np.asarray(left_shoulder_filter(), float)
    assert weights.ndim == 3
    assert weights.shape[2] == 3
    assert weights.any()
    assert abs(weights.sum()) <= 1e-6 * np.abs(weights).sum()
    assert not np.allclose(weights, weights[:, :, :1])


def test_shoulder_portrait():
    weights = left_shoulder_filter()
    height, width = np.shape(weights)[:2]
    assert _stands_out(iio.imread("grace_hopper.jpg")[360 : 430 + height, 420 : 500 + width], weights)


def test_shoulder_synthetic():
    weights = left_shoulder_filter()
    for side in (8, 12, 20):
        above = np.arange(side) > np.arange(side)[:, np.newaxis]
        image = np.where(above[..., np.newaxis], [105.0, 140.0, 200.0], [11.0, 11.0, 23.0])
        assert _stands_out(image, weights)


def test_quiz_line():
    assert quiz()["line_filter_detects"] == "horizontal lines"


def test_quiz_prewitt():
    assert quiz()["prewitt_detects"] == "horizontal edges"


def test_quiz_transposed():
    assert quiz()["prewitt_transposed_detects"] == "vertical edges"


def test_quiz_flipped():
    assert quiz()["prewitt_flipped_effect"] == "the sign of the response flips"
