"""Slips with pictures, filters and tiles in `vgg_assembly.py`: what code with each of them answers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import Made, Misconception, Raises, ShapeOf
from grader.worker import models

__all__ = ["CENTRING_SLIPS", "FILTER_SLIPS", "RANKING_SLIPS", "tile_slips"]

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


NUMBERED = (
    "These are the filters of the layer with a fixed number.",
    "In VGG-16 the first convolution is layer 1; other networks begin with other layers.",
    "Go through `model.layers`, and take the first one that is a Conv2D.",
)
FILTER_SLIPS = (
    Misconception("other layer", lambda model: _of_layer(1, model), *NUMBERED),
    Misconception("other layer", lambda model: _of_layer(0, model), *NUMBERED),
)


# Tiles --------------------------------------------------------------------------------------------------------------
SQUARES = (
    "Only square numbers of tiles get through: 1, 4, 9 and so on.",
    "A reshape to side x side tiles needs exactly as many; 5 tiles leave 4 places of a 3 x 3 grid empty.",
    "Add tiles of `pad_value` until there are `side ** 2`.",
)
GREYS = (
    "Only filters with colours, or only those without, get through.",
    "Filters of the first layer have colours, (n, h, w, 3); those of a later one are shown as (n, h, w).",
    "Let the code treat all axes behind the third alike: `weights.shape[3:]` holds them.",
)


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
        Misconception("square numbers only", squares, *SQUARES),
        Misconception("number of axes taken for granted", of_axes(3), *GREYS),
        Misconception("number of axes taken for granted", of_axes(4), *GREYS),
        Misconception(
            "tiles in one row",
            one_row,
            "All tiles stand side by side in one row.",
            "512 filters in one row cannot be looked at; a square grid can.",
            "Begin a new row after `ceil(sqrt(n))` tiles.",
        ),
    )


# Pictures -----------------------------------------------------------------------------------------------------------
def _less(image: Pixels, means: Any) -> Pixels:
    batch: Pixels = (np.asarray(image, np.float64) - means)[np.newaxis]
    return batch


CENTRING_SLIPS = (
    Misconception(
        "one mean for all channels",
        lambda image: _less(image, MEANS.mean()),
        "The same mean was subtracted from all channels.",
        "Blue, green and red have means of their own in the pictures that the network was trained on.",
        "Subtract 103.939, 116.779 and 123.68, one from each channel.",
    ),
    Misconception(
        "statistics from the images at hand",
        lambda image: _less(image, np.asarray(image, np.float64).mean(axis=(0, 1))),
        "The mean of this picture was subtracted, not that of the training pictures.",
        "Every picture has to be moved by the same amount, or the network sees bright and dark ones alike.",
        "Subtract 103.939, 116.779 and 123.68.",
    ),
    Misconception(
        "channels in RGB order",
        lambda image: _less(np.asarray(image)[..., ::-1], MEANS[::-1]),
        "Blue and red have changed places.",
        "The picture comes as BGR, and the published weights expect BGR.",
        "Leave the order of the channels as it is.",
    ),
    Misconception(
        "channels in RGB order",
        lambda image: _less(np.asarray(image)[..., ::-1], MEANS),
        "Blue and red have changed places before the means were subtracted.",
        "The picture comes as BGR, and so do the means.",
        "Leave the order of the channels as it is.",
    ),
    Misconception(
        "means added",
        lambda image: _less(image, -MEANS),
        "The means were added.",
        "Centring moves the values round zero, so the means are taken away.",
        "Subtract the means.",
    ),
)


# Ranking ------------------------------------------------------------------------------------------------------------
def _at_most_all(probabilities: Pixels, labels: list[str], k: int = 5) -> list[Any]:
    order = np.argsort(probabilities)[::-1][: k - 1]
    return [[labels[i], float(probabilities[i])] for i in order]


RANKING_SLIPS = (
    Misconception(
        "size off by one",
        _at_most_all,
        "One answer is missing.",
        "The end of a slice is not part of it: `[:k]` holds k entries.",
        "Cut with `[:k]`.",
    ),
    Misconception(
        "indices instead of labels",
        lambda p, labels, k=5: [[int(i), float(p[i])] for i in np.argsort(p)[::-1][:k]],
        "The places of the classes came back in the place of their labels.",
        "Whoever reads the answer wants to know what is in the picture.",
        "Take `labels[i]` for each index i.",
    ),
    Misconception(
        "first of the list instead of the best",
        lambda p, labels, k=5: [[labels[i], float(p[i])] for i in range(min(k, len(labels)))],
        "These are the first labels of the file, not the most probable ones.",
        "The order of the file says nothing about the picture.",
        "Sort the indices by probability first.",
    ),
)
