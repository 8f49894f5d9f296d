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

__all__ = ["PROBES", "portrait"]

PORTRAIT = "grace_hopper.jpg"
DATA = Path(__file__).resolve().parents[2] / "data"
LUMA = np.array([0.299, 0.587, 0.114])
# JPEG decoders may round their transform in different ways. Pillow, imageio and OpenCV agree on every pixel of the
# portrait; two levels leave room for others, and are far from the 6 to 13 levels by which a decoder's own grey is off.
JPEG_SLACK = 2.0
# Levels of 8-bit pictures are whole numbers, so anything below one half makes them exact.
EXACT = 0.001

Pixels = NDArray[Any]
Picture = PictureFile | str


def portrait() -> Pixels:
    """The portrait as (600, 512, 3) uint8."""
    return np.asarray(Image.open(DATA / PORTRAIT).convert("RGB"))


def _pixels(picture: Picture) -> Pixels:
    source = BytesIO(picture.data) if isinstance(picture, PictureFile) else DATA / picture
    return np.asarray(Image.open(source).convert("RGB"))


def loaded(picture: Picture, grayscale: bool = False) -> Any:
    """Pixels or luminance of a small file; of the whole portrait the shape alone, to keep the recording small."""
    rgb = _pixels(picture)
    if isinstance(picture, str):
        return ShapeOf(rgb.shape[:2] if grayscale else rgb.shape)
    return rgb @ LUMA if grayscale else rgb


def missing(path: str, grayscale: bool = False) -> Raises:
    """There is no such file, and any exception will do."""
    return Raises("Exception")


def levels(picture: Picture, grayscale: bool = False) -> float:
    """By how many grey levels an answer may be off."""
    name = picture if isinstance(picture, str) else picture.name
    return (1.0 if grayscale else EXACT) + (JPEG_SLACK if name.endswith(".jpg") else 0.0)


Mistaken = Callable[[Pixels], Any]


def _read(name: str, answer: Mistaken, observation: str, reason: str, next_step: str) -> Misconception:
    """A mistake of `load_image`; of the whole portrait a model gives the shape, where it gives one at all."""

    def model(picture: Picture, grayscale: bool = False) -> Any:
        given = answer(_pixels(picture))
        if isinstance(picture, str) and isinstance(given, np.ndarray):
            return ShapeOf(given.shape)
        return given

    return Misconception(name, model, observation, reason, next_step)


WIDTH_FIRST = (
    "Pillow's `size` is width by height; arrays are height by width, so a picture's shape is (rows, columns, ...).",
    "Convert with `np.array(picture)`, which gets both right, or reshape to (height, width, 3).",
)
ONE = (
    "An 8-bit picture has whole numbers from 0 to 255, and everything that follows in this course counts on that.",
    "Leave out the division by 255.",
)
BGR = (
    "OpenCV stores blue, green, red (BGR); this course, like most libraries, has red first (RGB).",
    "Turn the last axis round with `picture[:, :, ::-1]`, or use cv2.cvtColor with COLOR_BGR2RGB.",
)
WEIGHTS = (
    "Eyes respond strongly to green and weakly to blue, so a luminance is 0.299 R + 0.587 G + 0.114 B.",
    "Weight the three channels before adding them up.",
)
COLOUR_MISTAKES = (
    _read("channels in BGR order", lambda p: p[..., ::-1], "Red and blue have changed places: this is BGR.", *BGR),
    _read("values scaled to 0..1", lambda p: p / 255.0, "The values lie between 0 and 1.", *ONE),
    _read(
        "grey where colour is asked",
        lambda p: ShapeOf(p.shape[:2]),
        "The picture came back without its channels.",
        "Called with a path alone, `grayscale` is False, and the answer is in colour: (H, W, 3).",
        "Convert to grey only if `grayscale` is true.",
    ),
    _read("transposed axes", lambda p: p.swapaxes(0, 1), "Rows and columns have changed places.", *WIDTH_FIRST),
    _read(
        "swapped height and width",
        lambda p: ShapeOf((p.shape[1], p.shape[0], 3)),
        "Height and width have changed places in the shape.",
        *WIDTH_FIRST,
    ),
    _read(
        "channels first",
        lambda p: ShapeOf((3, *p.shape[:2])),
        "The channels are the first axis of the answer.",
        "This course has channels last: (H, W, 3).",
        "Return the array as imageio, Pillow or OpenCV give it.",
    ),
    _read(
        "alpha channel kept",
        lambda p: ShapeOf((*p.shape[:2], 4)),
        "There are four channels.",
        "The fourth one is opacity (alpha), which filters for red, green and blue have no use for.",
        'Ask for RGB, with Pillow for example by `.convert("RGB")`.',
    ),
)


def _alone(channel: int) -> Misconception:
    text = f"The answer is the {('red', 'green', 'blue')[channel]} channel alone."
    return _read("one channel only", lambda p: p[..., channel], text, *WEIGHTS)


