"""`grader check`: exercise by exercise, what the public checks say of the student's own files."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

from grader.check.helper import Helped
from grader.check.progress import beneath, load, record, remembered
from grader.check.public import Index, index
from grader.check.showing import colours, columns, summary, text
from grader.check.spare import Supply
from grader.check.viewing import show
from grader.check.work import Work
from grader.check.wrapping import paragraphs
from grader.errors import SubmissionError
from grader.model import CheckResult

__all__ = ["check"]


def check(arguments: argparse.Namespace) -> int:
    """Runs the checks that were typed, prints what they say, remembers it; the exit status."""
    found = index()
    wanted: dict[str, list[str]] = {}
    for name in arguments.names or [exercise.name for exercise in found.exercises]:
        exercise, checks = found.choose(name)
        wanted[exercise.name] = [*wanted.get(exercise.name, []), *checks]
    work = Work(arguments.folder, Path.cwd(), [exercise.spec for exercise in found.exercises])
    with contextlib.closing(Supply()) as supply:
        work.take = lambda kind: Helped(work.home, _tell) if kind == "keras" else supply.take(kind)
        for exercise in found.exercises:
            if exercise.name in wanted and exercise.spec.template == "numpy":
                supply.ready("numpy")  # all at once: starting takes longer than checking
        return _checked(arguments, found, work, wanted)


def _tell(words: str) -> None:
    """What a check waits for, in a line of its own."""
    print(f"  {words}", flush=True)


def _checked(arguments: argparse.Namespace, found: Index, work: Work, wanted: dict[str, list[str]]) -> int:
    """Checks and prints; the exit status."""
    for note in work.notes:
        print(paragraphs(f"note: {note}", ""))
    made: list[CheckResult] = []
    missing: list[str] = []
    broken = False
    for exercise in found.exercises:
        if exercise.name in wanted:
            print(f"{exercise.name}: {exercise.title}", flush=True)
            for note in work.facts[exercise.name].notes:
                print(paragraphs(f"note: {note}"))
            try:
                verdicts = work.check(exercise, wanted[exercise.name])
            except SubmissionError as error:
                print(paragraphs(str(error), "    "))
                broken = True
                continue
            whole = set(wanted[exercise.name]) == {check.name for check in exercise.checks}
            unwritten = work.unwritten(exercise) if whole else []
            for note in beneath(load(work.home), exercise.name, work.facts[exercise.name].siblings, verdicts):
                print(paragraphs(f"note: {note}"))
            missing += unwritten
            print(text(exercise.name, verdicts, work.printed, columns(), colours(sys.stdout), unwritten))
            if arguments.show or arguments.save:
                print(f"  {show(work.home, exercise.name, verdicts, arguments.show and not arguments.save)}")
            made += verdicts
            _remember(work, exercise.name, verdicts, unwritten if whole else None)
    if made:
        print(f"\n{summary(made, len(missing))}")
    return int(broken or bool(missing) or any(result.outcome == "failed" for result in made))


def _remember(work: Work, exercise: str, verdicts: Sequence[CheckResult], unwritten: Sequence[str] | None) -> None:
    """Keeps the outcomes for `grader progress` and `grader hint`; not of files that lie elsewhere."""
    if work.folder in (work.home / "exercises", Path.cwd()):
        with remembered(work.home) as progress:
            record(progress, exercise, verdicts, unwritten)
