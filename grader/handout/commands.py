"""The command `grader release`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["add_commands"]


def add_commands(commands: Any, root_of: Callable[[argparse.Namespace], Path]) -> list[argparse.ArgumentParser]:
    """Adds the command to those of `grader`; `root_of` finds the course's folder from what was typed."""
    release = commands.add_parser("release", help="write what students get, once nothing in it leaks")
    release.add_argument("--out", metavar="DIR", type=Path, required=True, help="where the folder and the zip go")
    release.add_argument("--exercise", metavar="NAME", action="append", help="only this exercise (may be repeated)")
    release.add_argument(
        "--solutions", action="store_true", help="after the due date: solutions, for grader afterwards"
    )
    release.set_defaults(action=lambda arguments: _release(root_of(arguments), arguments))
    return [release]


def _release(root: Path, arguments: argparse.Namespace) -> int:
    from grader import course as courses
    from grader.handout.release import release

    for line in release(
        root, courses.load(root / "course.toml"), arguments.out, arguments.exercise or (), arguments.solutions
    ):
        print(line)
    return 0
