"""Hypothesis strategies of arguments for the Keras exercises: pictures, labels, small models, batches.

Recorded examples are drawn again when this file changes; texts belong elsewhere.
"""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from grader.probing import Made, PictureFile

__all__ = [
    "aims",
    "convolution_models",
    "dots",
    "label_files",
    "layer_calls",
    "pictures",
    "probability_rows",
    "ramps",
    "splits",
    "statistics_calls",
    "tile_stacks",
]

Pixels = NDArray[Any]
NUMBERS = st.integers(1, 60_000)
SYLLABLES = ("cat", "dog", "fox", "tabby", "reed", "owl", "bay", "grey", "pug", "crane", "ibex", "elk", "hen")


def rng(number: int) -> np.random.Generator:
    """The source of an example that would be slow to draw entry by entry."""
    return np.random.default_rng(number)


@st.composite
def aims(draw: st.DrawFn, /, shape: list[int], classes: int, **aim: Any) -> dict[str, Any]:
    """What the instrument `network` is told: the size asked for, and the number of a batch."""
    return {"build": shape, "classes": classes, "number": draw(NUMBERS)} | aim


@st.composite
def pictures(draw: st.DrawFn) -> tuple[Pixels]:
    """(picture,) of shape (H, W, 3), values 0..255, of a dtype that pictures come in."""
    shape = draw(st.integers(1, 6)), draw(st.integers(1, 6)), 3
    dtype = draw(st.sampled_from([np.uint8, np.uint8, np.float32, np.float64, np.int64]))
    return (rng(draw(NUMBERS)).integers(0, 256, shape).astype(dtype),)


def ramp(height: int, width: int, number: int) -> PictureFile:
    """A PNG whose channels grow gently to the right, downwards, and along the diagonal."""
    rows, columns = np.mgrid[0:height, 0:width]
    low, high = np.sort(rng(number).integers(0, 256, (2, 3)), axis=0)
    high = np.maximum(high, low + 60).clip(0, 255)
    share = np.stack([columns / width, rows / height, (rows + columns) / (height + width)], axis=2)
    memory = BytesIO()
    Image.fromarray(np.rint(low + share * (high - low)).astype(np.uint8)).save(memory, "PNG")
    return PictureFile(f"ramp_{height}x{width}_{number}.png", memory.getvalue())


@st.composite
def ramps(draw: st.DrawFn) -> tuple[PictureFile, tuple[int, int]]:
    """(picture file, (width, height))."""
    picture = ramp(draw(st.integers(40, 60)), draw(st.integers(61, 80)), draw(NUMBERS))
    return picture, (draw(st.integers(12, 30)), draw(st.integers(31, 48)))


@st.composite
def label_files(draw: st.DrawFn) -> tuple[PictureFile]:
    """(file,) of two to eight lines: identifier, blank, words with commas and blanks."""
    word = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=3).map(" ".join)
    label = st.lists(word, min_size=1, max_size=3).map(", ".join)
    labels = draw(st.lists(label, min_size=2, max_size=8))
    lines = [f"n{draw(st.integers(1, 99_999_999)):08d} {text}" for text in labels]
    data = ("\n".join(lines) + draw(st.sampled_from(["", "\n"]))).encode("ascii")
    return (PictureFile(f"words_{zlib.crc32(data):08x}.txt", data),)


@st.composite
def probability_rows(draw: st.DrawFn) -> tuple[Pixels, list[str], int]:
    """(probabilities, labels, k): no two probabilities alike, labels often, k from 1 to all."""
    count = draw(st.integers(1, 12))
    source = rng(draw(NUMBERS))
    values = source.permutation(np.arange(1, count + 1)) / (count * (count + 1) / 2)
    labels = [draw(st.sampled_from(SYLLABLES)) for _ in range(count)]
    return values.astype(draw(st.sampled_from([np.float32, np.float64]))), labels, draw(st.integers(1, count))


def model(shape: tuple[int, ...], number: int, layers: list[Any], **more: Any) -> Made:
    """A model that the worker makes."""
    says = "a model of " + ", ".join(kind for kind, _ in layers)
    return Made("sequential", {"input": list(shape), "layers": layers, "number": number} | more, says)


