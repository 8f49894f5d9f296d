"""Hypothesis strategies of arguments: small arrays that reach the corners (1x1, extremes, every dtype and layout).

Recorded examples are drawn again when this file changes; texts belong elsewhere.
"""

from __future__ import annotations

import hashlib
from typing import Any

import imageio.v3 as iio
import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from grader.probing import PictureFile

__all__ = [
    "any_dtype_pairs",
    "channel_stacks",
    "colour_pairs",
    "equal_pairs",
    "families",
    "float32_colour_pairs",
    "grey_pairs",
    "jpeg_file",
    "laid_out",
    "misfits",
    "pair_families",
    "picture_files",
    "pictures",
    "png_file",
    "shape_misfits",
    "shape_pairs",
    "tables",
    "top_left_calls",
    "uint8_pairs",
    "unequal_pairs",
    "untouched_colour",
    "untouched_pairs",
    "varied_pairs",
]

Pixels = NDArray[Any]
INTEGERS = (np.int16, np.int32, np.int64)


BOUNDS = (1, 9, 9, 100, 10_000)


def _values(dtype: Any, bound: int) -> st.SearchStrategy[Any]:
    """Entries of a dtype within +-`bound`, its ends more often than chance has them."""
    kind = np.dtype(dtype)
    if kind.kind == "b":
        return st.booleans()
    if kind.kind == "f":
        # Multiples of 1/64 are exact in every float dtype, print well and stay clear of underflow.
        ends = st.sampled_from([0.0, 0.5, -bound, bound]).map(float)
        return st.one_of(st.integers(-64 * bound, 64 * bound).map(lambda number: number / 64), ends)
    info = np.iinfo(kind)
    low, high = max(int(info.min), -bound), min(int(info.max), bound)
    return st.one_of(st.integers(low, high), st.integers(low, high), st.sampled_from([low, high]))


def arrays(dtype: Any, shape: tuple[int, ...]) -> st.SearchStrategy[Pixels]:
    """Arrays of a dtype and shape; each has a magnitude of its own, so that no mistake hides behind large numbers."""
    bounds = st.sampled_from(BOUNDS)
    return bounds.flatmap(lambda bound: hnp.arrays(dtype, shape, elements=_values(dtype, bound), fill=st.nothing()))


@st.composite
def equal_pairs(draw: st.DrawFn, axes: int = 4) -> tuple[Any, ...]:
    """(a, b) of the same shape, one to `axes` dimensions, up to five entries a side, floats or integers."""
    return draw(_pairs_of(tuple(draw(st.lists(st.integers(1, 5), min_size=1, max_size=axes)))))


@st.composite
def tables(draw: st.DrawFn) -> tuple[Any, ...]:
    """(a, b) of the same shape, two dimensions of at least two entries: every memory layout differs."""
    return draw(_pairs_of((draw(st.integers(2, 5)), draw(st.integers(2, 5)))))


