"""`grader check`: the public checks on the student's own files."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from grader.check.aids import add_aids, settle_output
from grader.check.wrapping import plain
from grader.errors import GraderError, UsageError

__all__ = ["add_commands", "main"]

NOTE = "Your code runs in a process of its own with time limits. It is not locked in: it is yours."
WATCH = "Shows the checks of one exercise, again after every save, and goes on to the next when it is done."
STATUS = """exit status:
  0  no public check failed      1  one failed, or a file cannot be run
  2  no such exercise or check"""


def main(argv: Sequence[str] | None = None) -> int:
    """The commands of the bundle for students; the exit status."""
    parser = argparse.ArgumentParser(prog="grader", description="Check your exercises before you hand them in.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    add_commands(commands)
    parser.set_defaults(action=lambda _: _help(parser))
    arguments = parser.parse_args(argv)
    settle_output()
    try:
        status: int = arguments.action(arguments)
    except GraderError as error:
        print(f"grader: {plain(str(error))}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(plain(f"grader: {error.strerror or error}: {error.filename or 'a file'}"), file=sys.stderr)
        return 1
    return status


def _help(parser: argparse.ArgumentParser) -> int:
    """What there is, for who types no command."""
    parser.print_help()
    return 2


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
    watch = commands.add_parser("watch", help="check again whenever you save a file", description=WATCH)
    watch.add_argument("--in", dest="folder", metavar="DIR", type=Path, help="where the files are (default: exercises)")
    watch.set_defaults(action=_watch)
    add_aids(commands)
    return []


def _check(arguments: argparse.Namespace) -> int:
    from grader.check.checking import check

    return check(arguments)


def _watch(arguments: argparse.Namespace) -> int:
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        raise UsageError("`grader watch` needs a terminal; use `grader check` here.")
    import asyncio

    from grader.check.public import index
    from grader.check.session import Session

    try:
        from grader.check.watch import Screen
    except ModuleNotFoundError as error:
        cure = "run: pip install -r requirements.txt"
        raise GraderError(f"`grader watch` needs {error.name}, which is not installed; {cure}") from None
    asyncio.run(Screen(Session(index(), arguments.folder, Path.cwd())).run())
    return 0
