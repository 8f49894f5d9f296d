"""The command `grader nbgrader`: what is typed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["add_commands"]


def add_commands(commands: Any, root_of: Callable[[argparse.Namespace], Path]) -> list[argparse.ArgumentParser]:
    """Adds the command to those of `grader`; `root_of` finds the course's folder from what was typed."""
    made = commands.add_parser("nbgrader", help="make or renew a course folder for nbgrader, with notebooks in source/")
    made.add_argument("folder", metavar="DIR", type=Path, help="nbgrader's course folder; made where there is none")
    made.add_argument("--assignment", metavar="NAME", default="cnn", help="its name in nbgrader (default: cnn)")
    made.add_argument("--exercise", metavar="NAME", action="append", help="only this exercise (may be repeated)")
    made.add_argument("--force", action="store_true", help="replace notebooks in source/ that were changed by hand")
    made.set_defaults(action=lambda arguments: _make(root_of(arguments), arguments))
    return [made]


def _make(root: Path, arguments: argparse.Namespace) -> int:
    from grader.gradebook.folder import make

    return make(root, arguments)
