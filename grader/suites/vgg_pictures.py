"""Examples, oracles and known mistakes of `read_bgr`, `transform_image`, `load_labels` and `top_k`."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from grader.probing import Misconception, PictureFile, Probe, ShapeOf
from grader.suites import keras_strategies as draw
from grader.suites.image_probes import DATA, PORTRAIT
from grader.suites.keras_slips import CENTRING_SLIPS, RANKING_SLIPS

__all__ = ["PROBES"]

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
    Misconception(
        "pixels scrambled",
        _pixels(_dealt),
        "The pixels are not where they were: they were dealt out anew.",
        "np.resize cuts and repeats numbers; it knows nothing of rows and columns.",
        "Use cv2.resize, which scales the picture.",
    ),
    Misconception(
        "channels in RGB order",
        _pixels(lambda picture, size: bgr(picture, size)[..., ::-1]),
        "Red comes first.",
        "The published weights were trained on pictures with blue first, as OpenCV reads them.",
        "OpenCV's imread gives blue, green, red; what Pillow or imageio give has to be turned: `picture[:, :, ::-1]`.",
    ),
    Misconception(
        "swapped height and width",
        lambda picture, size=(224, 224): ShapeOf((size[0], size[1], 3)),
        "Height and width have changed places.",
        "`size` is (width, height), as cv2.resize takes it; arrays are (height, width, channels).",
        "Hand `size` to cv2.resize as it is.",
    ),
    Misconception(
        "not resized",
        lambda picture, size=(224, 224): ShapeOf((*np.asarray(_open(picture)).shape[:2], 3)),
        "The picture came back in its own size.",
        "The network takes pictures of one size only.",
        "Return what cv2.resize gives; it changes no array in place.",
    ),
    Misconception(
        "ignores an argument",
        lambda picture, size=(224, 224): ShapeOf((224, 224, 3)),
        "The picture is 224 pixels wide and high, whatever was asked for.",
        "`size` is what the caller wants.",
        "Hand `size` to cv2.resize.",
    ),
    Misconception(
        "cropped instead of resized",
        _pixels(lambda picture, size: _fitted(picture, size)),
        "The picture kept its proportions, and what did not fit was cut off.",
        "The network is to see the whole picture, even if that stretches it.",
        "Resize with cv2.resize to `size`, without cropping.",
    ),
    Misconception(
        "cropped instead of resized",
        _pixels(lambda picture, size: _middle(picture, size)),
        "Only the middle of the picture is there.",
        "The network is to see the whole picture.",
        "Resize with cv2.resize to `size`, without cropping.",
    ),
    Misconception(
        "cropped instead of resized",
        _pixels(lambda picture, size: np.asarray(_open(picture))[: size[1], : size[0], ::-1]),
        "Only the top-left corner of the picture is there.",
        "The network is to see the whole picture.",
        "Resize with cv2.resize; a slice or `ndarray.resize` cuts.",
    ),
)


def centred(image: Pixels) -> Pixels:
    """The picture less the mean of each channel, with a batch axis."""
    batch: Pixels = (np.asarray(image, np.float64) - MEANS)[np.newaxis]
    return batch


CENTRING_MISTAKES = (
    Misconception(
        "means in the wrong order",
        lambda image: (image.astype(float) - MEANS[::-1])[np.newaxis],
        "The mean of red was subtracted from blue, and the other way round.",
        "In a BGR picture channel 0 is blue, and blue loses 103.939.",
        "Write the means in the order of the channels: 103.939, 116.779, 123.68.",
    ),
    Misconception(
        "scaled to 0..1",
        lambda image: centred(image) / 255,
        "The centred values were divided by 255.",
        "The published weights expect 0 to 255 less the means.",
        "Leave out the division.",
    ),
    Misconception(
        "scaled to 0..1",
        lambda image: centred(image / 255.0),
        "The picture was divided by 255 before the means were subtracted.",
        "The means are those of pictures from 0 to 255, and so are the published weights.",
        "Leave out the division.",
    ),
    Misconception(
        "batch axis missing",
        lambda image: centred(image)[0],
        "The answer has three axes.",
        "A network takes batches: (1, H, W, 3) is a batch of one picture.",
        "Add an axis in front, for example with `picture[np.newaxis]`.",
    ),
    Misconception(
        "not centred",
        lambda image: image.astype(float)[np.newaxis],
        "The values are those of the picture itself.",
        "The network was trained on pictures that are centred round zero.",
        "Subtract the three means.",
    ),
    Misconception(
        "means subtracted twice",
        lambda image: centred(image) - MEANS,
        "The means were subtracted twice.",
        "Centring a centred picture moves it away from zero again.",
        "Subtract by hand, or with preprocess_input, not with both.",
    ),
    Misconception(
        "channels turned round",
        lambda image: centred(image[..., ::-1]),
        "The channels were turned round first.",
        "The picture has blue first already.",
        "Leave the order of the channels as it is.",
    ),
    Misconception(
        "channels turned round",
        lambda image: centred(image)[..., ::-1],
        "The channels were turned round at the end.",
        "The network expects blue first.",
        "Leave the order of the channels as it is.",
    ),
    Misconception(
        "channels first",
        lambda image: centred(image).transpose(0, 3, 1, 2),
        "The channels come before the rows.",
        "Keras has channels last: (1, H, W, 3).",
        "Leave out the transposition.",
    ),
    Misconception(
        "mean of the picture",
        lambda image: (image - image.astype(float).mean(axis=(0, 1)))[np.newaxis],
        "Each channel lost its own mean.",
        "The means are those of all training pictures: the brightness of this one is part of what it shows.",
        "Subtract 103.939, 116.779 and 123.68.",
    ),
)


def labels_in(file: PictureFile) -> list[str]:
    """What follows the first blank of each line."""
    return [line.split(" ", 1)[1] for line in file.data.decode("ascii").splitlines()]


def _line(answer: Callable[[str], str]) -> Callable[[PictureFile], list[str]]:
    return lambda file: [answer(line) for line in file.data.decode("ascii").splitlines()]


WHOLE = "A label may hold blanks and commas; only the identifier in front ends at a blank."
LABEL_MISTAKES = (
    Misconception(
        "identifier kept",
        _line(lambda line: line),
        "The identifier is still there.",
        WHOLE,
        "Split once: `line.split(' ', 1)[1]`.",
    ),
    Misconception(
        "identifier alone",
        _line(lambda line: line.split(" ")[0]),
        "The identifiers came back, not the labels.",
        WHOLE,
        "Take what stands behind the first blank.",
    ),
    Misconception(
        "first word of a label",
        _line(lambda line: line.split()[1]),
        "Only the first word of each label is there.",
        WHOLE,
        "Split once: `line.split(' ', 1)[1]`.",
    ),
    Misconception(
        "first synonym only",
        _line(lambda line: line.split(" ", 1)[1].split(",")[0]),
        "Only what stands before the first comma is there.",
        "First synonyms are not unique: two classes are called crane.",
        "Keep the whole label.",
    ),
    Misconception(
        "last blank splits",
        _line(lambda line: line.rsplit(" ", 1)[1]),
        "Only the last word of each label is there.",
        WHOLE,
        "Split at the first blank, not at the last one.",
    ),
    Misconception(
        "line end kept",
        lambda file: [line.split(" ", 1)[1] for line in file.data.decode("ascii").splitlines(keepends=True)],
        "The labels end with a line end.",
        "A line that was read from a file ends with a newline, and a label does not.",
        "Strip it: `line.strip()`, or read with `splitlines()`.",
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


DESCENDING = (
    "`np.argsort` sorts from small to large, so the best ones stand at the end.",
    "Turn the order round before you cut: `np.argsort(probabilities)[::-1][:k]`.",
)
RANKING_MISTAKES = (
    Misconception(
        "ascending order",
        _paired(lambda p, k: np.argsort(p)[-k:]),
        "The best of the answers comes last.",
        *DESCENDING,
    ),
    Misconception(
        "ascending order", _paired(lambda p, k: np.argsort(p)[:k]), "These are the least probable ones.", *DESCENDING
    ),
    Misconception(
        "ignores an argument",
        _paired(lambda p, k: np.argsort(p)[::-1][:5]),
        "Five answers came back, however many were asked for.",
        "`k` says how many the caller wants.",
        "Use `k` where the code has a 5.",
    ),
    Misconception(
        "ignores an argument",
        _paired(lambda p, k: np.argsort(p)[::-1]),
        "All answers came back, however many were asked for.",
        "`k` says how many the caller wants.",
        "Cut the list after `k` entries.",
    ),
    Misconception(
        "label and probability apart",
        lambda p, labels, k=5: [[labels[i], float(value)] for i, value in enumerate(np.sort(p)[::-1][:k])],
        "The probabilities are sorted, and the labels still stand in the order of the file.",
        "A probability belongs to the label with the same index.",
        "Sort indices (`np.argsort`), and take label and probability with the same one.",
    ),
    Misconception(
        "label and probability apart",
        lambda p, labels, k=5: [[labels[i], float(p[n])] for n, i in enumerate(np.argsort(p)[::-1][:k])],
        "The labels are sorted, and the probabilities are not.",
        "A probability belongs to the label with the same index.",
        "Take label and probability with the same index.",
    ),
    Misconception(
        "label and probability apart",
        lambda p, labels, k=5: [
            [labels[i], float(value)] for i, value in zip(np.argsort(p)[-k:], np.sort(p)[::-1][:k], strict=True)
        ],
        "The probabilities run downwards, and the labels upwards.",
        "A probability belongs to the label with the same index.",
        "Take label and probability with the same index.",
    ),
    Misconception(
        "label and probability exchanged",
        lambda p, labels, k=5: [pair[::-1] for pair in best(p, labels, k)],
        "The probability stands before the label.",
        "Pairs are (label, probability).",
        "Exchange the two.",
    ),
    Misconception(
        "labels alone",
        lambda p, labels, k=5: [pair[0] for pair in best(p, labels, k)],
        "The probabilities are missing.",
        "Pairs are (label, probability).",
        "Return a pair for each label.",
    ),
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
