"""A network as far as it is built: shapes after each layer beside those expected, and where it stops being right."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from grader.networks.parts import Part, ranges

__all__ = ["first_difference", "shapes", "table"]

Layers = Sequence[dict[str, Any]]
Shape = list[int]
# Layers of one part that are listed one by one.
MOST_ROWS = 12
NOTHING = "-"


def shapes(layers: Sequence[tuple[str, dict[str, Any]]], picture: Sequence[int]) -> list[Shape]:
    """The shape after each of these layers; [] from where on a picture of this size has nothing left."""
    found: list[Shape] = []
    shape = list(picture)
    for kind, options in layers:
        shape = _after(kind, options, shape) if shape and min(shape) > 0 else []
        found.append(shape if shape and min(shape) > 0 else [])
    return found


def _after(kind: str, options: dict[str, Any], shape: Shape) -> Shape:
    if kind == "Flatten":
        return [math.prod(shape)]
    if kind == "Dense":
        return [*shape[:-1], options["units"]]
    if kind == "ZeroPadding2D":
        return [size + sum(rim) for size, rim in zip(shape, options["padding"], strict=False)] + shape[-1:]
    window = options.get("kernel_size") or options.get("pool_size")
    if not window:
        return shape
    strides = options.get("strides", [1, 1])
    spare = [0 if options.get("padding") == "same" else side - 1 for side in window]
    sides = [-(-(size - less) // step) for size, less, step in zip(shape, spare, strides, strict=False)]
    return [*sides, options.get("filters", shape[-1])]


def first_difference(
    wanted: Sequence[tuple[str, dict[str, Any]]], sizes: Sequence[Shape], layers: Layers
) -> int | None:
    """The number of the first layer that is not as asked for; names count where nothing else differs."""
    for names in (False, True):
        for number, (kind, options) in enumerate(wanted):
            if number == len(layers) or not _alike(kind, options, sizes[number], layers[number], names):
                return number
    return len(wanted) if len(layers) > len(wanted) else None


def _alike(kind: str, options: dict[str, Any], size: Shape, layer: dict[str, Any], names: bool) -> bool:
    asked = {option: value for option, value in options.items() if names or option != "name"}
    known = not size or not layer.get("shape") or layer["shape"] == size
    return (
        layer["class"] == kind and known and all(layer.get(option, value) == value for option, value in asked.items())
    )


def table(parts: Sequence[Part], size: Sequence[int], facts: dict[str, Any]) -> str:
    """The rows: a part as asked for in one, the layers of the first that is not one by one, what follows in one each.

    `facts` is what an instrument tells of the network; `size` is the shape of pictures that it was to be built for.
    """
    layers: Layers = facts["layers"]
    given = facts.get("input") or list(size)
    turned = given[-1:] != list(size)[-1:]
    wanted = [layer for part in parts for layer in part.layers]
    sizes = shapes(wanted, size if turned else given)
    place = 0 if turned else first_difference(wanted, sizes, layers)
    rows = [_row("", "", "layers so far", "shape", "expected"), _input(given, size, turned)]
    done = 0
    for part, (start, stop) in zip(parts, ranges(layers, parts), strict=True):
        end = part.start + len(part.layers)
        name, goal = part.name.replace("_", " "), _size(sizes[end - 1])
        start = max(start, done)
        if place is None or (end <= place and part is not parts[-1]):
            rows.append(_row(name, _numbers(part.start, end), "as asked for", goal, goal))
        elif part.start <= place and not turned:
            done = max(stop, min(place + 1, len(layers)))
            rows += _rows(name, part, place, done, sizes, layers)
        elif start >= stop:
            rows.append(_row(name, "", "not there yet", NOTHING, goal))
        else:
            count = f"{stop - start} layers" if stop - start > 1 else "1 layer"
            rows.append(_row(name, _numbers(start, stop), count, _size(layers[stop - 1].get("shape")), goal))
    return "\n".join(rows)


def _input(given: Sequence[Any], size: Sequence[int], turned: bool) -> str:
    """The row of the pictures; where they are `turned`, everything behind them is wrong."""
    if turned:
        return _row("-> here", "", "input", _size(given), _size(size))
    return _row("input", "", "", _size(given), _size(given))


def _rows(name: str, part: Part, place: int, stop: int, sizes: Sequence[Shape], layers: Layers) -> Iterator[str]:
    """The layers of the part that holds the first difference."""
    end = part.start + len(part.layers)
    if place == part.start:
        yield name
    numbers = range(part.start, max(stop, place + 1))
    for number in numbers[:MOST_ROWS]:
        label = "-> here" if number == place else name if number == part.start else ""
        there = number < len(layers)
        what = _described(layers[number]["class"], layers[number]) if there else "nothing more so far"
        shape = _size(layers[number].get("shape")) if there else NOTHING
        expected = (_size(sizes[number]) if number < end else NOTHING) if number <= place else ""
        yield _row(label, str(number), what, shape, expected)
        if number == place:
            yield _row("", "", f"asked for: {_asked(part, number, layers)}", "", "")
    if len(numbers) > MOST_ROWS:
        yield _row("", "", f"... and {len(numbers) - MOST_ROWS} more", "", "")
    if place < end - 1:
        yield _row("", "", f"end of {name}", "", _size(sizes[end - 1]))


def _asked(part: Part, number: int, layers: Layers) -> str:
    """The layer that is asked for at a place; with its name, where the one that is there differs in nothing else."""
    if number >= part.start + len(part.layers):
        return "no further layer"
    kind, options = part.layers[number - part.start]
    told = _described(kind, options)
    same = number < len(layers) and _described(layers[number]["class"], layers[number]) == told
    return f"{told}, called {options['name']}" if same and "name" in options else told


def _described(kind: str, options: dict[str, Any]) -> str:
    """A layer in a few words."""
    words = [kind]
    words += [str(options[key]) for key in ("filters", "units") if key in options]
    words += [_size(options[key]) for key in ("kernel_size", "pool_size") if key in options]
    usual = options.get("pool_size", [1, 1])
    if options.get("strides", usual) != usual:
        words.append(f"strides {_size(options['strides'])}")
    rim = options.get("padding")
    if isinstance(rim, list) and rim != [[1, 1], [1, 1]]:
        words.append(f"by {_rim(rim)}")
    if kind == "Dropout":
        words.append(f"{options.get('rate', 0):g}")
    if isinstance(rim, str) and rim != "valid":
        words.append(rim)
    if options.get("activation", "linear") != "linear":
        words.append(str(options["activation"]))
    return " ".join(words)


def _rim(rim: list[Any]) -> str:
    """The widths of a padding, as few as tell all of them."""
    widths = [width for side in rim for width in side]
    return str(widths[0]) if len(set(widths)) == 1 else _size(widths)


def _row(*cells: str) -> str:
    part, number, layer, shape, expected = cells
    return f"{part:<8} {number:<5} {layer:<33} {shape:<12} {expected}".rstrip()


def _numbers(start: int, stop: int) -> str:
    return f"{start}-{stop - 1}" if stop - start > 1 else str(start)


def _size(shape: Sequence[Any] | None) -> str:
    return "x".join("?" if side is None else str(side) for side in shape) if shape else NOTHING
