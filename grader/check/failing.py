"""A public example that failed, taken apart: the arrays to look at, the entry that differs, the products behind it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from grader.compare import as_number, difference
from grader.outcomes import Outcome, Returned
from grader.probing import PictureFile
from grader.recorded import Example, Replay

__all__ = ["Array", "Failing", "Panel", "Patch", "entries", "failing"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Patch:
    """What one number of an answer is made of: a part of the first argument, entry by entry times the second.

    `place` is the row and the column where the part begins; () where it is all of the argument.
    """

    place: tuple[int, ...]
    part: Array
    weights: Array
    expected: float
    given: float | None


@dataclass(frozen=True, eq=False)
class Panel:
    """One array to look at: rows and columns, or those and channels.

    `shape` is what it had of itself. `mark` is (row, column, height, width) of what to outline, `channel` the one in
    which an entry differs, `wrong` says for each entry whether it differs.
    """

    name: str
    array: Array
    shape: tuple[int, ...]
    mark: tuple[int, int, int, int] | None = None
    channel: int | None = None
    wrong: Array | None = None

    def slices(self) -> list[tuple[str, Array, Array | None]]:
        """By heading, what has rows and columns alone, and what of it differs: one for each channel."""
        if self.array.ndim == 2:
            return [(self.name, self.array, self.wrong)]
        wrongs = [None] * self.array.shape[2] if self.wrong is None else list(np.moveaxis(self.wrong, 2, 0))
        planes = zip(np.moveaxis(self.array, 2, 0), wrongs, strict=True)
        return [(f"{self.name}[:, :, {number}]", *both) for number, both in enumerate(planes)]


@dataclass(frozen=True, eq=False)
class Failing:
    """One call of a function, what it should have come to and what it came to; `names` are those of the arguments."""

    function: str
    names: tuple[str, ...]
    args: tuple[Any, ...]
    expected: Any
    outcome: Outcome
    tolerance: float

    @property
    def given(self) -> Any:
        """What came back; None where nothing did."""
        return self.outcome.value if isinstance(self.outcome, Returned) else None

    @cached_property
    def answers(self) -> tuple[str, Any, Any]:
        """What was expected and what came back, or the first of several values in it that differs, and which it is."""
        pairs: list[tuple[str, Any, Any]] = []
        match self.expected, self.given:
            case dict() as expected, dict() as given:
                pairs = [(repr(key), value, given[key]) for key, value in expected.items() if key in given]
            case list() | tuple() as expected, list() | tuple() as given if len(expected) == len(given):
                both = zip(expected, given, strict=True)
                pairs = [(f"value {number}", *pair) for number, pair in enumerate(both, 1)]
        arrays = (pair for pair in pairs if _is_numeric(pair[1]) and difference(*pair[1:], self.tolerance) is not None)
        return next(arrays, ("", self.expected, self.given))

    @cached_property
    def index(self) -> tuple[int, ...] | None:
        """The first entry that differs, where arrays of the same shape came together."""
        _, expected, given = self.answers
        if not _is_numeric(expected) or not _is_numeric(given):
            return None
        problem = difference(expected, given, self.tolerance)
        return problem.index if problem is not None else None

    @cached_property
    def patch(self) -> Patch | None:
        """The products behind the entry that differs; None where the expected number is no sum of such products."""
        if len(self.args) != 2 or not all(map(_is_numeric, self.args)):
            return None
        one, other = self.args
        place: tuple[int, ...] = ()
        part, expected, given = one, as_number(self.expected), as_number(self.given)
        if self.index is not None and len(self.index) == 2 and one.ndim == other.ndim in (2, 3):
            place = (row, column) = self.index
            part = one[row : row + other.shape[0], column : column + other.shape[1]]
            expected, given = float(self.expected[place]), float(self.given[place])
        if expected is None or part.shape != other.shape:
            return None
        with np.errstate(all="ignore"):
            total = float((part.astype(np.float64) * other.astype(np.float64)).sum())
        return Patch(place, part, other, expected, given) if abs(total - expected) <= self.tolerance else None

    @cached_property
    def panels(self) -> list[Panel]:
        """The arrays of the call, what was expected and what came back, as far as they have rows and columns."""
        found = [self._argument(name, arg) for name, arg in zip(self.names, self.args, strict=True)]
        return [panel for panel in (*found, *self.both) if panel is not None]

    @cached_property
    def both(self) -> tuple[Panel | None, Panel | None]:
        """What was expected and what came back, each None where it is no array with rows and columns."""
        label, expected, given = self.answers
        names = [f"{name}, {label}" if label else name for name in ("expected", "yours")]
        wrong = None
        if self.index is not None:
            with np.errstate(all="ignore"):
                gap = np.abs(given.astype(np.float64) - expected.astype(np.float64))
            wrong = ~(gap <= self.tolerance)
        sequence = isinstance(expected, list | tuple | dict)  # what is to be read item by item, such as a shape
        yours = None if sequence else _panel(names[1], given, self.index, wrong)
        return _panel(names[0], expected, self.index), yours

    def _argument(self, name: str, value: Any) -> Panel | None:
        panel = _panel(name, value, None)
        first = bool(self.args) and value is self.args[0]
        if panel is None or not first or self.patch is None or not self.patch.place:
            return panel
        return Panel(name, panel.array, panel.shape, (*self.patch.place, *self.patch.weights.shape[:2]))


def _is_numeric(value: Any) -> TypeGuard[Array]:
    return isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.ndim > 0 and value.size > 0


def _panel(name: str, value: Any, index: tuple[int, ...] | None, wrong: Array | None = None) -> Panel | None:
    """An array to look at; a row for one axis, and without the axes of one entry that stand before the last three."""
    if not _is_numeric(value):
        return None
    shape = value.shape
    while value.ndim > 3 and len(value) == 1:
        value, index, wrong = value[0], index and index[1:], None if wrong is None else wrong[0]
    if value.ndim == 1:
        value, index, wrong = value[None], index and (0, *index), None if wrong is None else wrong[None]
    if value.ndim > 3:
        return None
    mark = (index[0], index[1], 1, 1) if index else None
    return Panel(name, value, shape, mark, index[2] if index and len(index) == 3 else None, wrong)


def failing(probe: Replay, example: Example, outcome: Outcome, stub: str) -> Failing:
    """The example with the names that the released `stub` gives to the arguments."""
    args = example.args[:-1] if probe.look else example.args  # without what only an instrument was told
    known = _parameters(stub, probe.function)
    names = tuple(known[at] if at < len(known) else f"argument {at + 1}" for at in range(len(args)))
    return Failing(probe.function, names, args, example.expected, outcome, example.tolerance)


def _parameters(stub: str, function: str) -> list[str]:
    try:
        tree = ast.parse(stub)
    except SyntaxError:
        return []
    found = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function)
    return [arg.arg for node in found for arg in node.args.args]


def entries(example: Example) -> int:
    """How much there is to read in an example."""
    return sum(map(_size, (*example.args, example.expected)))


def _size(value: Any) -> int:
    match value:
        case np.ndarray():
            return value.size
        case list() | tuple():
            return sum(map(_size, value))
        case dict():
            return sum(map(_size, value.values()))
        case PictureFile():
            return 0  # what was expected of it has its size
    return 1
