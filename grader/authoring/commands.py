"""The command `grader new`: what is typed and what is printed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["add_commands"]


def add_commands(commands: Any, root_of: Callable[[argparse.Namespace], Path]) -> list[argparse.ArgumentParser]:
    """Adds the command to those of `grader`; `root_of` finds the course's folder from what was typed."""
    made = commands.add_parser("new", help="begin an exercise: solution, suite, index entry, right and wrong work")
    made.add_argument("name", metavar="NAME", help="what module and function are called, such as max_pooling")
    made.add_argument("--title", help="the heading (default: made of NAME)")
    made.add_argument("--points", type=float, default=10.0, help="what it gives (default: 10); the total grows by it")
    made.set_defaults(action=lambda arguments: _new(root_of(arguments), arguments))
    return [made]


def _new(root: Path, arguments: argparse.Namespace) -> int:
    from grader.authoring.new import GAP, new_exercise

    title = arguments.title or arguments.name.replace("_", " ").capitalize()
    for path in new_exercise(root, arguments.name, title, arguments.points):
        print(f"written: {path}")
    print(f"next: replace each {GAP!r} there; then grader sync, and grader verify --exercise {arguments.name}")
    return 0
