"""Examples, oracles and known mistakes of `read_bgr`, `transform_image`, `load_labels` and `top_k`."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from grader.probing import PictureFile, Probe, ShapeOf
from grader.suites import keras_strategies as draw
from grader.suites.exercise_texts import texts
from grader.suites.image_probes import DATA, PORTRAIT
from grader.suites.keras_slips import CENTRING_SLIPS, RANKING_SLIPS

__all__ = ["PROBES"]

TEXTS = texts("vgg_assembly")

Pixels = NDArray[Any]
MEANS = np.array([103.939, 116.779, 123.68])
# The ways to resize a gentle ramp (nearest, linear, cubic, area) are at most this many levels apart.
RESIZE_LEVELS = 16.0


def _open(picture: PictureFile | str) -> Image.Image:
    return Image.open(DATA / picture if isinstance(picture, str) else BytesIO(picture.data)).convert("RGB")


def bgr(picture: PictureFile | str, size: tuple[int, int] = (224, 224)) -> Any:
    """The picture resized, blue first; of the portrait the shape alone."""
    if isinstance(picture, str):
        return ShapeOf((size[1], size[0], 3))
    return np.asarray(_open(picture).resize(size, Image.Resampling.BILINEAR))[..., ::-1]


def _pixels(answer: Callable[[PictureFile, tuple[int, int]], Any]) -> Callable[..., Any]:
    def model(picture: PictureFile | str, size: tuple[int, int] = (224, 224)) -> Any:
        return None if isinstance(picture, str) else answer(picture, size)

    return model


def _fitted(picture: PictureFile | str, size: tuple[int, int]) -> Pixels:
    return np.asarray(ImageOps.fit(_open(picture), size, Image.Resampling.BILINEAR))[..., ::-1]


def _middle(picture: PictureFile | str, size: tuple[int, int]) -> Pixels:
    pixels = np.asarray(_open(picture))[..., ::-1]
    top, left = (max(pixels.shape[0] - size[1], 0) // 2, max(pixels.shape[1] - size[0], 0) // 2)
    return pixels[top : top + size[1], left : left + size[0]]


def _dealt(picture: PictureFile, size: tuple[int, int]) -> Pixels:
    return np.resize(np.asarray(_open(picture))[..., ::-1], (size[1], size[0], 3))


BGR_MISTAKES = (
    TEXTS.mistake("pixels_scrambled", _pixels(_dealt)),
    TEXTS.mistake("read_channels_in_rgb_order", _pixels(lambda picture, size: bgr(picture, size)[..., ::-1])),
    TEXTS.mistake("read_swapped_height_and_width", lambda picture, size=(224, 224): ShapeOf((size[0], size[1], 3))),
    TEXTS.mistake(
        "read_not_resized", lambda picture, size=(224, 224): ShapeOf((*np.asarray(_open(picture)).shape[:2], 3))
    ),
    TEXTS.mistake("read_ignores_an_argument", lambda picture, size=(224, 224): ShapeOf((224, 224, 3))),
    TEXTS.mistake("read_fitted", _pixels(lambda picture, size: _fitted(picture, size))),
    TEXTS.mistake("read_middle_only", _pixels(lambda picture, size: _middle(picture, size))),
    TEXTS.mistake(
        "read_corner_only", _pixels(lambda picture, size: np.asarray(_open(picture))[: size[1], : size[0], ::-1])
    ),
)


def centred(image: Pixels) -> Pixels:
    """The picture less the mean of each channel, with a batch axis."""
    batch: Pixels = (np.asarray(image, np.float64) - MEANS)[np.newaxis]
    return batch


CENTRING_MISTAKES = (
    TEXTS.mistake("centre_means_in_the_wrong_order", lambda image: (image.astype(float) - MEANS[::-1])[np.newaxis]),
    TEXTS.mistake("centre_scaled_after", lambda image: centred(image) / 255),
    TEXTS.mistake("centre_scaled_before", lambda image: centred(image / 255.0)),
    TEXTS.mistake("centre_batch_axis_missing", lambda image: centred(image)[0]),
    TEXTS.mistake("centre_not_centred", lambda image: image.astype(float)[np.newaxis]),
    TEXTS.mistake("centre_means_subtracted_twice", lambda image: centred(image) - MEANS),
    TEXTS.mistake("centre_turned_before", lambda image: centred(image[..., ::-1])),
    TEXTS.mistake("centre_turned_after", lambda image: centred(image)[..., ::-1]),
    TEXTS.mistake("centre_channels_first", lambda image: centred(image).transpose(0, 3, 1, 2)),
    TEXTS.mistake(
        "centre_mean_of_the_picture", lambda image: (image - image.astype(float).mean(axis=(0, 1)))[np.newaxis]
    ),
)


def labels_in(file: PictureFile) -> list[str]:
    """What follows the first blank of each line."""
    return [line.split(" ", 1)[1] for line in file.data.decode("ascii").splitlines()]


def _line(answer: Callable[[str], str]) -> Callable[[PictureFile], list[str]]:
    return lambda file: [answer(line) for line in file.data.decode("ascii").splitlines()]


LABEL_MISTAKES = (
    TEXTS.mistake("labels_identifier_kept", _line(lambda line: line)),
    TEXTS.mistake("labels_identifier_alone", _line(lambda line: line.split(" ")[0])),
    TEXTS.mistake("labels_first_word_of_a_label", _line(lambda line: line.split()[1])),
    TEXTS.mistake("labels_first_synonym_only", _line(lambda line: line.split(" ", 1)[1].split(",")[0])),
    TEXTS.mistake("labels_last_blank_splits", _line(lambda line: line.rsplit(" ", 1)[1])),
    TEXTS.mistake(
        "labels_line_end_kept",
        lambda file: [line.split(" ", 1)[1] for line in file.data.decode("ascii").splitlines(keepends=True)],
    ),
)


def best(probabilities: Pixels, labels: list[str], k: int = 5) -> list[Any]:
    """The k most probable labels with their probabilities, best first."""
    order = sorted(range(len(labels)), key=lambda index: -float(probabilities[index]))[:k]
    return [[labels[index], float(probabilities[index])] for index in order]


def _paired(indices: Callable[[Pixels, int], Any]) -> Callable[..., Any]:
    def model(probabilities: Pixels, labels: list[str], k: int = 5) -> list[Any]:
        return [[labels[i], float(probabilities[i])] for i in indices(probabilities, k)]

    return model


RANKING_MISTAKES = (
    TEXTS.mistake("top_best_last", _paired(lambda p, k: np.argsort(p)[-k:])),
    TEXTS.mistake("top_least_probable", _paired(lambda p, k: np.argsort(p)[:k])),
    TEXTS.mistake("top_always_five", _paired(lambda p, k: np.argsort(p)[::-1][:5])),
    TEXTS.mistake("top_always_all", _paired(lambda p, k: np.argsort(p)[::-1])),
    TEXTS.mistake(
        "top_labels_not_sorted",
        lambda p, labels, k=5: [[labels[i], float(value)] for i, value in enumerate(np.sort(p)[::-1][:k])],
    ),
    TEXTS.mistake(
        "top_probabilities_not_sorted",
        lambda p, labels, k=5: [[labels[i], float(p[n])] for n, i in enumerate(np.argsort(p)[::-1][:k])],
    ),
    TEXTS.mistake(
        "top_opposite_orders",
        lambda p, labels, k=5: [
            [labels[i], float(value)] for i, value in zip(np.argsort(p)[-k:], np.sort(p)[::-1][:k], strict=True)
        ],
    ),
    TEXTS.mistake(
        "top_label_and_probability_exchanged", lambda p, labels, k=5: [pair[::-1] for pair in best(p, labels, k)]
    ),
    TEXTS.mistake("top_labels_alone", lambda p, labels, k=5: [pair[0] for pair in best(p, labels, k)]),
)

SUNSET = draw.ramp(45, 70, 11)
BLUE = np.array([[[255, 0, 0], [104, 117, 124]], [[10, 20, 30], [200, 150, 100]], [[0, 0, 255], [1, 2, 3]]], np.uint8)
WORDS = PictureFile(
    "five_words.txt",
    b"n02123045 tabby, tabby cat\nn02112018 Pomeranian\nn03126707 crane\nn03891332 parking meter\n"
    b"n02012849 crane, wading bird\n",
)
FIVE = (np.array([0.1, 0.4, 0.05, 0.25, 0.2]), ["cat", "dog", "owl", "fox", "elk"])
# The real labels have "crane" twice, the bird and the machine.
CRANES = (np.array([0.2, 0.3, 0.4, 0.1]), ["crane", "pug", "crane", "owl"])
SIX = (np.array([0.05, 0.1, 0.3, 0.35, 0.02, 0.18], np.float32), ["cat", "dog", "owl", "fox", "elk", "hen"])


def _read(public: Any, hidden: Any) -> Probe:
    return Probe(
        "read_bgr", bgr, public, hidden, 8, BGR_MISTAKES, atol=RESIZE_LEVELS, rtol=0.0, twice=True, dtype="uint8"
    )


PROBES = {
    "read_bgr": _read(((SUNSET, (40, 24)), (PORTRAIT,)), draw.ramps()),
    "transform": Probe(
        "transform_image",
        centred,
        ((BLUE,), (BLUE[:2].astype(np.float32),)),
        draw.pictures(),
        20,
        CENTRING_MISTAKES + CENTRING_SLIPS,
        atol=0.005,
        rtol=0.0,
        dtype="float32",
    ),
    "transform_intact": Probe(
        "transform_image", centred, ((BLUE,),), draw.pictures(), 12, twice=True, intact=True, effects=True
    ),
    "labels": Probe("load_labels", labels_in, ((WORDS,),), draw.label_files(), 10, LABEL_MISTAKES, twice=True),
    "top_k": Probe(
        "top_k",
        best,
        ((*FIVE, 3), (*FIVE,), (*SIX, 1), (*SIX, 6), (*SIX,), (*CRANES, 3)),
        draw.probability_rows(),
        25,
        RANKING_MISTAKES + RANKING_SLIPS,
        twice=True,
        intact=True,
    ),
}
