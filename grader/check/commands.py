"""`grader check`: the public checks on the student's own files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from grader.check.aids import add_aids, settle_output
from grader.check.progress import home, load, record, save
from grader.check.public import index
from grader.check.showing import summary, text
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
    check.set_defaults(action=_check)
    add_aids(commands)
    return []


def _check(arguments: argparse.Namespace) -> int:
    found = index()
    wanted: dict[str, list[str]] = {}
    for name in arguments.names or [exercise.name for exercise in found.exercises]:
        exercise, checks = found.choose(name)
        wanted[exercise.name] = [*wanted.get(exercise.name, []), *checks]
    settle_output()
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
            print(text(exercise.name, verdicts, work.printed))
            made += verdicts
            _remember(work, exercise.name, verdicts)
    if made:
        print(f"\n{summary(made)}")
    return int(broken or any(result.outcome == "failed" for result in made))


def _remember(work: Work, exercise: str, verdicts: Sequence[CheckResult]) -> None:
    """Keeps the outcomes for `grader progress` and `grader hint`; not of files that lie elsewhere."""
    folder = home(work.folder.resolve())
    if work.folder.resolve() in (folder / "exercises", Path.cwd()):
        progress = load(folder)
        record(progress, exercise, verdicts)
        save(folder, progress)