@st.composite
def _pairs_of(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[Any, ...]:
    dtypes = (np.float64, np.int64)
    return draw(arrays(draw(st.sampled_from(dtypes)), shape)), draw(arrays(draw(st.sampled_from(dtypes)), shape))


@st.composite
def pair_families(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Pairs that belong together: (a, c), (b, c), (2a - 3b, c), (c, a)."""
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=2)))
    a, b, c = (draw(arrays(np.int64, shape)).astype(float) / 4 for _ in range(3))
    return [(a, c), (b, c), (2 * a - 3 * b, c), (c, a)]


SMALL_DTYPES = (
    (np.uint8, np.uint8),
    (np.uint8, np.int8),
    (np.int8, np.int8),
    (np.int16, np.int16),
    (np.uint16, np.uint16),
    (np.int32, np.int32),
    (np.float32, np.float32),
)


@st.composite
def uint8_pairs(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """A pair of arrays of each kind whose products leave the range of their dtype, or whose dtype matters otherwise."""
    shape = tuple(draw(st.lists(st.integers(2, 4), min_size=1, max_size=2)))
    return [(draw(_large(a, shape)), draw(_large(b, shape))) for a, b in SMALL_DTYPES]


def _large(dtype: Any, shape: tuple[int, ...]) -> st.SearchStrategy[Pixels]:
    """Whole numbers from the upper part of what dtype and contract allow; of either sign where there is one."""
    kind = np.dtype(dtype)
    most = min(int(np.iinfo(kind).max), 10_000) if kind.kind in "iu" else 10_000
    entries = st.integers(most // 2, most)
    if kind.kind != "u":
        entries = st.one_of(entries, entries.map(lambda entry: -entry))
    return hnp.arrays(np.int64, shape, elements=entries, fill=st.nothing()).map(lambda array: array.astype(kind))


@st.composite
def unequal_pairs(draw: st.DrawFn) -> tuple[Any, ...]:
    """(a, b) of shapes that differ; most of them are such that NumPy would stretch one over the other."""
    rows, columns = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    full = (rows, columns)
    flat = [(columns,), (1, columns), (rows, 1), (1,), (rows + 1, columns)]
    other = draw(st.sampled_from([*flat, (1, rows, columns), (rows, columns, 1)]))
    a, b = draw(arrays(np.float64, full)), draw(arrays(np.float64, other))
    return (a, b) if draw(st.booleans()) else (b, a)


def laid(array: Pixels, form: str) -> Pixels:
    """The same values in another memory layout: "F", "strided", "readonly", or as they are."""
    if form == "F":
        return np.asfortranarray(array)
    if form == "strided":
        room = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        room[..., ::2] = array
        return room[..., ::2]
    fresh = array.copy()
    fresh.flags.writeable = form != "readonly"
    return fresh


@st.composite
def laid_out(draw: st.DrawFn, pairs: st.SearchStrategy[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The same pairs in Fortran order, strided, or read-only."""
    forms = st.sampled_from(["F", "strided", "readonly", "plain"])
    return tuple(laid(array, draw(forms)) for array in draw(pairs))


@st.composite
def grey_pairs(draw: st.DrawFn, image: Any = np.float64, kernel: Any = np.float64, most: int = 9) -> tuple[Any, ...]:
    """(image, filter), both 2-D, the filter anything from 1x1 to the image's own size; seldom square."""
    rows, columns = draw(st.integers(1, most)), draw(st.integers(1, most))
    height, width = draw(st.integers(1, min(rows, 4))), draw(st.integers(1, min(columns, 4)))
    return draw(arrays(image, (rows, columns))), draw(arrays(kernel, (height, width)))


@st.composite
def varied_pairs(draw: st.DrawFn) -> tuple[Any, ...]:
    """Grey pairs of floats or integers."""
    image = draw(st.sampled_from([np.float64, *INTEGERS]))
    return draw(grey_pairs(image, draw(st.sampled_from([np.float64, np.int64]))))


@st.composite
def colour_pairs(draw: st.DrawFn, dtype: Any = np.float64) -> tuple[Any, ...]:
    """(image, filter) of shapes (H, W, C) and (h, w, C) with C from 1 to 4."""
    rows, columns, channels = draw(st.integers(1, 7)), draw(st.integers(1, 7)), draw(st.integers(1, 4))
    height, width = draw(st.integers(1, min(rows, 4))), draw(st.integers(1, min(columns, 4)))
    return draw(arrays(dtype, (rows, columns, channels))), draw(arrays(dtype, (height, width, channels)))


def float32_colour_pairs() -> st.SearchStrategy[tuple[Any, ...]]:
    """Colour pairs in single precision, as layers compute."""
    return colour_pairs(np.float32)


def untouched_pairs() -> st.SearchStrategy[tuple[Any, ...]]:
    """Grey pairs in every memory layout."""
    return laid_out(grey_pairs(most=6))


def untouched_colour() -> st.SearchStrategy[tuple[Any, ...]]:
    """Colour pairs of floats or bytes, in every memory layout."""
    return laid_out(st.sampled_from([np.float64, np.uint8]).flatmap(colour_pairs))


@st.composite
def families(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Calls that belong together: the identity filter, shifts, a scaled image, a sum of two filters."""
    image = draw(arrays(np.int64, (draw(st.integers(3, 7)), draw(st.integers(3, 7))))).astype(float) / 2
    height, width = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    row, column = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
    shift = np.zeros((height, width))
    shift[row, column] = 1.0
    one, other = (draw(arrays(np.int64, (height, width))).astype(float) for _ in range(2))
    return [(image, np.ones((1, 1))), (image, shift), (image, one), (3 * image, one), (image, one + other)]


DTYPE_PAIRS = (
    (np.uint8, np.int64),
    (np.uint8, np.float64),
    (np.uint8, np.uint8),
    (np.uint8, np.int8),
    (np.int8, np.int8),
    (np.float32, np.float32),
    (np.int16, np.int16),
    (np.int32, np.float64),
    (np.uint16, np.float64),
    (np.uint32, np.float64),
    (np.bool_, np.float64),
)


@st.composite
def any_dtype_pairs(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """A grey pair of each kind in which the dtype matters: 8-bit images and filters, float32, small integers."""
    return [draw(grey_pairs(image, kernel, most=6)) for image, kernel in DTYPE_PAIRS]


@st.composite
def misfits(draw: st.DrawFn) -> tuple[Any, ...]:
    """(image, filter) that do not go together: too tall, too wide, other channels, other dimensions."""
    rows, columns, channels = draw(st.integers(2, 5)), draw(st.integers(2, 5)), draw(st.integers(2, 4))
    shapes = [
        ((rows, columns), (rows + 1, 1)),
        ((rows, columns), (1, columns + 1)),
        ((rows, columns), (rows + 2, columns + 2)),
        ((rows, columns, channels), (1, 1, channels + 1)),
        ((rows, columns, channels), (2, 2)),
        ((rows, columns, 1), (2, 2)),
        ((rows, columns), (2, 2, channels)),
        ((rows, columns), (1, 2, 1)),
        ((rows, columns, channels), (rows + 1, columns, channels)),
        ((rows, columns, channels), (2, 2, 1)),
    ]
    image, kernel = draw(st.sampled_from(shapes))
    return draw(arrays(np.float64, image)), draw(arrays(np.float64, kernel))


@st.composite
def shape_pairs(draw: st.DrawFn) -> tuple[Any, ...]:
    """(image_shape, filter_shape) that fit, grey or with channels on either."""
    rows, columns = draw(st.integers(1, 700)), draw(st.integers(1, 700))
    height, width = draw(st.integers(1, min(rows, 16))), draw(st.integers(1, min(columns, 16)))
    tails = draw(st.sampled_from([((), ()), ((3,), (3,)), ((3,), ()), ((), (3,)), ((4,), (1,))]))
    return (rows, columns, *tails[0]), (height, width, *tails[1])


@st.composite
def shape_misfits(draw: st.DrawFn) -> tuple[Any, ...]:
    """(image_shape, filter_shape) of which the filter is larger on at least one axis."""
    rows, columns = draw(st.integers(1, 20)), draw(st.integers(1, 20))
    larger = [(rows + 1, 1), (1, columns + 1), (rows + 3, columns + 2), (rows + 1, columns)]
    height, width = draw(st.sampled_from(larger))
    tail = draw(st.sampled_from([(), (3,)]))
    return (rows, columns, *tail), (height, width, *tail)


@st.composite
def top_left_calls(draw: st.DrawFn) -> tuple[Any, ...]:
    """(image, rows, cols), grey or colour; sometimes more is asked for than is there."""
    rows, columns = draw(st.integers(1, 8)), draw(st.integers(1, 8))
    tail = draw(st.sampled_from([(), (3,), (3,), (1,), (4,)]))
    dtype = draw(st.sampled_from([np.uint8, np.float64, np.float32, np.int8, np.int16, np.uint16, np.int64]))
    (image,) = draw(laid_out(arrays(dtype, (rows, columns, *tail)).map(lambda array: (array,))))
    return image, draw(st.integers(1, 10)), draw(st.integers(1, 10))


@st.composite
def picture_files(draw: st.DrawFn, grayscale: bool = False) -> tuple[Any, ...]:
    """(picture,), or (picture, True): an RGB PNG file."""
    picture = png_file("picture", draw(pictures()))
    return (picture, True) if grayscale else (picture,)


def png_file(stem: str, pixels: Pixels) -> PictureFile:
    """`pixels` as an RGB PNG; the name tells contents apart, whatever bytes this version of the encoder writes."""
    return PictureFile(f"{stem}-{_digest(pixels)}.png", iio.imwrite("<bytes>", pixels, extension=".png"))


def jpeg_file(stem: str, pixels: Pixels) -> PictureFile:
    """`pixels` as a JPEG of ordinary quality, colours at half the resolution."""
    data = iio.imwrite("<bytes>", pixels, extension=".jpg", quality=75)
    return PictureFile(f"{stem}-{_digest(pixels)}.jpg", data)


def _digest(pixels: Pixels) -> str:
    return hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()[:8]


@st.composite
def channel_stacks(draw: st.DrawFn) -> tuple[Any, ...]:
    """(filter_stack,) of shape (C, h, w) whose sides differ more often than not."""
    shape = (draw(st.integers(1, 5)), draw(st.integers(1, 5)), draw(st.integers(1, 5)))
    return (draw(arrays(np.float64, shape)),)


@st.composite
def pictures(draw: st.DrawFn) -> Pixels:
    """An (H, W, 3) uint8 picture whose channels differ a lot."""
    rows, columns = draw(st.integers(2, 9)), draw(st.integers(2, 9))
    return draw(hnp.arrays(np.uint8, (rows, columns, 3), elements=st.integers(0, 255), fill=st.nothing()))
