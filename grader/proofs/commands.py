"""The command `grader verify`: what is typed and what is printed."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["add_commands"]

RESULT = "tests/mutants/result.json"


def add_commands(commands: Any, root_of: Callable[[argparse.Namespace], Path]) -> list[argparse.ArgumentParser]:
    """Adds the command to those of `grader`; `root_of` finds the course's folder from what was typed."""
    told = "prove the course: stubs, solutions, right and wrong work, mutants"
    status = "exit status: 0 where all proofs hold, 1 where one does not, 2 for unusable arguments"
    verify = commands.add_parser("verify", help=told, epilog=status)
    verify.add_argument("--exercise", metavar="NAME", action="append", help="only this exercise (may be repeated)")
    told = "also grade changed solutions: every one, or a fixed sample (default: none)"
    verify.add_argument("--mutants", choices=["none", "sample", "all"], default="none", help=told)
    verify.add_argument("--jobs", metavar="N", type=int, help="judges at the same time (default: one a processor)")
    day = datetime.date.fromisoformat
    verify.add_argument("--date", metavar="2026-01-31", type=day, help=f"what day {RESULT} names (default: today)")
    verify.set_defaults(action=lambda arguments: _verify(root_of(arguments), arguments))
    return [verify]


def _verify(root: Path, arguments: argparse.Namespace) -> int:
    from grader.proofs.verify import verify

    return verify(root, arguments)
