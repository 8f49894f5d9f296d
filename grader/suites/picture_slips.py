"""Slips around pictures, corners and sizes in `convolve.py`: what code with each of them answers."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from grader.probing import Misconception, PictureFile, Raises, ShapeOf
from grader.suites.slips import full_size_refused

__all__ = ["COLOUR_SLIPS", "CORNER_SLIPS", "GREY_SLIPS", "SHAPE_SLIPS"]

DATA = Path(__file__).resolve().parents[2] / "data"
TELEVISION = np.array([0.2126, 0.7152, 0.0722])
Pixels = NDArray[Any]
Picture = PictureFile | str


# Reading ------------------------------------------------------------------------------------------------------------
def _opened(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture.data) if isinstance(picture, PictureFile) else DATA / picture)


def _read(
    name: str, answer: Callable[[Image.Image], Any], observation: str, reason: str, next_step: str
) -> Misconception:
    """A mistake in reading a picture; of the whole portrait the model gives the shape alone."""

    def model(picture: Picture, grayscale: bool = False) -> Any:
        given = np.asarray(answer(_opened(picture)))
        return ShapeOf(given.shape) if isinstance(picture, str) else given

    return Misconception(name, model, observation, reason, next_step)


def _rgb(picture: Image.Image) -> Pixels:
    return np.asarray(picture.convert("RGB"))


def _brightness(picture: Image.Image) -> Pixels:
    """Luminance as a JPEG decoder has it, which stores brightness apart from colour."""
    picture.draft("L", picture.size)
    return np.asarray(picture.convert("L"))


def _wrapping_mean(picture: Image.Image) -> Pixels:
    rgb = _rgb(picture)
    return (rgb[..., 0] + rgb[..., 1] + rgb[..., 2]) / 3


UPRIGHT = (
    "The first row of the picture came last.",
    "Plots count from the bottom up; arrays and pictures begin with the top row.",
    "Leave out the flip; if only the plot is upside down, change the plot.",
)
DECODER = (
    "These are the grey levels of the JPEG decoder, and they are not those of the colours.",
    "Asked for grey, a decoder takes the brightness that the file holds, before its colours are rounded and cut off. "
    "Where colours are strong, that is up to 13 levels off.",
    "Read in colour first, then take 0.299 R + 0.587 G + 0.114 B.",
)
OTHER_LUMA = (
    "The three channels were weighted, with other weights.",
    "0.2126, 0.7152 and 0.0722 belong to high-definition television, and scikit-image uses them.",
    "Luminance here is 0.299 R + 0.587 G + 0.114 B.",
)
WRAPPED = (
    "The channels were added as uint8, and the sums have wrapped round.",
    "An array of uint8 holds 0 to 255: 200 + 100 becomes 44 without a word.",
    "Convert to float before adding, for example with `picture.astype(float)`.",
)
COLOUR_SLIPS = (
    _read("upside down", lambda picture: _rgb(picture)[::-1], *UPRIGHT),
    _read(
        "swapped height and width", lambda p: np.rot90(_rgb(p)), "The picture was turned by 90 degrees.", *UPRIGHT[1:]
    ),
)
GREY_SLIPS = (
    _read("grey of the decoder", _brightness, *DECODER),
    _read("other luma weights", lambda picture: _rgb(picture) @ TELEVISION, *OTHER_LUMA),
    _read("other luma weights", lambda picture: _rgb(picture) @ TELEVISION / 255.0, *OTHER_LUMA),
    _read("uint8 wrap", _wrapping_mean, *WRAPPED),
    _read(
        "mean instead of luma",
        lambda p: _rgb(p).mean(axis=2) / 255.0,
        "The answer is the plain mean of the channels, divided by 255.",
        *OTHER_LUMA[1:],
    ),
)


# Corners ------------------------------------------------------------------------------------------------------------
def _resized(image: Pixels, rows: int, cols: int) -> Any:
    """Of a scaled picture, only the shape; OpenCV refuses whole numbers of 64 bits."""
    return Raises("error") if image.dtype == np.int64 else ShapeOf((rows, cols, *image.shape[2:]))


def _centre(image: Pixels, rows: int, cols: int) -> Any:
    top, left = max(image.shape[0] - rows, 0) // 2, max(image.shape[1] - cols, 0) // 2
    return image[top : top + rows, left : left + cols]


def _three_axes(image: Pixels, rows: int, cols: int) -> Any:
    return image[:rows, :cols] if image.ndim == 3 else Raises("IndexError")


RESIZED = (
    "The whole image was scaled down to the size that was asked for.",
    "Scaling shows everything, smaller; a corner is a part of the image, and its pixels stay as they are.",
    "Cut with a slice: `image[:rows, :cols]`.",
)
BEGINNING = (
    "Another part of the image came back.",
    "Row 0 and column 0 are the first ones, at the top and on the left.",
    "Begin both slices at the beginning: `image[:rows, :cols]`.",
)
TWICE = (
    "The rows were cut twice, and the columns not at all.",
    "`image[:rows]` is an image of all columns. A second pair of brackets counts rows again.",
    "Put both slices into one pair of brackets: `image[:rows, :cols]`.",
)
GREY_TOO = (
    "Images without channels do not get through.",
    "A grey image has two axes. Axes that a slice does not name stay whole, so colour needs no third index.",
    "Leave out the third index: `image[:rows, :cols]` is right for both.",
)
CORNER_SLIPS = (
    Misconception("resized instead of cut", _resized, *RESIZED),
    Misconception("other corner", lambda i, r, c: i[:r, -c:], *BEGINNING),
    Misconception("other corner", lambda i, r, c: i[-r:, :c], *BEGINNING),
    Misconception("other corner", _centre, *BEGINNING),
    Misconception("counts from 1", lambda i, r, c: i[1 : r + 1, 1 : c + 1], *BEGINNING),
    Misconception("counts from 1", lambda i, r, c: i[1:r, 1:c], *BEGINNING),
    Misconception("rows cut twice", lambda i, r, c: i[:r][:c], *TWICE),
    Misconception("number of axes taken for granted", _three_axes, *GREY_TOO),
)


# Sizes --------------------------------------------------------------------------------------------------------------
def _size(name: str, answer: Callable[[Any, Any], Any], observation: str, reason: str, next_step: str) -> Misconception:
    """A mistake of `filtered_shape` on shapes that go together."""

    def model(image: Any, kernel: Any) -> Any:
        return answer(image, kernel) if min(_places(image, kernel)) >= 1 else None

    return Misconception(name, model, observation, reason, next_step)


def _places(image: Any, kernel: Any) -> list[int]:
    return [image[axis] - kernel[axis] + 1 for axis in (0, 1)]


def _strict(image: Any, kernel: Any) -> Any:
    return Raises("ValueError") if full_size_refused(image, kernel) else _places(image, kernel)


def _number(image: Any, kernel: Any) -> int:
    rows, columns = _places(image, kernel)
    return rows * columns


SHAPE_SLIPS = (
    _size(
        "filter as large as the image refused",
        _strict,
        "A filter as large as the image was refused.",
        "Such a filter has one place: 5 - 5 + 1 = 1. It is too large only from one row or column more.",
        "Compare with `>` in the place of `>=`.",
    ),
    _size(
        "full instead of valid",
        lambda image, kernel: [image[axis] + kernel[axis] - 1 for axis in (0, 1)],
        "This is larger than the image: the filter hung over the rim on all sides.",
        "Without padding the filter stays inside the image, and there are fewer places than pixels.",
        "Count the places of a filter of 3 columns in a row of 5 pixels.",
    ),
    _size(
        "number of places instead of shape",
        _number,
        "Rows and columns were multiplied.",
        "A shape says how many rows and how many columns there are; their product hides both.",
        "Return the two numbers as a tuple: (rows, columns).",
    ),
)
