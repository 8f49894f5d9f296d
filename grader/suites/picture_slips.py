"""Slips around pictures, corners and sizes in `convolve.py`: what code with each of them answers."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from grader.probing import Misconception, PictureFile, Raises
from grader.suites.exercise_texts import texts
from grader.suites.slips import full_size_refused

__all__ = ["COLOUR_SLIPS", "CORNER_SLIPS", "GREY_SLIPS", "SHAPE_SLIPS"]

TEXTS = texts("convolve")

TELEVISION = np.array([0.2126, 0.7152, 0.0722])
Pixels = NDArray[Any]


# Reading ------------------------------------------------------------------------------------------------------------
def _read(key: str, answer: Callable[[Image.Image], Any]) -> Misconception:
    """A mistake in reading a picture."""

    def model(picture: PictureFile, grayscale: bool = False) -> Pixels:
        return np.asarray(answer(Image.open(BytesIO(picture.data))))

    return TEXTS.mistake(key, model)


def _rgb(picture: Image.Image) -> Pixels:
    return np.asarray(picture.convert("RGB"))


def _brightness(picture: Image.Image) -> Pixels:
    """Luminance as a JPEG decoder has it, which stores brightness apart from colour."""
    picture.draft("L", picture.size)
    return np.asarray(picture.convert("L"))


def _wrapping_mean(picture: Image.Image) -> Pixels:
    rgb = _rgb(picture)
    return (rgb[..., 0] + rgb[..., 1] + rgb[..., 2]) / 3


COLOUR_SLIPS = (
    _read("upside_down_upright", lambda picture: _rgb(picture)[::-1]),
    _read("picture_turned", lambda p: np.rot90(_rgb(p))),
)
GREY_SLIPS = (
    _read("grey_of_the_decoder", _brightness),
    _read("other_luma_weights", lambda picture: _rgb(picture) @ TELEVISION),
    _read("other_luma_weights", lambda picture: _rgb(picture) @ TELEVISION / 255.0),
    _read("uint8_wrap", _wrapping_mean),
    _read("mean_instead_of_luma", lambda p: _rgb(p).mean(axis=2) / 255.0),
)


# Corners ------------------------------------------------------------------------------------------------------------
def _resized(image: Pixels, rows: int, cols: int) -> Any:
    """What OpenCV makes of the whole picture; it refuses whole numbers of 64 bits, for example."""
    import cv2  # slow to start

    try:
        return cv2.resize(np.ascontiguousarray(image), (cols, rows))
    except cv2.error:
        return Raises("Exception")


def _centre(image: Pixels, rows: int, cols: int) -> Any:
    top, left = max(image.shape[0] - rows, 0) // 2, max(image.shape[1] - cols, 0) // 2
    return image[top : top + rows, left : left + cols]


def _three_axes(image: Pixels, rows: int, cols: int) -> Any:
    return image[:rows, :cols] if image.ndim == 3 else Raises("IndexError")


CORNER_SLIPS = (
    TEXTS.mistake("number_of_axes_taken_for_granted", _three_axes),
    TEXTS.mistake("resized_instead_of_cut", _resized),
    TEXTS.mistake("other_corner", lambda i, r, c: i[:r, -c:]),
    TEXTS.mistake("other_corner", lambda i, r, c: i[-r:, :c]),
    TEXTS.mistake("other_corner", _centre),
    TEXTS.mistake("counts_from_1", lambda i, r, c: i[1 : r + 1, 1 : c + 1]),
    TEXTS.mistake("counts_from_1", lambda i, r, c: i[1:r, 1:c]),
    TEXTS.mistake("rows_cut_twice", lambda i, r, c: i[:r][:c]),
)


# Sizes --------------------------------------------------------------------------------------------------------------
def _size(key: str, answer: Callable[[Any, Any], Any]) -> Misconception:
    """A mistake of `filtered_shape` on shapes that go together."""

    def model(image: Any, kernel: Any) -> Any:
        return answer(image, kernel) if min(_places(image, kernel)) >= 1 else None

    return TEXTS.mistake(key, model)


def _places(image: Any, kernel: Any) -> list[int]:
    return [image[axis] - kernel[axis] + 1 for axis in (0, 1)]


def _strict(image: Any, kernel: Any) -> Any:
    return Raises("ValueError") if full_size_refused(image, kernel) else _places(image, kernel)


def _number(image: Any, kernel: Any) -> int:
    rows, columns = _places(image, kernel)
    return rows * columns


SHAPE_SLIPS = (
    _size("filter_as_large_as_the_image_refused", _strict),
    _size("shape_of_full", lambda image, kernel: [image[axis] + kernel[axis] - 1 for axis in (0, 1)]),
    _size("number_of_places_instead_of_shape", _number),
)
