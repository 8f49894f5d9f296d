"""Oracles and known mistakes of `weight_counts`, and of what `make_augmentation` does outside of training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.suites.cifar_layers import FILTERS, UNITS
from grader.suites.exercise_texts import texts

__all__ = ["COUNTS", "COUNT_MISTAKES", "NORMAL_MISTAKES", "normalised"]

TEXTS = texts("cifar_setup")

Pixels = NDArray[Any]

FIRST, SECOND = FILTERS
BIASES = 2 * FIRST + 2 * SECOND + UNITS + 10
# 3 x 3 filters over all channels that come in; what is left of 32 x 32 before the dense layers is 6 x 6.
CONVOLUTIONS = 9 * (3 * FIRST + FIRST * FIRST + FIRST * SECOND + SECOND * SECOND) + 2 * FIRST + 2 * SECOND
TOTAL = CONVOLUTIONS + (6 * 6 * SECOND + 1) * UNITS + (UNITS + 1) * 10
COUNTS = {
    "conv_1_weights": 9 * 3 * FIRST,
    "conv_1_biases": FIRST,
    "conv_2_weights": 9 * FIRST * FIRST,
    "conv_2_biases": FIRST,
    "total": TOTAL,
}
COUNT_MISTAKES = tuple(
    TEXTS.mistake(key, lambda given=given: COUNTS | given, first=FIRST)
    for key, given in (
        (
            "count_biases_counted_in",
            {"conv_1_weights": 9 * 3 * FIRST + FIRST, "conv_2_weights": 9 * FIRST * FIRST + FIRST},
        ),
        ("count_one_channel", {"conv_1_weights": 9 * FIRST, "conv_2_weights": 9 * FIRST}),
        ("count_one_channel_second", {"conv_2_weights": 9 * FIRST}),
        ("count_three_channels_second", {"conv_2_weights": 9 * 3 * FIRST}),
        ("count_one_bias_in_all", {"conv_1_biases": 1, "conv_2_biases": 1}),
        ("count_biases_forgotten", {"total": TOTAL - BIASES}),
        ("count_convolutions_only", {"total": CONVOLUTIONS}),
    )
)


def normalised(x_train: Pixels, aim: Any) -> Pixels:
    """The images less the training mean of each channel, divided by its population standard deviation."""
    images: Pixels = (aim[0][0] - _mean(x_train, (0, 1, 2))) / _std(x_train, (0, 1, 2))
    return images


def _mean(images: Pixels, axes: tuple[int, ...] | None) -> Any:
    return images.astype(np.float64).mean(axis=axes)


def _std(images: Pixels, axes: tuple[int, ...] | None) -> Any:
    return images.astype(np.float64).std(axis=axes)


def _normal(answer: Callable[[Pixels, Pixels], Any]) -> Callable[..., Any]:
    return lambda x_train, aim: answer(x_train.astype(np.float64), aim[0][0].astype(np.float64))


def _by(axes: tuple[int, ...] | None) -> Callable[[Pixels, Pixels], Any]:
    return lambda train, images: (images - _mean(train, axes)) / _std(train, axes)


NORMAL_MISTAKES = (
    TEXTS.mistake("normal_of_images_at_hand", _normal(lambda train, images: _by((0, 1, 2))(images, images))),
    TEXTS.mistake(
        "normal_of_each_image",
        _normal(
            lambda train, images: (
                (images - images.mean(axis=(1, 2), keepdims=True)) / images.std(axis=(1, 2), keepdims=True)
            )
        ),
    ),
    TEXTS.mistake("normal_one_statistic_for_all_channels", _normal(_by(None))),
    TEXTS.mistake("normal_statistics_of_every_pixel", _normal(_by((0,)))),
    TEXTS.mistake("normal_deviation_missing", _normal(lambda train, images: images - _mean(train, (0, 1, 2)))),
    TEXTS.mistake(
        "normal_variance_in_place_of_deviation",
        _normal(lambda train, images: (images - _mean(train, (0, 1, 2))) / _std(train, (0, 1, 2)) ** 2),
    ),
    TEXTS.mistake("normal_not_centred", _normal(lambda train, images: images / _std(train, (0, 1, 2)))),
    TEXTS.mistake("normal_not_normalised", _normal(lambda train, images: images)),
    TEXTS.mistake(
        "normal_deviation_before_centring",
        _normal(lambda train, images: images / _std(train, (0, 1, 2)) - _mean(train, (0, 1, 2))),
    ),
)
