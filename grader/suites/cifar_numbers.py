"""Oracles and known mistakes of `weight_counts`, and of what `make_augmentation` does outside of training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import Misconception
from grader.suites.cifar_layers import FILTERS, UNITS

__all__ = ["COUNTS", "COUNT_MISTAKES", "NORMAL_MISTAKES", "normalised"]

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
    Misconception(name, lambda given=given: COUNTS | given, observation, reason, step)
    for name, given, observation, reason, step in (
        (
            "biases counted in",
            {"conv_1_weights": 9 * 3 * FIRST + FIRST, "conv_2_weights": 9 * FIRST * FIRST + FIRST},
            "The biases are counted among the weights.",
            "A layer's kernel has 3 * 3 * channels * filters weights; the biases, one a filter, are counted apart.",
            "Leave the biases out of the two numbers of weights.",
        ),
        (
            "channels forgotten",
            {"conv_1_weights": 9 * FIRST, "conv_2_weights": 9 * FIRST},
            "The numbers of weights are those of filters with a single channel.",
            f"Each filter covers all channels of what comes in: 3 of a picture, {FIRST} of the first layer.",
            "Multiply by the number of channels as well.",
        ),
        (
            "channels forgotten",
            {"conv_2_weights": 9 * FIRST},
            "The second number of weights is that of filters with a single channel.",
            f"A filter of the second layer covers the {FIRST} channels that the first one gives.",
            "Multiply by the number of channels that come in.",
        ),
        (
            "channels forgotten",
            {"conv_2_weights": 9 * 3 * FIRST},
            "The second layer was given the three channels of a picture.",
            f"The second layer gets {FIRST} channels from the first.",
            "Multiply by the number of channels that come in.",
        ),
        (
            "one bias in all",
            {"conv_1_biases": 1, "conv_2_biases": 1},
            "There is one bias a layer.",
            "Every filter has a bias of its own.",
            "Count the filters.",
        ),
        (
            "biases forgotten",
            {"total": TOTAL - BIASES},
            "The total has no biases.",
            "Biases are learned, too.",
            "Add one for each filter and each unit.",
        ),
        (
            "convolutions only",
            {"total": CONVOLUTIONS},
            "The total is that of the convolutions.",
            "Dense layers learn as well, and most of the weights are theirs.",
            "Add the two dense layers.",
        ),
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


OWN = "Mean and deviation are those of the training images, for every picture that follows."
CHANNEL = "Each channel has a mean and a deviation of its own, over all images and all pixels: `axis=(0, 1, 2)`."
NORMAL_MISTAKES = (
    Misconception(
        "statistics from the images at hand",
        _normal(lambda train, images: _by((0, 1, 2))(images, images)),
        "Mean and deviation are those of the images that were handed to it.",
        "A test set that brings its own statistics is no longer a test.",
        OWN,
    ),
    Misconception(
        "statistics from the images at hand",
        _normal(
            lambda train, images: (
                (images - images.mean(axis=(1, 2), keepdims=True)) / images.std(axis=(1, 2), keepdims=True)
            )
        ),
        "Each image was normalised by its own mean and deviation.",
        "How bright a picture is compared with others is part of what it shows.",
        OWN,
    ),
    Misconception(
        "one statistic for all channels",
        _normal(_by(None)),
        "All channels share one mean and one deviation.",
        CHANNEL,
        "Take mean and standard deviation over the axes (0, 1, 2).",
    ),
    Misconception(
        "statistics of every pixel",
        _normal(_by((0,))),
        "Each pixel has a mean and a deviation of its own.",
        CHANNEL,
        "Take mean and standard deviation over the axes (0, 1, 2).",
    ),
    Misconception(
        "deviation missing",
        _normal(lambda train, images: images - _mean(train, (0, 1, 2))),
        "The images are centred, and not divided by the deviation.",
        "Afterwards each channel has a spread of 1.",
        "Divide by the standard deviation of each channel.",
    ),
    Misconception(
        "variance in place of deviation",
        _normal(lambda train, images: (images - _mean(train, (0, 1, 2))) / _std(train, (0, 1, 2)) ** 2),
        "The divisor is the variance.",
        "The standard deviation is the root of the variance, and has the unit of the pixels.",
        "Divide by the standard deviation of each channel.",
    ),
    Misconception(
        "not centred",
        _normal(lambda train, images: images / _std(train, (0, 1, 2))),
        "The mean is still there.",
        "Inputs round zero let weights learn in both directions.",
        "Subtract the mean of each channel first.",
    ),
    Misconception(
        "not normalised",
        _normal(lambda train, images: images),
        "The images came back as they were.",
        "The network is to see normalised images, in training and afterwards.",
        "Normalise in both cases, whatever `training` is.",
    ),
    Misconception(
        "deviation before centring",
        _normal(lambda train, images: images / _std(train, (0, 1, 2)) - _mean(train, (0, 1, 2))),
        "The images were divided first, and the mean was subtracted afterwards.",
        "The mean is that of the images as they were.",
        "Subtract first, then divide.",
    ),
)
