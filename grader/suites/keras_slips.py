"""Slips with pictures, filters and tiles in `vgg_assembly.py`: what code with each of them answers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import Made, Misconception, Raises, ShapeOf
from grader.suites.exercise_texts import texts
from grader.worker import models

__all__ = ["CENTRING_SLIPS", "FILTER_SLIPS", "RANKING_SLIPS", "tile_slips"]

TEXTS = texts("vgg_assembly")

Pixels = NDArray[Any]
MEANS = np.array([103.939, 116.779, 123.68])


# Filters ------------------------------------------------------------------------------------------------------------
def _of_layer(place: int, model: Made) -> Any:
    """The filters of the layer with a fixed number, whatever stands there."""
    channels, learning = model.given["input"][-1], 0
    for number, (kind, options) in enumerate(model.given["layers"]):
        if number == place and kind == "Conv2D":
            kernel = models.bank(
                (*options["kernel_size"], channels, options["filters"]), model.given["number"] + learning
            )
            return np.moveaxis(kernel, 3, 0)
        if number == place:
            return Raises("ValueError" if kind == "Dense" else "IndexError")
        learning += kind in ("Conv2D", "Dense")
        channels = options["filters"] if kind == "Conv2D" else channels
    return Raises("IndexError")


FILTER_SLIPS = (
    TEXTS.mistake("other_layer", lambda model: _of_layer(1, model)),
    TEXTS.mistake("other_layer", lambda model: _of_layer(0, model)),
)


# Tiles --------------------------------------------------------------------------------------------------------------


def tile_slips(tiled: Any) -> tuple[Misconception, ...]:
    """Slips of `tile_filters`, of which `tiled` gives the right answer."""

    def squares(weights: Pixels, size: int = 1, value: float = 0.0) -> Any:
        fits = math.isqrt(len(weights)) ** 2 == len(weights)
        return tiled(weights, size, value) if fits else Raises("ValueError")

    def of_axes(axes: int) -> Any:
        def answer(weights: Pixels, size: int = 1, value: float = 0.0) -> Any:
            return tiled(weights, size, value) if weights.ndim == axes else Raises("Exception")

        return answer

    def one_row(weights: Pixels, size: int = 1, value: float = 0.0) -> Any:
        count, height, width = weights.shape[:3]
        return ShapeOf((height + size, count * (width + size), *weights.shape[3:]))

    return (
        TEXTS.mistake("square_numbers_only", squares),
        TEXTS.mistake("number_of_axes_taken_for_granted", of_axes(3)),
        TEXTS.mistake("number_of_axes_taken_for_granted", of_axes(4)),
        TEXTS.mistake("tiles_in_one_row", one_row),
    )


# Pictures -----------------------------------------------------------------------------------------------------------
def _less(image: Pixels, means: Any) -> Pixels:
    batch: Pixels = (np.asarray(image, np.float64) - means)[np.newaxis]
    return batch


CENTRING_SLIPS = (
    TEXTS.mistake("one_mean_for_all_channels", lambda image: _less(image, MEANS.mean())),
    TEXTS.mistake("means_added", lambda image: _less(image, -MEANS)),
)


# Ranking ------------------------------------------------------------------------------------------------------------
def _at_most_all(probabilities: Pixels, labels: list[str], k: int = 5) -> list[Any]:
    order = np.argsort(probabilities)[::-1][: k - 1]
    return [[labels[i], float(probabilities[i])] for i in order]


def _numbered(probabilities: Pixels, labels: list[str], k: int = 5) -> Any:
    """Pairs of numbers, which travel as an array."""
    return np.array([[i, float(probabilities[i])] for i in np.argsort(probabilities)[::-1][:k]])


def _in_order_of_the_file(probabilities: Pixels, labels: list[str], k: int = 5) -> Any:
    return [[label, float(value)] for label, value in zip(labels[:k], probabilities, strict=False)]


RANKING_SLIPS = (
    TEXTS.mistake("size_off_by_one", _at_most_all),
    TEXTS.mistake("indices_instead_of_labels", _numbered),
    TEXTS.mistake("first_of_the_list_instead_of_the_best", _in_order_of_the_file),
)
