"""The same class graded here, by nbgrader, by pytest and without isolation, in one run and in turn: tables and a plot.

    python tests/bench/classes.py [--quick] [--parts numpy whole cold growth large] [--out FOLDER]

Each submission differs from the others in its bytes, so that nothing is graded once for several: the store, which keeps
equal work from being graded twice, is no help here.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    here_file = Path(__file__).resolve()
    sys.path[:1] = [str(here_file.parents[2]), str(here_file.parents[1])]  # in the place of this folder

from bench import drawing, tables, ways
from bench.makeup import ALL_RIGHT, COURSE, KERAS, MIXED, NUMPY, Mix, make
from bench.ways import Class, Graded

__all__ = ["main"]

PARTS = ("numpy", "whole", "cold", "growth", "large")
WAYS = ("here", "nbgrader", "pytest", "suites", "checks")
QUICK = {"numpy": 4, "whole": 2, "rounds": 1, "whole_rounds": 1, "cold": 1, "growth": [2, 4]}
# Submissions that nbgrader and pytest grade beside a large class: they begin anew with each, so a few tell.
BESIDE, WHOLE_BESIDE = 10, 3
PACKAGES = ("numpy", "pytest", "nbgrader", "keras", "tensorflow", "tensorflow-cpu")
Raw = dict[str, Any]


def parse(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What was typed; sizes that were left out are those of `--quick`, or full ones."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few NumPy submissions, one round: does it work at all?")
    parser.add_argument("--parts", nargs="+", choices=PARTS, metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS), metavar="WAY", help=", ".join(WAYS))
    parser.add_argument("--numpy", type=int, default=100, metavar="N", help="a class with the NumPy exercises")
    parser.add_argument("--whole", type=int, default=10, metavar="N", help="a class with the whole assignment")
    parser.add_argument("--rounds", type=int, default=1, help="of the classes with the NumPy exercises")
    parser.add_argument("--whole-rounds", type=int, default=1, help="of those with the whole assignment")
    parser.add_argument("--cold", type=int, default=5, metavar="N", help="cold starts")
    parser.add_argument("--growth", type=int, nargs="+", default=[10, 100, 1000], metavar="N", help="sizes of a class")
    parser.add_argument("--large", type=int, default=40, metavar="N", help="a large class with the whole assignment")
    parser.add_argument("--jobs", type=int, default=2, help="so many judges, beside runs with one")
    parser.add_argument("--out", type=Path, default=Path("out-bench"), help="for tables, plot and raw numbers")
    if "--quick" in (sys.argv[1:] if words is None else words):
        parser.set_defaults(**QUICK, parts=["numpy", "cold", "growth"])
    chosen = parser.parse_args(words)
    chosen.parts = chosen.parts or list(PARTS)
    return chosen


def main() -> None:
    """Runs the parts one after the other; what is measured is written after each of them."""
    chosen = parse()
    chosen.out.mkdir(parents=True, exist_ok=True)
    raw: Raw = {"machine": machine(), "options": {**vars(chosen), "out": None}, "missing": missing(chosen)}
    for part in chosen.parts:
        if part in ("whole", "large") and not has("keras"):
            continue
        raw[part] = RUNS[part](chosen)
        (chosen.out / "bench.json").write_text(json.dumps(raw, indent=1), "utf-8")
        (chosen.out / "bench.md").write_text(tables.report(raw), "utf-8")
    drawing.draw(raw, chosen.out / "bench.png")
    print(tables.report(raw))


def has(package: str) -> bool:
    """Whether a package is there; it is not imported."""
    return importlib.util.find_spec(package) is not None


def missing(chosen: argparse.Namespace) -> list[str]:
    """What cannot be measured here, and why."""
    found = []
    if "nbgrader" in chosen.ways and not has("nbgrader"):
        found.append("nbgrader autograde: nbgrader is not installed here")
    if {"whole", "cold", "large"} & set(chosen.parts) and not has("keras"):
        found.append("the whole assignment: Keras is not installed here")
    return found


def machine() -> Raw:
    """What the numbers depend on."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except ImportError:
            versions[name] = ""
    return {
        "processors": len(os.sched_getaffinity(0)),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "versions": versions,
        "isolation": COURSE.isolation,
        "load": os.getloadavg()[0],
        "began": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
    }


# Classes ------------------------------------------------------------------------------------------------------------
def ways_of(chosen: argparse.Namespace) -> dict[str, Callable[[Class], Graded]]:
    """The ways by the names that tables give them."""
    found: dict[str, Callable[[Class], Graded]] = {}
    if "here" in chosen.ways:
        for jobs in dict.fromkeys((1, chosen.jobs)):
            found[tables.here(jobs)] = partial(ways.here, jobs=jobs)
    if "nbgrader" in chosen.ways and has("nbgrader"):
        found[tables.NBGRADER] = ways.autograde
    if "pytest" in chosen.ways:
        found[tables.PYTEST] = ways.pytest_each
    if "suites" in chosen.ways:
        found[tables.SUITES] = ways.own_suites
    if "checks" in chosen.ways:
        found[tables.CHECKS] = ways.instructors_checks
    return found


def classes(chosen: argparse.Namespace, exercises: tuple[str, ...], size: int, rounds: int) -> Raw:
    """An all-right class and a mixed one, each by all ways in turn."""
    found: Raw = {"limit": ways.limit_of(exercises), "exercises": exercises}
    for title, mix in (("all right", ALL_RIGHT), ("mixed", MIXED)):
        with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
            say(f"{len(exercises)} exercises, {title}: {size} submissions are made")
            found[title] = one_class(chosen, exercises, size, rounds, mix, Path(scratch))
    return found


