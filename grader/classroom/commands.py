"""The commands `marks`, `collect`, `fill` and `gradescope`: what is typed, and how what is left out is told."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.course import Course

__all__ = ["add_class_options", "add_commands", "class_file", "tell"]

Root = Callable[[argparse.Namespace], Path]


def add_class_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that name the files of a class."""
    files = parser.add_argument_group("files of a class", "defaults stand in [class] of course.toml")
    files.add_argument("--roster", metavar="FILE", type=Path, help="CSV: student, id, email, group, aliases")
    files.add_argument("--overrides", metavar="FILE", type=Path, help="CSV: student, what, points, comment")
    files.add_argument("--late", metavar="FILE", type=Path, help="TOML: due, percent_a_day, extensions")
    files.add_argument("--times", metavar="FILE", type=Path, help="CSV: student, time of the hand-in")


def add_commands(commands: Any, root_of: Root) -> list[argparse.ArgumentParser]:
    """Adds the commands to those of `grader`; `root_of` finds the course's folder from what was typed."""
    marks = commands.add_parser("marks", help="write marks.csv again, from results and the files of a class")
    marks.add_argument("out", metavar="OUT", type=Path, help="the folder that `grader grade` was given with --out")
    add_class_options(marks)
    collect = commands.add_parser("collect", help="make a folder of submissions from bulk downloads")
    collect.add_argument("downloads", metavar="DOWNLOAD", nargs="+", type=Path, help="a zip, or the folder it became")
    collect.add_argument("--to", metavar="SUBMISSIONS", type=Path, required=True, help="where submissions go")
    collect.add_argument("--roster", metavar="FILE", type=Path, help="CSV: student, id, email, group, aliases")
    collect.add_argument("--from", dest="kind", choices=["canvas", "moodle", "gradescope"], help="default: recognised")
    fill = commands.add_parser("fill", help="write marks into a gradebook that you exported")
    fill.add_argument("system", choices=["canvas", "moodle"], help="where the file comes from")
    fill.add_argument("gradebook", metavar="FILE", type=Path, help="the exported gradebook or grading worksheet")
    fill.add_argument("--from", dest="out", metavar="OUT", type=Path, required=True, help="what was graded")
    fill.add_argument("--to", metavar="FILE", type=Path, required=True, help="the filled file, to be imported")
    fill.add_argument("--assignment", metavar="NAME", help='Canvas: the column, as in "Exercise 1 (12345)"')
    fill.add_argument("--feedback", metavar="ZIP", type=Path, help="Moodle: write the zip of feedback files, too")
    fill.add_argument("--scale", action="store_true", help="convert points where the most there are differ")
    column = "a column that is not recognised: participant, name, id, login, email, grade or maximum"
    fill.add_argument("--column", metavar="ROLE=HEADER", action="append", default=[], help=column)
    gradescope = commands.add_parser("gradescope", help="pack an autograder for Gradescope")
    gradescope.add_argument("--to", metavar="ZIP", type=Path, required=True, help="such as autograder.zip")
    gradescope.add_argument("--exercise", metavar="NAME", action="append", help="only this exercise (may be repeated)")
    gradescope.add_argument("--late", metavar="FILE", type=Path, help="counts where Gradescope knows no due date")
    gradescope.add_argument("--roster", metavar="FILE", type=Path, help="CSV: whom extensions are for")
    parsers = {"files": marks, "collecting": collect, "filling": fill, "gradescope": gradescope}
    for module, parser in parsers.items():
        parser.set_defaults(action=partial(_run, module, root_of))
    return list(parsers.values())


def _run(module: str, root_of: Root, arguments: argparse.Namespace) -> int:
    """Runs the `main` of a module here, which is imported when its command is typed."""
    return int(import_module(f"grader.classroom.{module}").main(root_of(arguments), arguments))


def class_file(root: Path, course: Course, arguments: argparse.Namespace, what: str) -> Path | None:
    """Gives the path of a file of a class, as typed or as the index has it."""
    typed: Path | None = getattr(arguments, what)
    named: str = getattr(course.class_files, what)
    return typed or (root / named if named else None)


def tell(what: str, sentences: Iterable[str]) -> None:
    """Writes sentences on what somebody has to look after, names in them made harmless."""
    from grader.report import one_line  # heavier than all commands together

    for sentence in sentences:
        print(f"{what}: {one_line(sentence, 1000)}", file=sys.stderr)
