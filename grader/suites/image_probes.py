"""Examples, oracles and known mistakes of `load_image`, `top_left` and `filtered_shape`."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from grader.probing import Misconception, PictureFile, Probe, Raises, ShapeOf
from grader.suites import picture_slips as slips
from grader.suites import strategies as draw
from grader.suites.exercise_texts import texts

__all__ = ["PROBES", "portrait"]

TEXTS = texts("convolve")

PORTRAIT = "grace_hopper.jpg"
DATA = Path(__file__).resolve().parents[2] / "data"
LUMA = np.array([0.299, 0.587, 0.114])
# JPEG decoders may round their transform in different ways. Pillow, imageio and OpenCV agree on every pixel of the
# portrait; two levels leave room for others, and are far from the 6 to 13 levels by which a decoder's own grey is off.
JPEG_SLACK = 2.0
# Levels of 8-bit pictures are whole numbers, so anything below one half makes them exact.
EXACT = 0.001

Pixels = NDArray[Any]


def portrait() -> Pixels:
    """The portrait as (600, 512, 3) uint8."""
    return np.asarray(Image.open(DATA / PORTRAIT).convert("RGB"))


def _pixels(picture: PictureFile) -> Pixels:
    return np.asarray(Image.open(BytesIO(picture.data)).convert("RGB"))


def loaded(picture: PictureFile, grayscale: bool = False) -> Pixels:
    """Pixels, or their luminance."""
    rgb = _pixels(picture)
    return rgb @ LUMA if grayscale else rgb


def missing(path: str, grayscale: bool = False) -> Raises:
    """There is no such file, and any exception will do."""
    return Raises("Exception")


def levels(picture: PictureFile, grayscale: bool = False) -> float:
    """By how many grey levels an answer may be off."""
    return (1.0 if grayscale else EXACT) + (JPEG_SLACK if picture.name.endswith(".jpg") else 0.0)


Mistaken = Callable[[Pixels], Any]


def _read(key: str, answer: Mistaken, **values: Any) -> Misconception:
    """A mistake of `load_image`."""
    return TEXTS.mistake(key, lambda picture, grayscale=False: answer(_pixels(picture)), **values)


COLOUR_MISTAKES = (
    _read("load_channels_in_bgr_order", lambda p: p[..., ::-1]),
    _read("load_values_scaled_to_0_1", lambda p: p / 255.0),
    _read("load_grey_where_colour_is_asked", lambda p: ShapeOf(p.shape[:2])),
    _read("load_transposed_axes", lambda p: p.swapaxes(0, 1)),
    _read("load_swapped_height_and_width", lambda p: ShapeOf((p.shape[1], p.shape[0], 3))),
    _read("load_channels_first", lambda p: ShapeOf((3, *p.shape[:2]))),
    _read("load_alpha_channel_kept", lambda p: ShapeOf((*p.shape[:2], 4))),
)


def _alone(channel: int) -> Misconception:
    return _read("grey_one_channel", lambda p: p[..., channel], channel=("red", "green", "blue")[channel])


GREY_MISTAKES = (
    _read("grey_ignores_an_argument", lambda p: p),
    _read("grey_three_channels_kept", lambda p: ShapeOf(p.shape)),
    _read("grey_one_channel_kept", lambda p: ShapeOf((*p.shape[:2], 1))),
    _read("grey_values_scaled_to_0_1", lambda p: p @ LUMA / 255.0),
    _read("grey_mean_instead_of_luma", lambda p: p.mean(axis=2)),
    _alone(0),
    _alone(1),
    _alone(2),
    _read("grey_channels_in_bgr_order", lambda p: p[..., ::-1] @ LUMA),
    _read("grey_transposed_axes", lambda p: (p @ LUMA).T),
    _read("grey_swapped_height_and_width", lambda p: ShapeOf((p.shape[1], p.shape[0]))),
)


def corner(image: Pixels, rows: int, cols: int) -> Pixels:
    """The top-left corner."""
    return image[:rows, :cols]


CORNER_MISTAKES = (
    TEXTS.mistake("corner_rows_and_columns_exchanged", lambda image, rows, cols: image[:cols, :rows]),
    TEXTS.mistake("corner_too_large", lambda image, rows, cols: image[: rows + 1, : cols + 1]),
    TEXTS.mistake("corner_too_small", lambda image, rows, cols: image[: rows - 1, : cols - 1]),
    TEXTS.mistake("corner_ignores_an_argument", lambda image, rows, cols: image),
    TEXTS.mistake("corner_other_corner", lambda image, rows, cols: image[-rows:, -cols:]),
)


def filtered(image_shape: Any, filter_shape: Any) -> Any:
    """[H - h + 1, W - w + 1], or ValueError."""
    sides = [image_shape[axis] - filter_shape[axis] + 1 for axis in (0, 1)]
    return sides if min(sides) >= 1 else Raises("ValueError")


def _size(key: str, answer: Callable[[Any, Any], Any]) -> Misconception:
    """A mistake of `filtered_shape` that shows in the numbers; of filters that do not fit it says nothing."""

    def model(image_shape: Any, filter_shape: Any) -> Any:
        return None if isinstance(filtered(image_shape, filter_shape), Raises) else answer(image_shape, filter_shape)

    return TEXTS.mistake(key, model)


def _side(axis: int) -> Callable[[Any, Any], Any]:
    return lambda image, kernel: [image[0] - kernel[axis] + 1, image[1] - kernel[axis] + 1]


SIZE_MISTAKES = (
    _size("shape_same_instead_of_valid", lambda image, kernel: list(image[:2])),
    _size("shape_too_small", lambda i, k: [i[0] - k[0], i[1] - k[1]]),
    _size("shape_too_large", lambda i, k: [i[0] - k[0] + 2, i[1] - k[1] + 2]),
    _size("shape_swapped_height_and_width", lambda image, kernel: filtered(image, kernel)[::-1]),
    _size("shape_height_for_both", _side(0)),
    _size("shape_width_for_both", _side(1)),
    _size("shape_three_channels_kept", lambda image, kernel: [i - k + 1 for i, k in zip(image, kernel, strict=False)]),
)

PRIMARIES = np.array(
    [
        [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]],
        [[10, 20, 30], [200, 120, 40], [0, 0, 0], [90, 160, 250]],
        [[255, 255, 0], [64, 32, 200], [128, 128, 128], [30, 90, 15]],
    ],
    np.uint8,
)
CAP = np.ascontiguousarray(portrait()[60:100, 300:348])
# Small ones: who goes through the whole portrait pixel by pixel is right, too, and takes seconds.
FILES = (draw.jpeg_file("cap", CAP), draw.png_file("primaries", PRIMARIES))
TABLE = np.arange(12).reshape(3, 4)
BLOCK = np.arange(36, dtype=np.uint8).reshape(4, 3, 3)


def _load(public: tuple[Any, ...], hidden: Any, mistakes: tuple[Misconception, ...]) -> Probe:
    # A relative tolerance of one makes `levels` the tolerance.
    return Probe("load_image", loaded, public, hidden, 12, mistakes, rtol=1.0, scale=levels, twice=True)


def _shapes(public: tuple[Any, ...], hidden: Any, mistakes: tuple[Misconception, ...] = ()) -> Probe:
    return Probe("filtered_shape", filtered, public, hidden, 25, mistakes, twice=True)


PROBES = {
    "load_colour": _load(tuple((file,) for file in FILES), draw.picture_files(), COLOUR_MISTAKES + slips.COLOUR_SLIPS),
    "load_grey": _load(
        tuple((file, True) for file in FILES), draw.picture_files(grayscale=True), GREY_MISTAKES + slips.GREY_SLIPS
    ),
    "load_missing": Probe("load_image", missing, (("no_such_picture.jpg",), ("no_such_picture.png", True))),
    "top_left": Probe(
        "top_left",
        corner,
        ((TABLE, 2, 3), (BLOCK, 1, 2), (TABLE, 10, 10), (CAP, 20, 30)),
        draw.top_left_calls(),
        25,
        CORNER_MISTAKES + slips.CORNER_SLIPS,
        twice=True,
        intact=True,
    ),
    "shape": _shapes(
        (((600, 512, 3), (3, 5, 3)), ((5, 7), (2, 3)), ((4, 6), (1, 1)), ((4, 6), (4, 6))),
        draw.shape_pairs(),
        SIZE_MISTAKES + slips.SHAPE_SLIPS,
    ),
    "shape_misfit": _shapes((((3, 5), (4, 1)), ((3, 5), (1, 6)), ((600, 512, 3), (601, 513, 3))), draw.shape_misfits()),
}
