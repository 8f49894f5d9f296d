"""A few lines of Python that make the failing calls again, small arguments written out as literals."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import PictureFile
from grader.report import one_line
from grader.worker.source import Facts

__all__ = ["Step", "snippet"]

LARGEST = 200
WIDTH = 110
# Modules in the order in which they are imported, each with what shows that it is needed.
MODULES = (
    ("import tempfile", "tempfile."),
    ("from pathlib import Path", "Path("),
    ("import numpy as np", "np."),
    ("from grader import recorded", "recorded."),
)


@dataclass(frozen=True)
class Step:
    """One call: its arguments, in words what it should give, and an expression that reads the recorded arguments.

    With an `index` only that entry of the answer is printed, and `expected` is about it.
    """

    args: tuple[Any, ...]
    expected: str
    recorded: str = ""
    index: tuple[int, ...] = ()


def snippet(facts: Facts, stub: str, function: str, steps: Sequence[Step], changed: bool = False) -> list[str]:
    """Lines that run beside the student's module; with `changed` they show that an argument was written to."""
    names = _names(stub, function, max(len(step.args) for step in steps))
    body: list[str] = []
    for position, step in enumerate(steps):
        call = ", ".join(names[: len(step.args)])
        if position == 0 or step.args is not steps[position - 1].args:
            body += _assignments(names, step)
        entry = f"[{', '.join(map(str, step.index))}]" if step.index else ""
        body += _commented(f"print({function}({call}){entry})", step.expected)
        if changed:
            body += _commented(f"print({call})", "as they were before the call")
    return [*_head(facts, function, "\n".join(body)), "", *body]


def _head(facts: Facts, function: str, body: str) -> Iterator[str]:
    path = PurePosixPath(facts.path)
    if facts.origin == "notebook":
        yield f"# In a cell below those of {one_line(facts.path)}:"
    else:
        renamed = "" if path.name == f"{facts.exercise}.py" else f", once it is called {facts.exercise}.py"
        yield f"# In the folder that holds {one_line(facts.path)}{renamed}:"
    yield from (line for line, sign in MODULES if sign in body)
    if facts.origin != "notebook":
        yield f"from {facts.exercise} import {function}"


def _names(stub: str, function: str, count: int) -> list[str]:
    """The names of the arguments as the released module has them."""
    for node in ast.walk(ast.parse(stub)):
        if isinstance(node, ast.FunctionDef) and node.name == function and len(node.args.args) >= count:
            return [arg.arg for arg in node.args.args]
    return [f"argument_{at + 1}" for at in range(count)]


def _commented(code: str, expected: str) -> list[str]:
    """Code with the expected value behind it, or below it where that takes several lines."""
    if "\n" not in expected and len(code) + len(expected) < WIDTH:
        return [f"{code}  # expected: {expected}"]
    return [code, "# expected:", *(f"# {line}" for line in expected.splitlines())]


def _assignments(names: Sequence[str], step: Step) -> Iterator[str]:
    from_recording = [bool(step.recorded) and _is_special(arg) for arg in step.args]
    if any(from_recording):
        yield f"given = {step.recorded}"
    for at, (name, arg) in enumerate(zip(names, step.args, strict=False)):
        if isinstance(arg, PictureFile):
            yield f"{name} = Path(tempfile.mkdtemp()) / {arg.name!r}"
            yield f"{name}.write_bytes(given[{at}].data)"
            yield f"{name} = str({name})"
        elif from_recording[at]:
            yield f"{name} = given[{at}]"
        else:
            yield _literal(name, arg) if isinstance(arg, np.ndarray) else f"{name} = {arg!r}"


def _is_special(arg: Any) -> bool:
    """Whether an argument is too large for a literal, or more than its values: a file, a layout in memory."""
    if isinstance(arg, np.ndarray):
        return arg.size > LARGEST or not (arg.flags.c_contiguous and arg.flags.writeable)
    return isinstance(arg, PictureFile)


def _literal(name: str, array: NDArray[Any]) -> str:
    """An assignment that gives the array its values and its dtype."""
    start = f"{name} = np.array("
    with np.printoptions(floatmode="unique", threshold=sys.maxsize, linewidth=WIDTH):
        numbers = np.array2string(array, separator=", ", prefix=start)
    kind = "" if array.dtype.kind == "b" or array.dtype in (np.float64, np.int64) else f", dtype=np.{array.dtype.name}"
    return f"{start}{numbers}{kind})"
