"""The small commands of the bundle: `hint`, `predict`, `progress`, `reset`, `submit-check`."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.check.public import Index

__all__ = ["add_aids", "settle_output"]


def add_aids(commands: Any) -> None:
    """Adds them; each imports what it needs when it is run."""
    hint = commands.add_parser("hint", help="the next hint on the check that is to be done next")
    hint.add_argument("name", metavar="NAME", nargs="?", default="", help="an exercise or a check: convolve.hand")
    hint.add_argument("--all", action="store_true", help="show those given so far, and give no new one")
    hint.set_defaults(action=_hint)
    after = commands.add_parser("afterwards", help="once solutions are handed out: compare, and one more question")
    after.add_argument("name", metavar="EXERCISE", help="an exercise: convolve")
    after.set_defaults(action=_afterwards)
    predict = commands.add_parser("predict", help="say what comes back before the code runs; no points")
    predict.add_argument("name", metavar="CHECK", nargs="?", default="", help="a check: convolve.shape")
    predict.add_argument("--show", action="store_true", help="show the answer")
    predict.set_defaults(action=_predict)
    progress = commands.add_parser("progress", help="what the last checks said; no mark")
    progress.set_defaults(action=_progress)
    reset = commands.add_parser("reset", help="put an exercise back as it was handed out; yours is kept first")
    reset.add_argument("name", metavar="EXERCISE", help="an exercise: convolve")
    which = reset.add_mutually_exclusive_group()
    which.add_argument("--notebook", dest="only", action="store_const", const=".ipynb", help="the notebook alone")
    which.add_argument("--module", dest="only", action="store_const", const=".py", help="the .py file alone")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    reset.set_defaults(action=_reset)
    submit = commands.add_parser("submit-check", help="is this what will be graded? nothing is run")
    submit.add_argument("path", metavar="DIR|FILE", nargs="?", type=Path, help="what you hand in (default: exercises)")
    submit.set_defaults(action=_submit)


def settle_output() -> None:
    """Lets a terminal that lacks a character show its code."""
    with contextlib.suppress(AttributeError):
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _index() -> Index:
    from grader.check.public import index

    return index()


def _hint(arguments: argparse.Namespace) -> int:
    from grader.check.hints import hint

    print(hint(_index(), arguments.name, arguments.all, Path.cwd()))
    return 0


def _afterwards(arguments: argparse.Namespace) -> int:
    from grader.check.afterwards import afterwards

    afterwards(_index(), arguments.name, Path.cwd(), _asked, lambda line: print(line, flush=True))
    return 0


def _asked(question: str) -> str:
    """What is typed; "" where nobody is there to type it."""
    try:
        return input(question)
    except EOFError:
        print()
        return ""


def _predict(arguments: argparse.Namespace) -> int:
    from grader.check.predicting import predict

    predict(_index(), arguments.name, arguments.show, Path.cwd())
    return 0


def _progress(_: argparse.Namespace) -> int:
    from grader.check.overview import overview
    from grader.check.progress import home, load

    blocks = "█·" if "utf" in (sys.stdout.encoding or "").lower() else "#-"
    print(overview(_index(), load(home(Path.cwd())), blocks))
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    from grader.check.resetting import reset
    from grader.check.wrapping import paragraphs

    exercise, _ = _index().choose(arguments.name)
    for line in reset(exercise, arguments.only or "", Path.cwd(), lambda text: arguments.yes or _agreed(text)):
        print(paragraphs(line, ""))
    return 0


def _agreed(question: str) -> bool:
    """What is answered on a terminal; without one nothing is put back unasked."""
    if not sys.stdin.isatty():
        raise UsageError(f"{question} Nobody can be asked here; add --yes.")
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _submit(arguments: argparse.Namespace) -> int:
    from grader.check.progress import home
    from grader.check.rehearsal import rehearse

    path = arguments.path or home(Path.cwd()) / "exercises"
    good, text = rehearse(path, [exercise.spec for exercise in _index().exercises])
    print(text)
    return 0 if good else 1