@st.composite
def convolution_models(draw: st.DrawFn) -> tuple[Made]:
    """(model,) whose first convolution has sides of its own, after a padding layer or not."""
    channels, filters = draw(st.sampled_from([1, 3, 4])), draw(st.sampled_from([2, 5, 6]))
    sides = [draw(st.integers(1, 4)), draw(st.integers(1, 4))]
    first = [["ZeroPadding2D", {"padding": [[1, 1], [1, 1]]}]] if draw(st.booleans()) else []
    convolutions = [
        ["Conv2D", {"filters": filters, "kernel_size": sides, "name": f"first_{draw(NUMBERS)}"}],
        ["Conv2D", {"filters": 3, "kernel_size": [2, 2]}],
    ]
    tail = [["Flatten", {}], ["Dense", {"units": 2}]]
    return (model((9, 8, channels), draw(NUMBERS), [*first, *convolutions, *tail]),)


INSIDE: list[Any] = [
    ["ZeroPadding2D", {"padding": [[1, 1], [1, 1]]}],
    ["Conv2D", {"filters": 4, "kernel_size": [3, 3], "activation": "relu", "name": "conv1_1"}],
    ["Dropout", {"rate": 0.5}],
    ["ZeroPadding2D", {"padding": [[1, 1], [1, 1]]}],
    ["Conv2D", {"filters": 4, "kernel_size": [3, 3], "activation": "relu", "name": "conv1_2"}],
    ["MaxPooling2D", {"pool_size": [2, 2]}],
    ["Flatten", {}],
    ["Dense", {"units": 6, "activation": "relu"}],
    ["Dropout", {"rate": 0.5}],
    ["Dense", {"units": 5, "activation": "softmax"}],
]


@st.composite
def layer_calls(draw: st.DrawFn) -> tuple[Made, Pixels, int]:
    """(model, batch, index of a layer, perhaps counted from the end)."""
    batch = rng(draw(NUMBERS)).standard_normal((draw(st.integers(1, 3)), 6, 8, 3)).astype(np.float32)
    index = draw(st.sampled_from([0, 1, 2, 4, 5, 6, 7, 8, 9, -1, -2, -3, -5, -6]))
    return model((6, 8, 3), draw(NUMBERS), INSIDE), batch, index


@st.composite
def tile_stacks(draw: st.DrawFn, colour: bool | None = None) -> tuple[Pixels]:
    """(stack,) of 1 to 11 tiles, grey or colour, floats of any range."""
    shape = [draw(st.integers(1, 11)), draw(st.integers(2, 4)), draw(st.integers(2, 5))]
    if draw(st.booleans()) if colour is None else colour:
        shape.append(3)
    source = rng(draw(NUMBERS))
    spread, middle = draw(st.sampled_from([0.01, 1.0, 100.0])), draw(st.sampled_from([-5.0, 0.0, 20.0]))
    return ((source.standard_normal(shape) * spread + middle).astype(draw(st.sampled_from([np.float32, np.float64]))),)


@st.composite
def splits(draw: st.DrawFn, aim: list[int]) -> tuple[Pixels, Pixels, Pixels, Pixels, list[int]]:
    """(x_train, y_train, x_test, y_test, aim): small pictures, labels (n, 1) or (n,), some classes missing."""
    size = (draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.sampled_from([1, 3])))
    source, form = rng(draw(NUMBERS)), draw(st.sampled_from([(1,), ()]))
    dtype = draw(st.sampled_from([np.uint8, np.float32, np.float64]))
    parts: list[Pixels] = []
    for count in (draw(st.integers(3, 6)), draw(st.integers(1, 2))):
        parts.append(source.integers(0, 256, (count, *size)).astype(dtype))
        parts.append(source.integers(0, draw(st.integers(1, 10)), (count, *form)).astype(np.uint8))
    parts[0].flat[0] = parts[2].flat[0] = 255
    return parts[0], parts[1], parts[2], parts[3], aim


def dots(number: int, count: int, height: int, width: int) -> Pixels:
    """Images (count, height, width, 3) float32 in 0..1; each channel and each row has a brightness of its own."""
    noise = rng(number).random((count, height, width, 3)) * np.array([0.6, 0.35, 0.2])
    gentle = np.linspace(0.0, 0.1, height)[:, np.newaxis, np.newaxis]
    images: Pixels = (noise + gentle + np.array([0.2, 0.05, 0.6])).astype(np.float32)
    return images


@st.composite
def statistics_calls(draw: st.DrawFn) -> tuple[Pixels, list[Any]]:
    """(x_train, [[images, False]]): training images, and others with another brightness and spread."""
    size = draw(st.integers(5, 8)), draw(st.integers(5, 8))
    train = dots(draw(NUMBERS), draw(st.integers(8, 12)), *size)
    factor, lift = draw(st.sampled_from([0.3, 0.6, 1.0])), draw(st.sampled_from([0.0, 0.05]))
    return train, [[dots(draw(NUMBERS), draw(st.integers(1, 3)), *size) * np.float32(factor) + np.float32(lift), False]]
