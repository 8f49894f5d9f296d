"""Public checks in a notebook: `check("convolve")` in a cell, and a small table below it."""

from __future__ import annotations

import html
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.check.choosing import chosen
from grader.check.inside import Inside
from grader.check.public import examples, index
from grader.check.showing import summary, table
from grader.check.verdicts import verdicts
from grader.errors import GraderError

__all__ = ["Report", "check"]


@dataclass(frozen=True)
class Report:
    """What a cell shows of its check.

    nbgrader takes the text of a test cell's answer for its points. A check that the student runs is worth none: the
    text is 0.0, whatever came of it.
    """

    page: str

    def __repr__(self) -> str:
        return "0.0"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What Jupyter shows."""
        return {"text/plain": repr(self), "text/html": self.page}


def check(name: str) -> Report:
    """Runs the public checks of an exercise ("convolve"), or one of them ("convolve.grey"), on this notebook."""
    try:
        return Report(_page(name, sys._getframe(1).f_globals))
    except GraderError as error:
        return Report(f"<p>{html.escape(str(error))}</p>")


def _page(name: str, namespace: dict[str, Any]) -> str:
    exercise, checks = chosen(index(), name)
    with tempfile.TemporaryDirectory() as folder:
        made = verdicts(exercise, examples(exercise.name), Inside(namespace), Path(folder), checks)
    return table(exercise.name, made, summary(made))
