"""Small arrays as text, side by side under their names, with what matters in brackets; the products behind a number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from grader.check.failing import Array, Failing, Panel, Patch
from grader.illustrate import SMALL

__all__ = ["Block", "block", "digits_for", "in_rows", "number", "products", "side_by_side"]

GAP = 3
MOST_ROWS = MOST_COLUMNS = 8
MOST_PRODUCTS = 12
FEWEST_DIGITS, ALL_DIGITS = 5, 17
BOLD, RED, PLAIN = "\x1b[1m", "\x1b[1;31m", "\x1b[0m"


class _Wide(Protocol):
    @property
    def width(self) -> int: ...


Wide = TypeVar("Wide", bound=_Wide)


@dataclass(frozen=True)
class Block:
    """A heading over lines that are `inner` columns wide on the screen, where colours take none."""

    heading: str
    lines: tuple[str, ...]
    inner: int

    @property
    def width(self) -> int:
        """The columns that all of it takes."""
        return max(self.inner, len(self.heading))


def number(value: object, digits: int = FEWEST_DIGITS) -> str:
    """A number as short as it can be told."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    known = float(value)  # type: ignore[arg-type]
    if known.is_integer() and abs(known) < 1e9:
        return f"{known:.0f}" if known else "0"  # -0.0 is 0 as well
    return f"{known:.{digits}g}"


def digits_for(failing: Failing) -> int:
    """As many digits as it takes to tell the entry that differs from the one expected."""
    _, expected, given = failing.answers
    at = failing.index
    if at is None:
        return FEWEST_DIGITS
    told = (d for d in range(FEWEST_DIGITS, ALL_DIGITS) if number(expected[at], d) != number(given[at], d))
    return next(told, ALL_DIGITS)


def block(panel: Panel, digits: int, colour: bool) -> list[Block]:
    """The array, one block for each channel; of a large one what lies around its mark, of a large one without, none."""
    rows, columns = panel.array.shape[:2]
    top, left, height, width = panel.mark or (0, 0, rows, columns)
    if panel.array.size > SMALL or columns > 2 * MOST_COLUMNS:
        if panel.mark is None or height > MOST_ROWS or width > MOST_COLUMNS:
            return []
        window = _around(top, height, rows), _around(left, width, columns)
    else:
        window = slice(0, rows), slice(0, columns)
    made = []
    for at, (heading, plane, wrong) in enumerate(panel.slices()):
        if panel.channel in (None, at) or panel.array.size <= SMALL:
            marked = panel.mark is not None and panel.channel in (None, at)
            mark = (top - window[0].start, left - window[1].start, height, width) if marked else None
            name = heading if window[0].stop - window[0].start == rows else _cut(panel.name, window, heading)
            made.append(_block(name, plane[window], mark, None if wrong is None else wrong[window], digits, colour))
    return made


def _around(start: int, length: int, whole: int) -> slice:
    """What is marked, with an entry on either side where there is one."""
    return slice(max(0, start - 1), min(whole, start + length + 1))


def _cut(name: str, window: tuple[slice, slice], heading: str) -> str:
    last = heading.rpartition(", ")[2] if heading != name else "]"
    parts = ", ".join(f"{part.start}:{part.stop}" for part in window)
    return f"{name}[{parts}{', ' if last != ']' else ''}{last}"


def _block(
    name: str, plane: Array, mark: tuple[int, int, int, int] | None, wrong: Array | None, digits: int, colour: bool
) -> Block:
    """Rows of numbers in columns of one width; what is marked stands in brackets, in a terminal with colours bold."""
    texts = [[number(value, digits) for value in row] for row in plane]
    wide = max(len(text) for row in texts for text in row)
    top, left, height, width = mark or (-1, -1, 0, 0)
    lines = []
    for at, row in enumerate(texts):
        inside = top <= at < top + height
        line = "[" if inside and left == 0 else " "
        for place, text in enumerate(row):
            ink = (
                RED if wrong is not None and wrong[at, place] else BOLD if inside and 0 <= place - left < width else ""
            )
            line += f"{ink}{text:>{wide}}{PLAIN}" if colour and ink else f"{text:>{wide}}"
            line += "]" if inside and place == left + width - 1 else " "
            line += ("[" if inside and place == left - 1 else " ") if place < len(row) - 1 else ""
        lines.append(line)
    return Block(name, tuple(lines), (wide + 2) * len(texts[0]))


def in_rows(groups: Iterable[Sequence[Wide]], gap: int, most: int) -> list[list[Wide]]:
    """What stands beside each other as far as it fits into `most`; the channels of one array have rows of their own."""
    rows: list[list[Wide]] = [[]]
    before: Sequence[Wide] = ()
    for group in groups:
        if rows[-1] and (len(group) > 1 or len(before) > 1):
            rows.append([])
        for one in group:
            if rows[-1] and sum(other.width + gap for other in rows[-1]) + one.width > most:
                rows.append([])
            rows[-1].append(one)
        before = group
    return rows


def side_by_side(groups: Iterable[Sequence[Block]], width: int) -> list[str]:
    """Lines of blocks beside each other."""
    lines = [line for row in in_rows(groups, GAP, width) if row for line in ("", *_beside(row))]
    return lines[1:]


def _beside(row: Sequence[Block]) -> Iterator[str]:
    widths = [one.width + GAP for one in row]
    yield "".join(f" {one.heading}".ljust(wide) for one, wide in zip(row, widths, strict=True)).rstrip()
    for at in range(max(len(one.lines) for one in row)):
        line = ""
        for one, wide in zip(row, widths, strict=True):
            has = at < len(one.lines)
            line += (one.lines[at] if has else "") + " " * (wide - (one.inner if has else 0))
        yield line.rstrip()


def products(patch: Patch, names: Sequence[str], digits: int) -> str:
    """What the number is the sum of, worked out where it takes few products."""
    pairs = list(zip(patch.part.ravel(), patch.weights.ravel(), strict=True))
    rows, columns = (*patch.part.shape, 1)[:2]
    few = len(pairs) <= MOST_PRODUCTS
    if not patch.place:
        head = f"{names[0]} * {names[1]}"
    elif few and patch.part.ndim == 2:
        inside = ", ".join("[" + ", ".join(number(value, digits) for value in row) + "]" for row in patch.part)
        head = f"at [{patch.place[0]}, {patch.place[1]}]: [{inside}] * {names[1]}"
    else:
        (row, column) = patch.place
        head = f"at [{row}, {column}]: {names[0]}[{row}:{row + rows}, {column}:{column + columns}] * {names[1]}"
    worked = " + ".join(f"{_factor(a, digits)}*{_factor(b, digits)}" for a, b in pairs)
    total = f"{worked} = " if few else f"the sum of the {len(pairs)} products is "
    yours = "" if patch.given is None else f", yours {number(patch.given, digits)}"
    return f"{head}\n{total}{number(patch.expected, digits)}{yours}"


def _factor(value: object, digits: int) -> str:
    text = number(value, digits)
    return f"({text})" if text.startswith("-") else text
