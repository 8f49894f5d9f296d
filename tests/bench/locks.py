"""What locking a worker in costs, in milliseconds, layer by layer: from the request for a fork to its first word.

python tests/bench/locks.py [--keras] [--forks N]
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import tempfile
import time
from pathlib import Path

import msgspec

from grader import course as courses
from grader.containment import levels
from grader.desk import Desk, spec_of
from grader.messages import Locks
from grader.student import Bench

__all__ = ["main"]

ROOT = Path(__file__).parents[2]
BARE = Locks(own_user=False)


def main() -> None:
    """Measures each step in turn, again and again, so that a busy moment hits them all alike."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keras", action="store_true", help="workers of the Keras template as well")
    parser.add_argument("--forks", type=int, default=60, metavar="N", help="workers for each step (default: 60)")
    arguments = parser.parse_args()
    course = courses.load(ROOT / "course.toml")
    print(f"{os.cpu_count()} processors; medians of {arguments.forks} workers, in ms from the request to `ready`\n")
    print("| template | limits alone | + own user | + Landlock | + seccomp | all of them | canary, once a run |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for kind in ("numpy", "keras")[: 1 + arguments.keras]:
        exercise = next(one for one in course.ready if one.template == kind)
        with tempfile.TemporaryDirectory() as empty:
            specs = [spec_of(exercise, ROOT / "exercises")]
            desk = Desk(specs, course.limits, ROOT / "data", Path(empty), isolation="locked")
            try:
                print(
                    f"| {kind} | {' | '.join(f'{ms:+.2f}' for ms in row(desk, kind, exercise.name, arguments.forks))} |"
                )
            finally:
                desk.close()


def row(desk: Desk, kind: str, exercise: str, forks: int) -> list[float]:
    """The first step as it is, what each layer adds to the one before, all layers together, and the canary."""
    bench = desk.bench_for(kind, exercise)
    bench.worker().end()  # the template has to be there
    full = bench.locks
    steps = [
        BARE,
        msgspec.structs.replace(BARE, own_user=full.own_user),
        msgspec.structs.replace(full, seccomp=False),
        full,
    ]
    taken: list[list[float]] = [[] for _ in steps]
    for _ in range(forks):
        for locks, seconds in zip(steps, taken, strict=True):
            seconds.append(ready(bench, locks))
    medians = [statistics.median(seconds) * 1000 for seconds in taken]
    added = [after - before for before, after in itertools.pairwise(medians)]
    began = time.perf_counter()
    desk.prove(kind, exercise)
    return [medians[0], *added, medians[-1] - medians[0], (time.perf_counter() - began) * 1000]


def ready(bench: Bench, locks: Locks) -> float:
    """Seconds that a worker behind these locks takes to say that it is ready."""
    bench.locks, began = locks, time.perf_counter()
    worker = bench.worker()
    worker.greet()
    taken = time.perf_counter() - began
    worker.end()
    return taken


if __name__ == "__main__":
    levels.require("locked")
    main()
