"""The command `grader similar`: what is typed and what is printed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.errors import UsageError

__all__ = ["add_commands"]

_HELP = "list the pairs of submissions that share code beyond the starter code"
_WITH = "submissions of an earlier class to compare with (may be repeated)"


def add_commands(commands: Any, root_of: Callable[[argparse.Namespace], Path]) -> list[argparse.ArgumentParser]:
    """Adds the command to those of `grader`; `root_of` finds the course's folder from what was typed."""
    similar = commands.add_parser("similar", help=_HELP)
    similar.add_argument("submissions", metavar="SUBMISSIONS", type=Path, help="a folder with one submission a student")
    similar.add_argument("--with", dest="earlier", metavar="FOLDER", type=Path, action="append", default=[], help=_WITH)
    similar.add_argument("--exercise", metavar="NAME", action="append", help="only this exercise (may be repeated)")
    similar.add_argument("--out", metavar="OUT", type=Path, required=True, help="where the page and the table go")
    similar.set_defaults(action=lambda arguments: _similar(root_of(arguments), arguments))
    return [similar]


def _similar(root: Path, arguments: argparse.Namespace) -> int:
    from grader import course as courses
    from grader.files import write_whole
    from grader.similarity.page import similar_csv, similar_page
    from grader.similarity.pairs import compare
    from grader.similarity.works import gather

    out, submissions = arguments.out.resolve(), arguments.submissions.resolve()
    if out == submissions or submissions in out.parents:
        raise UsageError(f"--out ({arguments.out}) lies among the submissions, and would be one; choose another.")
    course = courses.load(root / "course.toml")
    names = [exercise.name for exercise in course.exercises]
    chosen = [course.exercise(name).name for name in dict.fromkeys(arguments.exercise or names)]
    gathered = gather(root, names, arguments.submissions, arguments.earlier)
    comparison = compare(gathered, chosen)
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_whole(arguments.out / "similar.html", similar_page(course.title, gathered, comparison).encode())
    write_whole(arguments.out / "similar.csv", similar_csv(comparison))
    earlier = len(gathered.works) - 1 - gathered.own
    print(f"{gathered.own} submissions and {earlier} of earlier classes: {comparison.count:,} pairs compared")
    print(f"not compared: {len(gathered.left_out)}; what and why: see the page")
    print(f"page: {arguments.out}/similar.html   table: {arguments.out}/similar.csv")
    return 0
