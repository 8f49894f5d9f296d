"""Examples, oracles and known mistakes of `cifar_setup`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import Made, Misconception, Probe, Raises
from grader.suites import keras_strategies as draw
from grader.suites.cifar_layers import LAYERS, PARTS
from grader.suites.compiling import examples, with_accuracy
from grader.suites.single_layers import network
from grader.worker.models import synthetic

__all__ = ["PROBES", "STRATEGIES"]

STRATEGIES = "grader.suites.keras_strategies"
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


def _right(labels: Pixels) -> Pixels:
    return _rows(labels, 10)


def _twice(labels: Pixels) -> Pixels:
    rows: Pixels = np.eye(2)[_right(labels).astype(int)]
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
        _labels(_right, lambda y: y.astype(float)),
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
        _labels(lambda y: np.eye(10)[_right(y).astype(int)]),
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
        _labels(lambda y: _right(y)[:, np.newaxis] if y.ndim == 2 else _right(y)),
        "There is an axis of length 1 left.",
        "Labels may come as (n, 1) or (n,); the answer is (n, 10) both times.",
        "Flatten the labels first: `y.ravel()`.",
    ),
)

COUNTS = {
    "conv_1_weights": 864,
    "conv_1_biases": 32,
    "conv_2_weights": 9216,
    "conv_2_biases": 32,
    "total": 1_250_858,
}
COUNT_MISTAKES = tuple(
    Misconception(name, lambda given=given: COUNTS | given, observation, reason, step)
    for name, given, observation, reason, step in (
        (
            "biases counted in",
            {"conv_1_weights": 896, "conv_2_weights": 9248},
            "The biases are counted among the weights.",
            "A layer's kernel has 3 * 3 * channels * filters weights; the biases, one a filter, are counted apart.",
            "Leave the biases out of the two numbers of weights.",
        ),
        (
            "channels forgotten",
            {"conv_1_weights": 288, "conv_2_weights": 288},
            "The numbers of weights are those of filters with a single channel.",
            "Each filter covers all channels of what comes in: 3 of a picture, 32 of the first layer.",
            "Multiply by the number of channels as well.",
        ),
        (
            "channels forgotten",
            {"conv_2_weights": 288},
            "The second number of weights is that of filters with a single channel.",
            "A filter of the second layer covers the 32 channels that the first one gives.",
            "Multiply by the number of channels that come in.",
        ),
        (
            "channels forgotten",
            {"conv_2_weights": 864},
            "The second layer was given the three channels of a picture.",
            "The second layer gets 32 channels from the first.",
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
            {"total": 1_250_858 - 32 - 32 - 64 - 64 - 512 - 10},
            "The total has no biases.",
            "Biases are learned, too.",
            "Add one for each filter and each unit.",
        ),
        (
            "convolutions only",
            {"total": 65_568},
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


def unexamined(*args: Any) -> dict[str, Any]:
    """What `train` should lead to is judged by the suite, which knows only the shapes beforehand."""
    return {"class": "keras.History", "is_history": True}


def _digits() -> dict[str, Pixels]:
    with np.load(Path(__file__).with_name("digits.npz")) as file:
        return {name: file[name] for name in ("images", "labels")}


def _training() -> tuple[Pixels, Pixels, Pixels, Pixels]:
    digits = _digits()
    images = (digits["images"][..., np.newaxis] / 16).astype(np.float32)
    labels = _rows(digits["labels"], 10).astype(np.float32)
    return images[:300], labels[:300], images[300:], labels[300:]


METERED = Made("metered", {"input": [8, 8, 1], "number": 5}, "a small model for 8 x 8 digits")
MARKING = Made("marking", None, "an augmentation")
TRAINING = _training()
TABLE = (
    np.array([[[[0, 51, 255]]], [[[102, 204, 153]]]], np.uint8),
    np.array([[3], [0]], np.uint8),
    np.array([[[[255, 0, 51]]]], np.uint8),
    np.array([[7]], np.uint8),
)
FLAT = (*(array.ravel() if array.ndim == 2 else array for array in TABLE),)


def _prepare(oracle: Any, aim: list[int], mistakes: Any, **more: Any) -> Probe:
    hidden = draw.splits().map(lambda split: (*split, aim))
    public = tuple((*split, aim) for split in (TABLE, FLAT))
    return Probe("prepare", oracle, public, hidden, 14, mistakes, look="picked", scale=lambda *_: 1.0, **more)


PROBES = {
    "load": Probe("load_cifar10", data, ((),), misconceptions=LOADED),
    "scaled": _prepare(scaled, [0, 2], SCALING_MISTAKES),
    "one_hot": _prepare(one_hot, [1, 3], LABEL_MISTAKES),
    "prepare_form": _prepare(scaled, [0, 2], (), twice=True, intact=True, dtype="float32"),
    "network": Probe(
        "build_cifar10_model",
        lambda aim: network(LAYERS, aim),
        hidden=draw.aims([32, 32, 3], 10, input=[2, 32, 32, 3], pieces=[part.piece for part in PARTS]).map(
            lambda aim: (aim,)
        ),
        examples=1,
        look="network",
        scale=lambda *_: 1.0,
        rtol=1e-3,
    ),
    "compile": Probe("compile_cifar10_model", with_accuracy, hidden=examples(), examples=1, look="compiled", rtol=1e-3),
    "counts": Probe("weight_counts", lambda: COUNTS, ((),), misconceptions=COUNT_MISTAKES, twice=True),
    "normalise": Probe(
        "make_augmentation",
        normalised,
        ((draw.dots(1, 8, 6, 5), [[draw.dots(2, 3, 6, 5) / 2 + 0.5, False]]),),
        draw.statistics_calls(),
        8,
        NORMAL_MISTAKES,
        atol=6e-3,
        rtol=0.0,
        look="called",
    ),
    "train": Probe(
        "train",
        unexamined,
        ((METERED, MARKING, *TRAINING, 7, 32, None), (METERED, MARKING, *TRAINING, 2, 50, None)),
        look="trained",
    ),
}