GREY_MISTAKES = (
    _read(
        "ignores an argument",
        lambda p: p,
        "`grayscale` was True, and the picture came back in colour.",
        "The second parameter says what the caller wants; without an `if` it says nothing.",
        "Return (H, W) luminance if `grayscale` is true, colour otherwise.",
    ),
    _read(
        "three channels kept",
        lambda p: ShapeOf(p.shape),
        "The shape still has an axis for channels.",
        "A grey picture has one number a pixel, so its shape is (H, W).",
        "Leave out what stacks or repeats the grey values.",
    ),
    _read(
        "three channels kept",
        lambda p: ShapeOf((*p.shape[:2], 1)),
        "The shape still has an axis for channels, of length 1.",
        "A grey picture has one number a pixel, so its shape is (H, W).",
        "Take the last axis away, for example with `grey[:, :, 0]`.",
    ),
    _read("values scaled to 0..1", lambda p: p @ LUMA / 255.0, "The grey values lie between 0 and 1.", *ONE),
    _read("mean instead of luma", lambda p: p.mean(axis=2), "The answer is the plain mean of the channels.", *WEIGHTS),
    _alone(0),
    _alone(1),
    _alone(2),
    _read("channels in BGR order", lambda p: p[..., ::-1] @ LUMA, "Blue was weighted as if it were red.", *BGR),
    _read("transposed axes", lambda p: (p @ LUMA).T, "Rows and columns have changed places.", *WIDTH_FIRST),
    _read(
        "swapped height and width",
        lambda p: ShapeOf((p.shape[1], p.shape[0])),
        "Height and width have changed places in the shape.",
        *WIDTH_FIRST,
    ),
)


def corner(image: Pixels, rows: int, cols: int) -> Pixels:
    """The top-left corner."""
    return image[:rows, :cols]


ENDS = (
    "The end of a slice is not part of it: `image[:3]` has the rows 0, 1 and 2, which are three.",
    "Leave the numbers as they are: `image[:rows, :cols]`.",
)
CORNER_MISTAKES = (
    Misconception(
        "rows and columns exchanged",
        lambda image, rows, cols: image[:cols, :rows],
        "The number of rows was used for columns, and the number of columns for rows.",
        "The first index counts rows, from the top down; the second counts columns. x and y are the other way round.",
        "Put the rows in front of the comma.",
    ),
    Misconception(
        "size off by one",
        lambda image, rows, cols: image[: rows + 1, : cols + 1],
        "There is one row and one column too many.",
        *ENDS,
    ),
    Misconception(
        "size off by one",
        lambda image, rows, cols: image[: rows - 1, : cols - 1],
        "One row and one column are missing.",
        *ENDS,
    ),
    Misconception(
        "ignores an argument",
        lambda image, rows, cols: image,
        "The whole image came back, however much was asked for.",
        "Numbers that are written into the function fit one picture; `rows` and `cols` are what the caller wants.",
        "Use both parameters in the slice.",
    ),
    Misconception(
        "other corner",
        lambda image, rows, cols: image[-rows:, -cols:],
        "The bottom-right corner came back.",
        "A negative index counts from the end, so `image[-2:]` holds the last two rows.",
        "Start at the beginning: leave out the minus signs.",
    ),
)


def filtered(image_shape: Any, filter_shape: Any) -> Any:
    """[H - h + 1, W - w + 1], or ValueError."""
    sides = [image_shape[axis] - filter_shape[axis] + 1 for axis in (0, 1)]
    return sides if min(sides) >= 1 else Raises("ValueError")


def _size(name: str, answer: Callable[[Any, Any], Any], observation: str, reason: str, next_step: str) -> Misconception:
    """A mistake of `filtered_shape` that shows in the numbers; of filters that do not fit it says nothing."""

    def model(image_shape: Any, filter_shape: Any) -> Any:
        return None if isinstance(filtered(image_shape, filter_shape), Raises) else answer(image_shape, filter_shape)

    return Misconception(name, model, observation, reason, next_step)


def _side(axis: int) -> Callable[[Any, Any], Any]:
    return lambda image, kernel: [image[0] - kernel[axis] + 1, image[1] - kernel[axis] + 1]


COUNT = (
    "In a row of 5, a filter of 3 columns has the places 0, 1 and 2, which are 5 - 3 + 1.",
    "Subtract, then add one for the place where the filter starts.",
)
BOTH_SIDES = (
    "A filter has a height and a width, and they need not be equal.",
    "Use `filter_shape[0]` for rows and `filter_shape[1]` for columns.",
)
SIZE_MISTAKES = (
    _size(
        "same instead of valid",
        lambda image, kernel: list(image[:2]),
        "This is the size of the image itself, as after padding.",
        "Without padding the filter stays inside the image, and there are fewer places than pixels.",
        "Count the places of a filter of 3 columns in a row of 5 pixels.",
    ),
    _size("size off by one", lambda i, k: [i[0] - k[0], i[1] - k[1]], "Both numbers are one too small.", *COUNT),
    _size(
        "size off by one", lambda i, k: [i[0] - k[0] + 2, i[1] - k[1] + 2], "Both numbers are one too large.", *COUNT
    ),
    _size(
        "swapped height and width",
        lambda image, kernel: filtered(image, kernel)[::-1],
        "The number of columns comes first.",
        "Shapes begin with the number of rows, the height.",
        "Return (rows, columns).",
    ),
    _size("square filters only", _side(0), "The height of the filter was used for its width as well.", *BOTH_SIDES),
    _size("square filters only", _side(1), "The width of the filter was used for its height as well.", *BOTH_SIDES),
    _size(
        "three channels kept",
        lambda image, kernel: [i - k + 1 for i, k in zip(image, kernel, strict=False)],
        "The channels were counted like a third side.",
        "All channels of a patch go into one sum, so they leave no axis behind.",
        "Take the first two entries of each shape only.",
    ),
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
FILES = (draw.jpeg_file("cap", CAP), draw.png_file("primaries", PRIMARIES), PORTRAIT)
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
