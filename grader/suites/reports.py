"""What instruments report from a worker, held against the form that it should have before anything is read from it."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
import numpy as np

from grader.networks.texts import TEXTS

__all__ = ["Compiled", "Network", "Trained", "checked"]

Form = TypeVar("Form")
Shape = list[int | None]


class Layer(msgspec.Struct):
    """One layer; options of other kinds are only ever compared and shown."""

    kind: str = msgspec.field(name="class")
    genuine: bool
    name: str
    shape: Shape
    rate: float = 0.0
    dropped: float = 0.0


class Piece(msgspec.Struct):
    """The answer of some layers, or what went wrong."""

    error: str = ""
    shape: Shape = []
    answer: np.ndarray[Any, Any] | None = None


class Network(msgspec.Struct):
    """The report of the instrument `network`."""

    kind: str = msgspec.field(name="class")
    built: bool = False
    input: Shape = []
    layers: list[Layer] = []
    weights: int = 0
    outputs: list[np.ndarray[Any, Any]] = []
    pieces: list[Piece] = []


class Compiled(msgspec.Struct):
    """The report of the instrument `compiled`."""

    kind: str = msgspec.field(name="class")
    optimizer: list[str] = []
    reported: dict[str, float] = {}
    error: str = ""


class Trained(msgspec.Struct):
    """The report of the instrument `trained`."""

    kind: str = msgspec.field(name="class")
    is_history: bool
    train_marks: np.ndarray[Any, Any]
    test_marks: np.ndarray[Any, Any]
    weights: list[np.ndarray[Any, Any]]
    history: dict[str, list[float]] = {}


# What an honest report of a class has, beside what every report has.
ALWAYS = {"Sequential": {"built", "input", "layers", "weights"}, "Model": {"optimizer"}}


def checked(report: Any, form: type[Form]) -> dict[str, Any]:
    """The report, if it has that form; CheckFailed for anything that no honest worker reports."""
    try:
        msgspec.convert(report, form)
    except (msgspec.ValidationError, TypeError, AttributeError):  # the last one where an array stands for a dictionary
        report = None
    if not isinstance(report, dict) or not ALWAYS.get(report["class"], set()) <= report.keys():
        raise TEXTS.failure("no_report")
    if not all(map(_numeric, _arrays(report))) or _arrays(report.get("layers")):
        raise TEXTS.failure("no_report")
    return report


def _arrays(report: Any) -> list[Any]:
    """All arrays in a report, at any depth."""
    if isinstance(report, np.ndarray):
        return [report]
    parts = report.values() if isinstance(report, dict) else report if isinstance(report, list) else ()
    return [array for part in parts for array in _arrays(part)]


def _numeric(array: Any) -> bool:
    return array.dtype.kind in "fiu" and array.ndim <= 4