def one_class(
    chosen: argparse.Namespace, exercises: tuple[str, ...], size: int, rounds: int, mix: Mix, scratch: Path
) -> Raw:
    """One class by all ways, round after round, each of which begins with another way.

    What is graded here is graded again after each other way: the speed of a machine that others use changes by the
    minute, so a ratio is one of neighbours.
    """
    among, students = ways_of(chosen), make(size, mix, exercises)
    work = Class(students, exercises, scratch, notebooks=tables.NBGRADER in among)
    found: dict[str, list[Raw]] = {name: [] for name in among}
    own = [name for name in among if name in map(tables.here, (1, chosen.jobs))]
    others = [name for name in among if name not in own]
    for number in range(rounds):
        turn = number % max(len(others), 1)
        order = [*own, *(name for other in others[turn:] + others[:turn] for name in (other, *own))]
        for name in order:
            graded = among[name](work)
            found[name].append({"turn": sum(map(len, found.values())), **told(graded)})
            say(f"  round {number + 1}, {name}: {graded.taken.wall:.1f} s")
    return {"students": {one.name: [one.kind, one.source] for one in students}, "ways": found}


def told(graded: Graded) -> Raw:
    """One run as it is written down."""
    taken = graded.taken
    found = {"wall": taken.wall, "cpu": taken.cpu, "seconds": graded.seconds, "right": sorted(graded.right)}
    return found | ({"memory": taken.memory} if taken.memory else {})


# One submission, and many -------------------------------------------------------------------------------------------
def cold(chosen: argparse.Namespace) -> Raw:
    """From the start of a program to the result of one right submission, here and with pytest, in turn."""
    found: Raw = {}
    for title, exercises in (("NumPy exercises", NUMPY), ("whole assignment", NUMPY + KERAS)):
        if title == "whole assignment" and ("whole" not in chosen.parts or not has("keras")):
            continue
        runs: dict[str, list[Raw]] = {"here": [], "pytest": []}
        with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
            work = Class(make(1, ALL_RIGHT, exercises), exercises, Path(scratch), notebooks=False)
            for _ in range(chosen.cold):
                runs["here"].append(told(ways.here(work, jobs=1)))
                runs["pytest"].append(told(ways.pytest_each(work)))
        seconds = {name: [round(run["wall"], 1) for run in taken] for name, taken in runs.items()}
        say(f"cold, {title}, seconds: {seconds}")
        found[title] = runs
    return found


def growth(chosen: argparse.Namespace, exercises: tuple[str, ...], sizes: Sequence[int], few: int) -> list[Raw]:
    """All-right classes of growing size with one job and with several, and the memory of all their processes.

    The largest class takes so long that the machine may have another speed by then: `beside` it, before and after each
    of its runs, stand seconds a submission of smaller classes: of the next one here, of a few by nbgrader and pytest.
    """
    found: list[Raw] = []
    ordered = sorted(set(sizes))
    with ExitStack() as stack:
        work_of = {size: _class(exercises, size, stack) for size in ordered}
        some = _class(exercises, min(few, ordered[0]), stack, notebooks=tables.NBGRADER in ways_of(chosen))
        smaller = work_of[ordered[-2]] if len(ordered) > 1 else None
        for size in sizes:
            before = _beside(chosen, some, smaller) if size == ordered[-1] else {}
            for jobs in dict.fromkeys((1, chosen.jobs)):
                graded = ways.here(work_of[size], jobs, memory=True)
                say(f"{size} submissions, {len(exercises)} exercises, {jobs} jobs: {graded.taken.wall:.1f} s")
                after = _beside(chosen, some, smaller) if before else {}
                beside = {name: (seconds + after[name]) / 2 for name, seconds in before.items()}
                found.append({"size": size, "jobs": jobs, "beside": beside, **told(graded)})
                before = after
    return found


def _class(exercises: tuple[str, ...], size: int, stack: ExitStack, notebooks: bool = False) -> Class:
    """An all-right class, on disk for as long as the stack is open."""
    scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
    return Class(make(size, ALL_RIGHT, exercises), exercises, Path(scratch), notebooks)


def _beside(chosen: argparse.Namespace, some: Class, smaller: Class | None) -> dict[str, float]:
    """Seconds a submission: of some submissions by nbgrader and pytest, and of a smaller class here, with one job."""
    among = ways_of(chosen)
    graded = {name: among[name](some) for name in (tables.NBGRADER, tables.PYTEST) if name in among}
    seconds = {name: one.taken.wall / len(some.students) for name, one in graded.items()}
    if smaller is not None:
        seconds[tables.here(1)] = ways.here(smaller, 1).taken.wall / len(smaller.students)
    say(f"beside, seconds a submission: { {name: round(one, 3) for name, one in seconds.items()} }")
    return seconds


RUNS: dict[str, Callable[[argparse.Namespace], Any]] = {
    "numpy": lambda chosen: classes(chosen, NUMPY, chosen.numpy, chosen.rounds),
    "whole": lambda chosen: classes(chosen, NUMPY + KERAS, chosen.whole, chosen.whole_rounds),
    "cold": cold,
    "growth": lambda chosen: growth(chosen, NUMPY, chosen.growth, BESIDE),
    "large": lambda chosen: growth(chosen, NUMPY + KERAS, [chosen.large], WHOLE_BESIDE),
}


def say(text: str) -> None:
    """Tells how far it is, apart from the tables."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
