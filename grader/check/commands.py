"""`grader check`: the public checks on the student's own files."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from grader.check.public import index
from grader.check.showing import colours, columns, summary, text
from grader.check.viewing import show
from grader.check.work import Work
from grader.errors import GraderError, SubmissionError, UsageError
from grader.model import CheckResult

__all__ = ["add_commands", "main"]

NOTE = "Your code runs in a process of its own with time limits. It is not locked in: it is yours."
STATUS = """exit status:
  0  no public check failed      1  one failed, or a file cannot be run
  2  no such exercise or check"""


def main(argv: Sequence[str] | None = None) -> int:
    """The commands of the bundle for students; the exit status."""
    parser = argparse.ArgumentParser(prog="grader", description="Check your exercises before you hand them in.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_commands(commands)
    arguments = parser.parse_args(argv)
    try:
        status: int = arguments.action(arguments)
    except GraderError as error:
        print(f"grader: {error}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:
        return 130
    return status


def add_commands(commands: Any, root_of: Callable[[argparse.Namespace], Path] | None = None) -> list[Any]:
    """Adds the command; it needs no folder of the course, so none of the parsers wants one."""
    raw = argparse.RawDescriptionHelpFormatter
    check = commands.add_parser(
        "check", help="run the public checks on your files", description=NOTE, epilog=STATUS, formatter_class=raw
    )
    check.add_argument("names", metavar="NAME", nargs="*", help="an exercise, or one check: convolve, convolve.hand")
    check.add_argument("--in", dest="folder", metavar="DIR", type=Path, help="where the files are (default: exercises)")
    check.add_argument("--show", action="store_true", help="save the picture of the failing example, and open it")
    check.add_argument("--save", action="store_true", help="save the picture, and do not open it")
    check.set_defaults(action=_check)
    return []


def _check(arguments: argparse.Namespace) -> int:
    found = index()
    wanted: dict[str, list[str]] = {}
    for name in arguments.names or [exercise.name for exercise in found.exercises]:
        exercise, checks = found.choose(name)
        wanted[exercise.name] = [*wanted.get(exercise.name, []), *checks]
    with contextlib.suppress(AttributeError):  # a terminal that lacks a character shows its code
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    work = Work(arguments.folder, Path.cwd(), [exercise.spec for exercise in found.exercises])
    made: list[CheckResult] = []
    broken = False
    for exercise in found.exercises:
        if exercise.name in wanted:
            print(f"{exercise.name}: {exercise.title}", flush=True)
            for note in work.facts[exercise.name].notes:
                print(f"  note: {note}")
            try:
                verdicts = work.check(exercise, wanted[exercise.name])
            except SubmissionError as error:
                print(f"  {error}")
                broken = True
                continue
            print(text(exercise.name, verdicts, work.printed, columns(), colours(sys.stdout)))
            if arguments.show or arguments.save:
                print(f"  {show(work.home, exercise.name, verdicts, arguments.show and not arguments.save)}")
            made += verdicts
    if made:
        print(f"\n{summary(made)}")
    return int(broken or any(result.outcome == "failed" for result in made))
