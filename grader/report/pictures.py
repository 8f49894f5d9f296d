"""Draws the arrays of a result record as PNG pictures, with the patch that matters outlined."""

from __future__ import annotations

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from grader.model import Picture

__all__ = ["picture_caption", "png"]

_TARGET = 240  # pixels of the longer side of a small array
_MID_GREY = 128
# Dark, bright, dark, from outside to inside: one of them stands out from any grey and any colour.
_OUTLINE = ((0, 0, 0), (255, 176, 0), (255, 176, 0), (0, 0, 0))


def png(picture: Picture, scale: int | None = None) -> bytes:
    """Return `picture` as an 8-bit PNG, the same bytes for the same picture.

    `uint8` arrays are drawn as they are; `float32` ones from black (their minimum) to white (their maximum), over all
    channels at once, constant ones in mid-grey; their entries are finite. Each entry becomes a square of `scale`
    pixels; without it, the longer side of a small array becomes about 240 pixels. `picture.mark` is framed from
    outside, on a canvas with a margin for the frame.
    """
    pixels = _pixels(_array(picture))
    height, width = pixels.shape[:2]
    factor = scale or max(1, round(_TARGET / max(height, width)))
    image = Image.fromarray(pixels).resize((width * factor, height * factor), Image.Resampling.NEAREST)
    if picture.mark is not None:
        image = _outlined(image, picture.mark, factor)
    stream = io.BytesIO()
    image.save(stream, format="PNG", compress_level=6)
    return stream.getvalue()


def picture_caption(picture: Picture) -> str:
    """Return the caption with the shape and the range of values, which the greys of the picture cannot tell."""
    shape = " x ".join(str(side) for side in picture.shape)
    told = _range(_array(picture)) if math.prod(picture.shape) else "no entries"
    return f"{picture.caption} ({shape}): {told}"


def _array(picture: Picture) -> NDArray[np.generic]:
    """Return the array, a single zero in place of an empty one, which no PNG can hold."""
    array = np.frombuffer(picture.data, dtype=picture.dtype).reshape(picture.shape)
    return array if array.size else np.zeros((1, 1), dtype=np.float32)


def _pixels(array: NDArray[np.generic]) -> NDArray[np.uint8]:
    if array.dtype == np.uint8:
        return array.astype(np.uint8)
    values = array.astype(np.float64)
    low, high = values.min(), values.max()
    grey = np.full(values.shape, _MID_GREY, dtype=np.uint8)
    if high > low:
        grey[...] = np.rint((values - low) / (high - low) * 255.0)
    return grey


def _outlined(image: Image.Image, mark: tuple[int, int, int, int], factor: int) -> Image.Image:
    margin = len(_OUTLINE)
    framed = ImageOps.expand(image.convert("RGB"), border=margin, fill=(_MID_GREY,) * 3)
    top, left, height, width = (entry * factor for entry in mark)
    right, bottom = min(left + width, image.width), min(top + height, image.height)
    left, top = max(left, 0), max(top, 0)
    if right <= left or bottom <= top:
        return framed
    draw = ImageDraw.Draw(framed)
    for inset, colour in enumerate(_OUTLINE):
        corner = (left + inset, top + inset)
        draw.rectangle((*corner, right + 2 * margin - 1 - inset, bottom + 2 * margin - 1 - inset), outline=colour)
    return framed


def _range(array: NDArray[np.generic]) -> str:
    values = array.astype(np.float64)
    low, high = values.min(), values.max()
    if low == high:
        return f"every value is {low:.4g}"
    black, white = ("", "") if array.dtype == np.uint8 else (" (black)", " (white)")
    return f"from {low:.4g}{black} to {high:.4g}{white}"
