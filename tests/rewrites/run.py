"""Grades rewrites of right submissions, each on its own exercise; whatever is lost is printed with its source.

python tests/rewrites/run.py [--exercise NAME] [--sample N] [--jobs N] [--public]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    here = Path(__file__).resolve()
    sys.path[:1] = [str(here.parents[2]), str(here.parents[1])]  # in the place of this folder

from rewrites.compose import COUNTS, Rewrite, covering, rewrites
from rewrites.grading import graded, public

__all__: list[str] = []

# A run that is ended early has told what it knew by then.
AT_ONCE = 250


def main() -> int:
    """The command; exit status 1 where a right submission lost anything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--exercise", action="append", choices=list(COUNTS))
    parser.add_argument("--sample", type=int, help="so many of each exercise; 0: as few as have every value")
    parser.add_argument("--jobs", type=int, help="judges at the same time; one a processor by default")
    parser.add_argument("--public", action="store_true", help="make the public checks of students, not the graded ones")
    arguments = parser.parse_args()
    lost = 0
    print(f"{'exercise':14} {'rewrites':>8} {'values':>6} {'lost':>5} {'seconds':>8} {'a second':>8}")
    for exercise in arguments.exercise or COUNTS:
        given = rewrites(exercise, arguments.sample or COUNTS[exercise])
        if arguments.sample == 0:
            given = covering(given)
        lost += report(exercise, given, arguments)
    return 1 if lost else 0


def report(exercise: str, given: list[Rewrite], arguments: argparse.Namespace) -> int:
    """Prints what rewrites of one exercise lose, as soon as it is known, then their line of the table."""
    lost, began = 0, time.perf_counter()
    for start in range(0, len(given), AT_ONCE):
        part = given[start : start + AT_ONCE]
        losses = public(part) if arguments.public else graded(part, arguments.jobs)
        for one in (one for one in part if losses[one.name]):
            lost += 1
            print(f"\n{one.name}: {sorted(one.values)}", *losses[one.name], one.source, sep="\n", flush=True)
    seconds = time.perf_counter() - began
    values = set().union(*(one.values for one in given))
    line = f"{exercise:14} {len(given):8} {len(values):6} {lost:5} {seconds:8.0f} {len(given) / seconds:8.1f}"
    print(line, flush=True)
    return lost


if __name__ == "__main__":
    sys.exit(main())
