"""How a suite states a check: examples, an oracle, and models of known mistakes, all plain data once recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = [
    "CheckFailed",
    "CheckNotRun",
    "Made",
    "Misconception",
    "PictureFile",
    "Probe",
    "Raises",
    "ShapeOf",
    "largest_sum",
]


class CheckFailed(AssertionError):  # noqa: N818 - an outcome of a check, as pytest's own Failed, not an error
    """A check did not pass: three sentences for the student, and what may be shown beside them.

    `observation` says what was seen, `reason` why it matters, `next_step` what to look at; `misconception` is the name
    of the recognised mistake, `status` the contract's word for what ended the call.
    """

    def __init__(
        self,
        observation: str,
        reason: str = "",
        next_step: str = "",
        *,
        misconception: str = "",
        status: str = "graded",
        evidence: Sequence[Any] = (),
    ) -> None:
        super().__init__(observation)
        self.observation = observation
        self.reason = reason
        self.next_step = next_step
        self.misconception = misconception
        self.status = status
        self.evidence = tuple(evidence)


class CheckNotRun(CheckFailed):
    """A check was not made; it earns nothing and says what it waits for."""


@dataclass(frozen=True)
class Raises:
    """The expected outcome is an exception of the built-in class `error`, or of a subclass."""

    error: str


@dataclass(frozen=True)
class ShapeOf:
    """A model's answer of which only the shape is known."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class PictureFile:
    """A picture as a file; the worker gets a path with this name in a folder of its own."""

    name: str
    data: bytes


@dataclass(frozen=True, eq=False)
class Made:
    """An argument that only a worker can make, a model for example: `by` names what makes it of the plain `given`.

    `says` is what a student reads in its place.
    """

    by: str
    given: Any
    says: str


@dataclass(frozen=True)
class Misconception:
    """A small model of a known mistake.

    `answer(*args)` is what code with this mistake returns: plain data, a ShapeOf, a Raises, or None where the model
    says nothing. `observation`, `reason` and `next_step` are for the student.
    """

    name: str
    answer: Callable[..., Any]
    observation: str
    reason: str
    next_step: str = ""


def largest_sum(*args: Any) -> float:
    """At least the largest sum of absolute products of an image and a filter: what tolerances are relative to."""
    image, kernel = (np.abs(np.asarray(arg, np.float64)) for arg in args[:2])
    return float(image.max() * kernel.sum()) or 1.0


def _largest_entry(expected: Any) -> float:
    try:
        return float(np.abs(np.asarray(expected, np.float64)).max()) or 1.0
    except (ValueError, TypeError):
        return 1.0


@dataclass(frozen=True)
class Probe:
    """Examples of calls to one function, what they should answer, and what known mistakes would answer.

    `public` holds argument tuples that students may see; `hidden` is a hypothesis strategy of argument tuples, or of
    lists of them where examples belong together. `oracle(*args)` gives the expected answer or a Raises. Numbers may be
    off by `rtol` times `scale(*args)`, or by `atol`. With `twice` each call is made twice and must answer the same;
    with `intact` writing to an argument is a failure; with `effects` only these two count, whatever the values are.
    With `dtype` an array has to be of that one. With `look` a worker's instrument turns what the function returned
    into plain data, and the last entry of each argument tuple is what the instrument is told.
    """

    function: str
    oracle: Callable[..., Any]
    public: Sequence[tuple[Any, ...]] = ()
    hidden: SearchStrategy[Any] | None = None
    examples: int = 30
    misconceptions: Sequence[Misconception] = ()
    rtol: float = 1e-6
    atol: float = 0.0
    scale: Callable[..., float] | None = None
    twice: bool = False
    intact: bool = False
    effects: bool = False
    dtype: str = ""
    look: str = ""

    def tolerance(self, args: tuple[Any, ...], expected: Any) -> float:
        """The largest absolute difference that an answer may have."""
        scale = self.scale(*args) if self.scale is not None else _largest_entry(expected)
        return max(self.rtol * scale, self.atol)
