"""Ways to read pictures, to cut corners, and to count places."""

# Written as students write; functions of the exercise are there in the module that a part is put into.
# ruff: noqa: C416, C417

from __future__ import annotations

import io
import itertools
from pathlib import Path

import cv2
import imageio.v2 as imageio
import imageio.v3 as iio
import matplotlib.image as mpimg
import numpy as np
from PIL import Image

LUMA = (0.299, 0.587, 0.114)


def load_image__pillow(path, grayscale=False):
    with Image.open(path) as picture:
        return np.array(picture.convert("L" if grayscale else "RGB"))


def load_image__imageio(path, grayscale=False):
    colour = iio.imread(path)[..., :3]
    return np.dot(colour, [0.299, 0.587, 0.114]) if grayscale else colour


def load_image__imageio_2(path, grayscale=False):
    colour = np.asarray(imageio.imread(path))
    if not grayscale:
        return colour
    red, green, blue = (colour[:, :, channel].astype(float) for channel in range(3))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def load_image__opencv(path, grayscale=False):
    picture = cv2.imread(path)
    if picture is None:
        raise FileNotFoundError(path)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY if grayscale else cv2.COLOR_BGR2RGB)


def load_image__decoded(path, grayscale=False):
    data = np.frombuffer(Path(path).read_bytes(), dtype=np.uint8)
    rgb = cv2.imdecode(data, cv2.IMREAD_COLOR)[:, :, ::-1]
    return np.einsum("hwc,c->hw", rgb, np.array(LUMA)) if grayscale else rgb


def load_image__bytes(path, grayscale=False):
    with open(path, "rb") as file:
        rgb = np.asarray(Image.open(io.BytesIO(file.read())).convert("RGB"))
    return np.average(rgb, axis=-1, weights=LUMA) if grayscale else rgb


def load_image__matplotlib(path, grayscale=False):
    picture = mpimg.imread(path)[..., :3]
    if picture.dtype != np.uint8:
        picture = (picture * 255).round().astype(np.uint8)
    return (picture @ np.array(LUMA)).round() if grayscale else picture


def load_image__tensordot(path, grayscale=False):
    picture = np.array(Image.open(path, mode="r").convert(mode="RGB"), dtype="uint8")
    return np.tensordot(picture, LUMA, axes=1).astype(np.float32) if grayscale else picture


def load_image__whole_numbers(path, grayscale=False):
    picture = np.asarray(Image.open(path).convert("RGB"))
    if not grayscale:
        return picture
    return np.rint(picture.astype(np.int64) @ np.array([299, 587, 114]) / 1000).astype(np.uint8)


# Corners ------------------------------------------------------------------------------------------------------------
def top_left__slice(image, rows, cols):
    return image[:rows, :cols]


def top_left__from_zero(image, rows, cols):
    return image[0:rows, 0:cols, ...]


def top_left__one_after_the_other(image, rows, cols):
    return image[:rows][:, :cols]


def top_left__least(image, rows, cols):
    height, width = image.shape[:2]
    return image[: min(rows, height), : min(cols, width)].copy()


def top_left__split(image, rows, cols):
    return np.split(np.split(image, [rows], axis=0)[0], [cols], axis=1)[0]


def top_left__take(image, rows, cols):
    rows, cols = min(rows, len(image)), min(cols, len(image[0]))
    return np.take(np.take(image, range(rows), axis=0), range(cols), axis=1)


def top_left__compress(image, rows, cols):
    return image[np.arange(image.shape[0]) < rows][:, np.arange(image.shape[1]) < cols]


def top_left__meshed(image, rows, cols):
    return image[np.ix_(range(image.shape[0])[:rows], range(image.shape[1])[:cols])]


def top_left__deleted(image, rows, cols):
    return np.delete(np.delete(image, np.s_[rows:], axis=0), np.s_[cols:], axis=1)


def top_left__comprehension(image, rows, cols):
    return np.array([[pixel for pixel in row[:cols]] for row in image[:rows]], dtype=image.dtype)


# Places -------------------------------------------------------------------------------------------------------------
def filtered_shape__by_name(image_shape, filter_shape):
    height, width, *_ = image_shape
    h, w, *_ = filter_shape
    if h > height or w > width:
        raise ValueError("too large")
    return height - h + 1, width - w + 1


def filtered_shape__comprehension(image_shape, filter_shape):
    shape = tuple(n - k + 1 for n, k in zip(image_shape[:2], filter_shape[:2], strict=True))
    if any(side < 1 for side in shape):
        raise ValueError("no place")
    return shape


def filtered_shape__counted(image_shape, filter_shape):
    sides = []
    for axis in (0, 1):
        places = len(range(image_shape[axis] - filter_shape[axis] + 1))
        if not places:
            raise ValueError(f"no place along axis {axis}")
        sides.append(places)
    return tuple(sides)


def filtered_shape__arrays(image_shape, filter_shape):
    shape = np.subtract(image_shape[:2], filter_shape[:2]) + 1
    if np.any(shape <= 0):
        raise ValueError("does not fit")
    return tuple(shape.tolist())


def filtered_shape__asked(image_shape, filter_shape):
    windows = np.lib.stride_tricks.sliding_window_view(np.broadcast_to(0, image_shape[:2]), filter_shape[:2])
    return windows.shape[:2]


def filtered_shape__matched(image_shape, filter_shape):
    match (*image_shape[:2], *filter_shape[:2]):
        case (height, width, h, w) if height >= h and width >= w:
            return height - h + 1, width - w + 1
        case _:
            raise ValueError("it does not fit")


def filtered_shape__mapped(image_shape, filter_shape):
    rows, cols = map(lambda n, k: n - (k - 1), *map(lambda shape: shape[:2], (image_shape, filter_shape)))
    if min(rows, cols) < 1:
        raise ValueError("it does not fit")
    return rows, cols


def filtered_shape__islice(image_shape, filter_shape):
    pairs = list(itertools.islice(zip(image_shape, filter_shape, strict=False), 2))
    if [1 for n, k in pairs if k > n]:
        raise ValueError(pairs)
    return [n - k + 1 for n, k in pairs]
