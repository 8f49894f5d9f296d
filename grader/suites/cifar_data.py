"""Oracles and known mistakes of `load_cifar10` and `prepare`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import Raises
from grader.suites.exercise_texts import texts
from grader.worker.models import synthetic

__all__ = ["LABEL_MISTAKES", "LOADED", "SCALING_MISTAKES", "data", "one_hot", "rows_of_ten", "scaled"]

TEXTS = texts("cifar_setup")

Pixels = NDArray[Any]


def data() -> list[Pixels]:
    """What `load_data` gives in a worker, as four arrays."""
    (x_train, y_train), (x_test, y_test) = synthetic()
    return [x_train, y_train, x_test, y_test]


LOADED = (
    TEXTS.mistake("load_pairs_left_nested", lambda: [list(pair) for pair in synthetic()]),
    TEXTS.mistake("load_train_and_test_exchanged", lambda: [data()[i] for i in (2, 3, 0, 1)]),
    TEXTS.mistake("load_other_order", lambda: [data()[i] for i in (0, 2, 1, 3)]),
)


def scaled(x_train: Pixels, y_train: Pixels, x_test: Pixels, y_test: Pixels, aim: list[int]) -> list[Pixels]:
    """Both sets of images divided by 255."""
    return [x_train / 255.0, x_test / 255.0]


def _images(answer: Callable[[Pixels, Pixels], list[Any]]) -> Callable[..., Any]:
    return lambda x_train, y_train, x_test, y_test, aim: answer(x_train.astype(float), x_test.astype(float))


SCALING_MISTAKES = (
    TEXTS.mistake("scale_test_missing", _images(lambda a, b: [a / 255, b])),
    TEXTS.mistake("scale_training_missing", _images(lambda a, b: [a, b / 255])),
    TEXTS.mistake("scale_not_scaled", _images(lambda a, b: [a, b])),
    TEXTS.mistake("scale_integer_division", _images(lambda a, b: [a // 255, b // 255])),
    TEXTS.mistake("scale_training_integer_division", _images(lambda a, b: [a // 255, b / 255])),
    TEXTS.mistake("scale_twice", _images(lambda a, b: [a / 255**2, b / 255**2])),
    TEXTS.mistake("scale_training_twice", _images(lambda a, b: [a / 255**2, b / 255])),
    TEXTS.mistake("scale_by_256", _images(lambda a, b: [a / 256, b / 256])),
    TEXTS.mistake("scale_round_zero", _images(lambda a, b: [a / 127.5 - 1, b / 127.5 - 1])),
    TEXTS.mistake(
        "scale_standardised", _images(lambda a, b: [(a - a.mean()) / (a.std() or 1), (b - b.mean()) / (b.std() or 1)])
    ),
    TEXTS.mistake("scale_train_and_test_exchanged", _images(lambda a, b: [b / 255, a / 255])),
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


LABEL_MISTAKES = (
    TEXTS.mistake("labels_numbers", _labels(lambda y: y.astype(float))),
    TEXTS.mistake("labels_test_numbers", _labels(rows_of_ten, lambda y: y.astype(float))),
    TEXTS.mistake("labels_numbers", _labels(lambda y: y.astype(float).ravel())),
    TEXTS.mistake("labels_one_hot_twice", _labels(lambda y: np.eye(10)[rows_of_ten(y).astype(int)])),
    TEXTS.mistake("labels_one_hot_twice", _labels(_twice)),
    TEXTS.mistake("labels_longest", _labels(lambda y: _rows(y, int(y.max()) + 1))),
    TEXTS.mistake(
        "labels_longest_training",
        lambda x_train, y_train, x_test, y_test, aim: (
            [_rows(y, int(y_train.max()) + 1) for y in (y_train, y_test)]
            if y_test.max() <= y_train.max()
            else Raises("IndexError")
        ),
    ),
    TEXTS.mistake(
        "labels_different", _labels(lambda y: _rows(np.unique(y, return_inverse=True)[1], len(np.unique(y))))
    ),
    TEXTS.mistake(
        "labels_extra_axis_kept", _labels(lambda y: rows_of_ten(y)[:, np.newaxis] if y.ndim == 2 else rows_of_ten(y))
    ),
)
