"""Oracles and known mistakes of `load_cifar10` and `prepare`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import Misconception, Raises
from grader.worker.models import synthetic

__all__ = ["LABEL_MISTAKES", "LOADED", "SCALING_MISTAKES", "data", "one_hot", "rows_of_ten", "scaled"]

Pixels = NDArray[Any]


def data() -> list[Pixels]:
    """What `load_data` gives in a worker, as four arrays."""
    (x_train, y_train), (x_test, y_test) = synthetic()
    return [x_train, y_train, x_test, y_test]


LOADED = (
    Misconception(
        "pairs left nested",
        lambda: [list(pair) for pair in synthetic()],
        "Two pairs came back.",
        "`load_data` gives a pair of pairs; four arrays are asked for.",
        "Unpack them: `(x_train, y_train), (x_test, y_test) = ...`, then return the four.",
    ),
    Misconception(
        "train and test exchanged",
        lambda: [data()[i] for i in (2, 3, 0, 1)],
        "The test images come first.",
        "The larger set is there to learn from.",
        "Return x_train, y_train, x_test, y_test in this order.",
    ),
    Misconception(
        "other order",
        lambda: [data()[i] for i in (0, 2, 1, 3)],
        "Both sets of images come first, then the labels.",
        "The order is that of the text: training images, training labels, test images, test labels.",
        "Return x_train, y_train, x_test, y_test in this order.",
    ),
)


def scaled(x_train: Pixels, y_train: Pixels, x_test: Pixels, y_test: Pixels, aim: list[int]) -> list[Pixels]:
    """Both sets of images divided by 255."""
    return [x_train / 255.0, x_test / 255.0]


def _images(answer: Callable[[Pixels, Pixels], list[Any]]) -> Callable[..., Any]:
    return lambda x_train, y_train, x_test, y_test, aim: answer(x_train.astype(float), x_test.astype(float))


SCALE = (
    "Weights start small and training takes small steps, so the network wants inputs of about that size: 0 to 1.",
    "Convert to float32, then divide by 255, both sets alike.",
)
SCALING_MISTAKES = (
    Misconception(
        "only one split scaled", _images(lambda a, b: [a / 255, b]), "The test images are not scaled.", *SCALE
    ),
    Misconception(
        "only one split scaled", _images(lambda a, b: [a, b / 255]), "The training images are not scaled.", *SCALE
    ),
    Misconception("not scaled", _images(lambda a, b: [a, b]), "The images are not scaled.", *SCALE),
    Misconception(
        "integer division",
        _images(lambda a, b: [a // 255, b // 255]),
        "Nearly all values are 0.",
        "`//` drops everything behind the point.",
        SCALE[1],
    ),
    Misconception(
        "integer division",
        _images(lambda a, b: [a // 255, b / 255]),
        "Nearly all training values are 0.",
        "`//`, and a conversion to whole numbers, drop everything behind the point.",
        SCALE[1],
    ),
    Misconception(
        "scaled twice", _images(lambda a, b: [a / 255**2, b / 255**2]), "The images were divided by 255 twice.", *SCALE
    ),
    Misconception(
        "scaled twice",
        _images(lambda a, b: [a / 255**2, b / 255]),
        "The training images were divided by 255 twice.",
        *SCALE,
    ),
    Misconception("other scale", _images(lambda a, b: [a / 256, b / 256]), "The divisor is 256.", *SCALE),
    Misconception(
        "other scale",
        _images(lambda a, b: [a / 127.5 - 1, b / 127.5 - 1]),
        "The images lie between -1 and 1.",
        "0 to 1 is asked for; centring comes later, with the augmentation.",
        SCALE[1],
    ),
    Misconception(
        "standardised",
        _images(lambda a, b: [(a - a.mean()) / (a.std() or 1), (b - b.mean()) / (b.std() or 1)]),
        "Mean and deviation were taken out.",
        "0 to 1 is asked for; centring comes later, with the augmentation.",
        SCALE[1],
    ),
    Misconception(
        "train and test exchanged",
        _images(lambda a, b: [b / 255, a / 255]),
        "Training and test images have changed places.",
        "Four arrays come in, and four go out in the same order.",
        "Compare the `return` with the parameters.",
    ),
)


def one_hot(x_train: Pixels, y_train: Pixels, x_test: Pixels, y_test: Pixels, aim: list[int]) -> list[Pixels]:
    """A row of ten for each label."""
    return [_rows(y_train, 10), _rows(y_test, 10)]


def _rows(labels: Pixels, classes: int) -> Pixels:
    rows = np.zeros((labels.size, classes))
    rows[np.arange(labels.size), labels.ravel()] = 1.0
    return rows


def _labels(answer: Callable[[Pixels], Any], second: Callable[[Pixels], Any] | None = None) -> Callable[..., Any]:
    return lambda x_train, y_train, x_test, y_test, aim: [answer(y_train), (second or answer)(y_test)]


def rows_of_ten(labels: Pixels) -> Pixels:
    """One row for each label, a 1 at its place."""
    return _rows(labels, 10)


def _twice(labels: Pixels) -> Pixels:
    rows: Pixels = np.eye(2)[rows_of_ten(labels).astype(int)]
    return rows


TEN = "The network has ten outputs, whatever classes a handful of pictures happens to hold."
LABEL_MISTAKES = (
    Misconception(
        "labels not one-hot",
        _labels(lambda y: y.astype(float)),
        "The labels are still class numbers.",
        "A class number is a name; categorical cross-entropy compares rows of probabilities.",
        "Use `keras.utils.to_categorical(y, 10)`.",
    ),
    Misconception(
        "labels not one-hot",
        _labels(rows_of_ten, lambda y: y.astype(float)),
        "The test labels are still class numbers.",
        "Validation compares rows of probabilities as well.",
        "Use `keras.utils.to_categorical(y, 10)` for both sets.",
    ),
    Misconception(
        "labels not one-hot",
        _labels(lambda y: y.astype(float).ravel()),
        "The labels are still class numbers.",
        "A class number is a name; categorical cross-entropy compares rows of probabilities.",
        "Use `keras.utils.to_categorical(y, 10)`.",
    ),
    Misconception(
        "one-hot twice",
        _labels(lambda y: np.eye(10)[rows_of_ten(y).astype(int)]),
        "The labels have three axes.",
        "What is one-hot already becomes one-hot once more.",
        "Call to_categorical once for each set.",
    ),
    Misconception(
        "one-hot twice",
        _labels(_twice),
        "The labels have three axes.",
        "What is one-hot already becomes one-hot once more.",
        "Call to_categorical once for each set.",
    ),
    Misconception(
        "classes guessed",
        _labels(lambda y: _rows(y, int(y.max()) + 1)),
        "The rows are as long as the largest label asks for.",
        TEN,
        "Say how many classes there are: `to_categorical(y, 10)`.",
    ),
    Misconception(
        "classes guessed",
        lambda x_train, y_train, x_test, y_test, aim: (
            [_rows(y, int(y_train.max()) + 1) for y in (y_train, y_test)]
            if y_test.max() <= y_train.max()
            else Raises("IndexError")
        ),
        "The rows are as long as the largest training label asks for.",
        TEN,
        "Say how many classes there are: `to_categorical(y, 10)`.",
    ),
    Misconception(
        "classes guessed",
        _labels(lambda y: _rows(np.unique(y, return_inverse=True)[1], len(np.unique(y)))),
        "The rows are as long as there are different labels.",
        TEN,
        "Say how many classes there are: `to_categorical(y, 10)`.",
    ),
    Misconception(
        "extra axis kept",
        _labels(lambda y: rows_of_ten(y)[:, np.newaxis] if y.ndim == 2 else rows_of_ten(y)),
        "There is an axis of length 1 left.",
        "Labels may come as (n, 1) or (n,); the answer is (n, 10) both times.",
        "Flatten the labels first: `y.ravel()`.",
    ),
)
