"""What `classes.py` measured, as Markdown: tables, and the ratios that the project aims at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Any

from bench.measure import percentile

__all__ = ["here", "per_submission", "report"]

Raw = dict[str, Any]
TITLES = {"numpy": "NumPy exercises", "whole": "Whole assignment"}
# Times as fast as nbgrader and as pytest, at least.
AIMS = {"numpy": (20, 5), "whole": (10, 5)}


def here(jobs: int) -> str:
    """What a run of this grader is called."""
    return f"here, {jobs} job{'s' if jobs > 1 else ''}"


def report(raw: Raw) -> str:
    """All that was measured so far."""
    lines = ["# Classes, graded in four ways", "", *_surroundings(raw)]
    for part in ("numpy", "whole"):
        if part in raw:
            lines += _classes(TITLES[part], raw[part])
    if "cold" in raw:
        lines += _cold(raw["cold"])
    if "growth" in raw:
        lines += _growth(raw["growth"])
    return "\n".join([*lines, "", "## Aims", "", *_aims(raw), ""])


def per_submission(runs: Sequence[Raw], size: int) -> float:
    """Seconds a submission: the median of the rounds, start-up included."""
    return float(median(run["wall"] for run in runs)) / size


def _surroundings(raw: Raw) -> list[str]:
    machine = raw["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items() if number)
    lines = [
        f"{machine['processors']} processors ({machine['machine']}), load {machine['load']:.1f} at the start, "
        f"{machine['began']} UTC; isolation: {machine['isolation']}; Python {machine['python']}, {versions}.",
        "",
        "Each submission differs from the others in its bytes: the store, which grades equal work once, is no help. "
        "nbgrader, pytest and the one process run the same checks, as an instructor would write them; here, the "
        "suites run, which look at more. nbgrader has one notebook a student for all exercises, and pytest starts "
        "without plug-ins. What stands under p50 and p95 is the time of a single submission without start-up, "
        "for pytest with it. Who differs has all points here and not there, or the other way round; nbgrader gives no "
        "points for a cell that prints to stderr.",
    ]
    return [*lines, *(f"\nNot measured: {what}." for what in raw["missing"])]


# Classes ------------------------------------------------------------------------------------------------------------
def _classes(title: str, part: Raw) -> list[str]:
    lines = ["", f"## {title}", "", f"A check that takes longer than {part['limit']} seconds is ended in all ways "]
    lines[-1] += "but here, where course.toml limits processor time."
    for name in ("all right", "mixed"):
        if name in part:
            lines += ["", *_class(name, part[name])]
    return lines


def _class(name: str, found: Raw) -> list[str]:
    students, runs_of = found["students"], found["ways"]
    rounds = max((len(runs) for runs in runs_of.values()), default=0)
    kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(kind for kind, _ in students.values()).items())
    first = next(iter(runs_of), "")
    lines = [
        f"### {name.capitalize()}: {len(students)} submissions ({kinds}), {rounds} rounds in turn",
        "",
        f"| way | seconds, each round | s a submission | processor s | p50 | p95 | / {first} | all points | differ |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    reference = set(runs_of[first][-1]["right"]) if first else set()
    for way, runs in runs_of.items():
        lines.append(_row(way, runs, len(students), per_submission(runs_of[first], len(students)), reference))
    return lines


def _row(way: str, runs: Sequence[Raw], size: int, base: float, reference: set[str]) -> str:
    """One way: ratios are those of medians; who differs has all points here and not there, or the other way round."""
    each, seconds = per_submission(runs, size), [one for run in runs for one in run["seconds"]]
    right = set(runs[-1]["right"])
    p50, p95 = (f"{percentile(seconds, share):.2f}" if seconds else "-" for share in (0.5, 0.95))
    rounds = " ".join(f"{run['wall']:.1f}" for run in runs)
    cpu = median(run["cpu"] for run in runs) / size
    ratio = f"{each / base:.2f}"
    return (
        f"| {way} | {rounds} | {each:.3f} | {cpu:.3f} | {p50} | {p95} | {ratio} | {len(right)} | "
        f"{len(right ^ reference)} |"
    )


# One submission, and many -------------------------------------------------------------------------------------------
def _cold(cold: Raw) -> list[str]:
    lines = ["", "## One cold submission, from start to result", ""]
    lines += ["| | here, s | pytest, s | here / pytest |", "| --- | ---: | ---: | ---: |"]
    for title, times in cold.items():
        own, other = median(times["grader grade"]), median(times["pytest"])
        lines.append(f"| {title} | {own:.2f} | {other:.2f} | {own / other:.2f} |")
    return lines


def _growth(growth: Sequence[Raw]) -> list[str]:
    lines = ["", "## How the cost grows (NumPy exercises, all right)", ""]
    lines += ["Memory is that of all processes together, shared pages counted once where the system tells; early and "]
    lines[-1] += "late are the second and the fourth fifth of a run."
    lines += [""]
    lines += ["| submissions | jobs | seconds | ms a submission | processor ms | MB early | MB late | MB at most |"]
    lines += ["| ---: " * 8 + "|"]
    for one in growth:
        early, late, peak = _memory(one)
        each, cpu = one["wall"] / one["size"] * 1000, one["cpu"] / one["size"] * 1000
        numbers = f"{one['wall']:.1f} | {each:.0f} | {cpu:.0f} | {early:.0f} | {late:.0f} | {peak:.0f}"
        lines.append(f"| {one['size']} | {one['jobs']} | {numbers} |")
    return lines


def _memory(one: Raw) -> tuple[float, float, float]:
    """Memory in the second fifth of a run, in the fourth, and at most; in between it neither starts nor renders."""
    samples, wall = one.get("memory", []), one["wall"]
    between = [
        [mb for second, mb in samples if low <= second / wall < low + 0.2] or [mb for _, mb in samples] or [0.0]
        for low in (0.2, 0.6)
    ]
    return float(median(between[0])), float(median(between[1])), max((mb for _, mb in samples), default=0.0)


# Aims ---------------------------------------------------------------------------------------------------------------
def _aims(raw: Raw) -> list[str]:
    lines = ["| what | measured | aim |", "| --- | ---: | ---: |"]
    for part, title in TITLES.items():
        if part in raw:
            lines += _class_aims(title, raw[part], *AIMS[part], raw["options"]["jobs"])
    for title, times in raw.get("cold", {}).items():
        ratio = median(times["grader grade"]) / median(times["pytest"])
        lines.append(f"| {title}: one cold submission, here / pytest | {ratio:.2f} | at most 1 |")
    return [*lines, *_growth_aims(raw.get("growth", []), raw["options"]["jobs"])]


def _class_aims(title: str, part: Raw, nbgrader: int, pytest: int, jobs: int) -> list[str]:
    lines = []
    for name in ("all right", "mixed"):
        runs_of = part.get(name, {}).get("ways", {})
        walls = {way: median(run["wall"] for run in runs) for way, runs in runs_of.items()}
        for count in dict.fromkeys((1, jobs)):
            own = walls.get(here(count))
            if own is None:
                continue
            for way, aim in (("nbgrader autograde", nbgrader), ("pytest, a process each", pytest)):
                if way in walls:
                    ratio = f"{walls[way] / own:.1f}"
                    lines.append(f"| {title}, {name}: {way} / {here(count)} | {ratio} | at least {aim} |")
        own, bare = walls.get(here(1)), walls.get("one warm process")
        if own is not None and bare is not None:
            lines.append(f"| {title}, {name}: {here(1)} / one warm process | {own / bare:.2f} | at most 1.5 |")
    return [*lines, *_processor_aim(title, part)]


def _processor_aim(title: str, part: Raw) -> list[str]:
    own = [part.get(name, {}).get("ways", {}).get(here(1)) for name in ("mixed", "all right")]
    if None in own:
        return []
    mixed, right = (median(run["cpu"] for run in runs) for runs in own if runs)
    return [f"| {title}: processor time of the mixed class / all right | {mixed / right:.2f} | at most 1.5 |"]


def _growth_aims(growth: Sequence[Raw], jobs: int) -> list[str]:
    found = {(one["size"], one["jobs"]): one for one in growth}
    if len({size for size, _ in found}) < 2 or jobs < 2:
        return []
    before, largest = sorted({size for size, _ in found})[-2:]
    one, more, smaller = found[largest, 1], found[largest, jobs], found[before, 1]
    each = (one["wall"] / largest) / (smaller["wall"] / before)
    early, late, _ = _memory(one)
    return [
        f"| {largest} submissions: one job / {jobs} jobs | {one['wall'] / more['wall']:.2f} | at least 1.7 |",
        f"| time a submission at {largest} / at {before} | {each:.2f} | at most 1 |",
        f"| {largest} submissions: memory late / early in the run | {late / early if early else 0:.2f} | about 1 |",
    ]
