"""The failing example as one PNG: input with the filter's place, expected, yours and their difference, side by side."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from grader.check.blocks import digits_for, in_rows, number, products
from grader.check.failing import Array, Failing, Panel
from grader.check.showing import answers, call
from grader.check.verdicts import Verdict
from grader.illustrate import SMALL

__all__ = ["picture", "size"]

SCALE = 2  # drawn at twice the size, for screens with small pixels
SIDE, CELL, MARGIN, GAP, LINE = 200 * SCALE, 36 * SCALE, 14 * SCALE, 22 * SCALE, 18 * SCALE
EDGE = 2 * SCALE  # room around an array for the frame of its first entry
LEAST, WIDEST = 420 * SCALE, 1100 * SCALE
DARKEST, DARK = 150, 118  # the darkest grey behind numbers; on darker colours they are white
INK, FAINT, PAPER, GREY = (30, 34, 40), (96, 104, 114), (255, 255, 255), (128, 128, 128)
# From blue over white to orange, which everybody can tell apart: yours is smaller, the same, larger.
SMALLER, LARGER = (33, 102, 172), (201, 92, 0)
OUTLINE = ((0, 0, 0), (255, 176, 0), (0, 0, 0))  # one of them stands out from any grey and any colour
FONT, BOLDER = ImageFont.load_default(13 * SCALE), ImageFont.load_default(15 * SCALE)
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Tile:
    """One array on the picture: lines above it, one colour for each entry, and the numbers where they can be read."""

    lines: tuple[str, ...]
    pixels: Pixels
    texts: tuple[tuple[str, ...], ...] = ()
    mark: tuple[int, int, int, int] | None = None


def picture(verdict: Verdict, alone: bool = True) -> bytes | None:
    """The PNG of the example that a verdict speaks of; None where it speaks of none, or of one without arrays.

    A picture that stands `alone` says what was called, and what its words would say beside it.
    """
    failing = verdict.failing
    if failing is None or not failing.panels:
        return None
    drawn = [[_drawn(tile) for tile in group] for group in _groups(failing)]
    arrays = {name for name, arg in zip(failing.names, failing.args, strict=True) if isinstance(arg, np.ndarray)}
    title = call(failing, arrays).split("\n")[:1]
    page = _page(title, drawn, list(_below(verdict, failing))) if alone else _page([], drawn, [])
    stream = io.BytesIO()
    page.save(stream, format="PNG")
    return stream.getvalue()


def _below(verdict: Verdict, failing: Failing) -> Iterator[str]:
    """The products behind the entry that differs; answers that are no arrays, where no products tell them."""
    if failing.patch is not None:
        yield from products(failing.patch, failing.names, digits_for(failing)).split("\n")
    if failing.patch is None or failing.patch.given is None:
        texts = zip(("expected", "yours"), answers(verdict, failing), failing.both, strict=True)
        yield from (f"{name}: {words}" for name, words, panel in texts if panel is None and words)


def size(drawn: bytes) -> tuple[int, int]:
    """The width and the height at which a picture is meant to be seen, in pixels of a page."""
    with Image.open(io.BytesIO(drawn)) as image:
        return image.width // SCALE, image.height // SCALE


def _groups(failing: Failing) -> Iterator[list[Tile]]:
    """The tiles of each array of the call, of the answers, which have one scale, and of their difference."""
    digits = digits_for(failing)
    answers = [panel for panel in failing.both if panel is not None]
    together = _range([panel.array for panel in answers]) if failing.index is not None else None
    for panel in failing.panels:
        yield list(_tiles(panel, together if panel in answers else None, digits))
    expected, yours = failing.both
    if expected is not None and yours is not None and yours.wrong is not None:
        with np.errstate(all="ignore"):
            gap = np.where(yours.wrong, yours.array.astype(np.float64) - expected.array.astype(np.float64), 0.0)
        name = "yours - expected" if gap.ndim == 2 else "(yours - expected)"
        yield list(_tiles(Panel(name, gap, yours.shape, yours.mark, yours.channel), None, digits, difference=True))


def _tiles(panel: Panel, limits: tuple[float, float] | None, digits: int, difference: bool = False) -> Iterator[Tile]:
    """The array as it is where it is a picture; else a tile for each channel, or for the one that matters."""
    array = panel.array
    small = array.size <= SMALL
    low, high = limits or _range([array])
    if array.dtype == np.uint8 and not small:
        low, high = 0.0, 255.0
    lines = _caption(panel, low, high, small, difference)
    if array.ndim == 3 and array.shape[2] == 3 and not small and not difference:
        yield Tile((panel.name, *lines), _grey(array, low, high, 0), mark=panel.mark)
        return
    for at, (heading, plane, _) in enumerate(panel.slices()):
        if not small and array.ndim == 3 and at != (panel.channel or 0):
            continue
        grey = _grey(np.stack([plane] * 3, axis=-1), low, high, DARKEST if small else 0)
        pixels = _diverging(plane, max(-low, high)) if difference else grey
        texts = tuple(tuple(number(value, digits) for value in row) for row in plane) if small else ()
        yield Tile((heading, *lines), pixels, texts, panel.mark if panel.channel in (None, at) else None)


def _range(arrays: Sequence[Array]) -> tuple[float, float]:
    """The smallest and the largest number; what is no number counts as none."""
    values = np.concatenate([array.astype(np.float64).ravel() for array in arrays])
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)


def _caption(panel: Panel, low: float, high: float, small: bool, difference: bool) -> tuple[str, str]:
    """The shape and the kind of numbers; their range, and what black and white stand for where no numbers stand."""
    dtype = panel.array.dtype
    shape = " x ".join(map(str, panel.shape)) + (f", {dtype}" if dtype not in (np.float64, np.int64) else "")
    least, most = _range([panel.array])
    values = f"{number(least)} to {number(most)}" if most > least else f"every value is {number(least)}"
    if difference:
        return f"{shape}: {values}", "blue: yours is smaller; orange: larger"
    return shape, values if small or (least, most) == (low, high) else f"{values} ({number(high)} is white)"


def _grey(array: Array, low: float, high: float, darkest: int) -> Pixels:
    """From `darkest`, the lowest, to white, the highest; mid-grey where all is one number or where there is none."""
    values = array.astype(np.float64)
    with np.errstate(all="ignore"):
        share = (values - low) / (high - low) if high > low else np.full(values.shape, np.nan)
        scaled = np.nan_to_num(darkest + share * (255 - darkest), nan=float(max(darkest, GREY[0])))
    pixels: Pixels = np.rint(np.clip(scaled, darkest, 255)).astype(np.uint8)
    return pixels


def _diverging(plane: Array, peak: float) -> Pixels:
    """White where there is no difference, the two colours at the largest one; mid-grey where there is no number."""
    share = np.clip(np.nan_to_num(plane, nan=0.0, posinf=peak, neginf=-peak) / (peak or 1.0), -1, 1)[..., None]
    ends = np.where(share < 0, np.array(SMALLER), np.array(LARGER))
    colours = np.array(PAPER) + (ends - np.array(PAPER)) * np.abs(share)
    colours[np.isnan(plane)] = GREY
    pixels: Pixels = np.rint(colours).astype(np.uint8)
    return pixels


def _drawn(tile: Tile) -> Image.Image:
    """A tile as an image of its own: lines of text, then the array with its mark."""
    body = _cells(tile) if tile.texts else _enlarged(tile)
    wide = max(body.width, *(int(FONT.getlength(line)) + 1 for line in tile.lines))
    image = Image.new("RGB", (wide, len(tile.lines) * LINE + body.height), PAPER)
    draw = ImageDraw.Draw(image)
    for at, line in enumerate(tile.lines):
        draw.text((0, at * LINE), line, fill=FAINT if at else INK, font=FONT)
    image.paste(body, (0, len(tile.lines) * LINE))
    return image


def _cells(tile: Tile) -> Image.Image:
    """Large squares with their numbers in them."""
    rows, columns = tile.pixels.shape[:2]
    wide = max(CELL, *(int(FONT.getlength(text)) + 10 * SCALE for row in tile.texts for text in row))
    image = Image.new("RGB", (columns * wide + 2 * EDGE, rows * CELL + 2 * EDGE), PAPER)
    draw = ImageDraw.Draw(image)
    for row, texts in enumerate(tile.texts):
        for column, text in enumerate(texts):
            left, top = column * wide + EDGE, row * CELL + EDGE
            colour = tuple(map(int, tile.pixels[row, column]))
            draw.rectangle((left, top, left + wide, top + CELL), fill=colour, outline=GREY, width=SCALE // 2)
            ink = PAPER if sum(colour) < 3 * DARK else INK
            draw.text((left + wide // 2, top + CELL // 2), text, fill=ink, font=FONT, anchor="mm")
    _outline(draw, tile.mark, (wide, CELL))
    return image


def _enlarged(tile: Tile) -> Image.Image:
    """The array with its longer side at a size at which it can be seen."""
    rows, columns = tile.pixels.shape[:2]
    factor = SIDE / max(rows, columns)
    factor = max(1, round(factor)) if factor >= 1 else factor
    size = max(1, round(columns * factor)), max(1, round(rows * factor))
    how = Image.Resampling.NEAREST if factor >= 1 else Image.Resampling.BOX
    image = Image.new("RGB", (size[0] + 2 * EDGE, size[1] + 2 * EDGE), PAPER)
    image.paste(Image.fromarray(tile.pixels).resize(size, how), (EDGE, EDGE))
    draw = ImageDraw.Draw(image)
    draw.rectangle((EDGE - 1, EDGE - 1, size[0] + EDGE, size[1] + EDGE), outline=GREY)
    _outline(draw, tile.mark, (factor, factor))
    return image


def _outline(draw: ImageDraw.ImageDraw, mark: tuple[int, int, int, int] | None, cell: tuple[float, float]) -> None:
    """Frames what is marked, from outside, so that a single pixel can be seen in it."""
    if mark is None:
        return
    top, left, height, width = mark
    box = [left * cell[0], top * cell[1], (left + width) * cell[0], (top + height) * cell[1]]
    for inset, colour in enumerate(OUTLINE):
        step = (1 - inset) * SCALE
        x, y, right, bottom = (round(side) + EDGE for side in box)
        draw.rectangle((x - step, y - step, right + step, bottom + step), outline=colour, width=SCALE)


def _page(title: Sequence[str], groups: Sequence[Sequence[Image.Image]], below: Sequence[str]) -> Image.Image:
    """The tiles in rows, between the call and what there is to read below."""
    rows = in_rows(groups, GAP, WIDEST)
    wide = max(
        *(int(BOLDER.getlength(line)) + 1 for line in title),
        *(sum(one.width + GAP for one in row) - GAP for row in rows),
        LEAST,
    )
    told = [part for line in below for part in _wrapped(line, wide)]
    high = sum(max(one.height for one in row) + GAP for row in rows)
    page = Image.new("RGB", (wide + 2 * MARGIN, (len(title) + len(told)) * LINE + high + 2 * MARGIN), PAPER)
    draw = ImageDraw.Draw(page)
    top = _write(draw, title, MARGIN, BOLDER) + GAP // 2
    for row in rows:
        left = MARGIN
        for tile in row:
            page.paste(tile, (left, top))
            left += tile.width + GAP
        top += max(one.height for one in row) + GAP
    _write(draw, told, top - GAP // 2, FONT)
    return page


def _wrapped(line: str, wide: int) -> list[str]:
    letters = int(wide * len(line) / max(FONT.getlength(line), 1))
    return textwrap.wrap(line, max(letters, 1), break_long_words=False)


def _write(
    draw: ImageDraw.ImageDraw, lines: Sequence[str], top: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont
) -> int:
    for line in lines:
        draw.text((MARGIN, top), line, fill=INK, font=font)
        top += LINE
    return top
