"""Draws the arrays of a result record as PNG pictures, with the patch that matters outlined."""

from __future__ import annotations

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from grader.errors import GraderError
from grader.model import Picture

__all__ = ["picture_caption", "png"]

_TARGET = 240  # pixels of the longer side of a small array
_LARGEST = 1024  # entries of a side that are drawn; what is larger loses rows and columns
_MID_GREY = 128
_NOT_FINITE = (255, 0, 255)
# Dark, bright, dark, from outside to inside: one of them stands out from any grey and any colour.
_OUTLINE = ((0, 0, 0), (255, 176, 0), (255, 176, 0), (0, 0, 0))

Pixels = NDArray[np.uint8]


def png(picture: Picture, scale: int | None = None) -> bytes:
    """Return `picture` as an 8-bit PNG, the same bytes for the same picture.

    `uint8` arrays are drawn as they are; `float32` ones from black (their minimum) to white (their maximum), over all
    channels at once, entries that are not finite in magenta, constant ones in mid-grey. Each entry becomes a square of
    `scale` pixels; without it, the longer side of a small array becomes about 240 pixels. `picture.mark` is framed
    from outside, on a canvas with a margin for the frame. Raises `GraderError` when the bytes do not fit the shape.
    """
    array = _array(picture)
    step = max(1, math.ceil(max(array.shape[:2]) / _LARGEST))
    pixels = _pixels(array)[::step, ::step]
    height, width = pixels.shape[:2]
    factor = scale or max(1, round(_TARGET / max(height, width)))
    image = Image.fromarray(pixels).resize((width * factor, height * factor), Image.Resampling.NEAREST)
    if picture.mark is not None:
        image = _outlined(image, picture.mark, factor / step)
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
    shape = picture.shape
    if picture.dtype not in ("uint8", "float32") or not (len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)):
        raise GraderError(f"A picture of shape {shape} and dtype {picture.dtype!r} cannot be drawn.")
    dtype = np.dtype(picture.dtype)
    if len(picture.data) != math.prod(shape) * dtype.itemsize:
        raise GraderError(f"A picture of shape {shape} and dtype {picture.dtype!r} holds {len(picture.data)} bytes.")
    array = np.frombuffer(picture.data, dtype=dtype).reshape(shape)
    return array if array.size else np.zeros((1, 1), dtype=np.float32)


def _pixels(array: NDArray[np.generic]) -> Pixels:
    if array.dtype == np.uint8:
        return array.astype(np.uint8)
    values = array.astype(np.float64)
    finite = np.isfinite(values)
    grey = np.full(values.shape, _MID_GREY, dtype=np.uint8)
    if finite.any():
        low, high = values[finite].min(), values[finite].max()
        if high > low:
            grey[finite] = np.rint((values[finite] - low) / (high - low) * 255.0).astype(np.uint8)
    return grey if finite.all() else _flagged(grey, finite)


def _flagged(grey: Pixels, finite: NDArray[np.bool_]) -> Pixels:
    colour = grey if grey.ndim == 3 else np.repeat(grey[:, :, np.newaxis], 3, axis=2)
    whole = finite if finite.ndim == 2 else finite.all(axis=2)
    colour[~whole] = _NOT_FINITE
    return colour


def _outlined(image: Image.Image, mark: tuple[int, int, int, int], factor: float) -> Image.Image:
    margin = len(_OUTLINE)
    framed = ImageOps.expand(image.convert("RGB"), border=margin, fill=(_MID_GREY,) * 3)
    top, left, height, width = (round(entry * factor) for entry in mark)
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
    finite = values[np.isfinite(values)]
    odd = values.size - finite.size
    note = f"; {odd} not finite, in magenta" if odd else ""
    if not finite.size:
        return f"no finite value{note}"
    low, high = finite.min(), finite.max()
    if low == high:
        return f"every value is {low:.4g}{note}"
    black, white = ("", "") if array.dtype == np.uint8 else (" (black)", " (white)")
    return f"from {low:.4g}{black} to {high:.4g}{white}{note}"
