"""What `classes.py` measured, as Markdown: tables, and the ratios that the project aims at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

from bench.measure import percentile
from bench.plan import plan

__all__ = ["CHECKS", "NBGRADER", "PYTEST", "SUITES", "here", "per_submission", "report"]

Raw = dict[str, Any]
TITLES = {"numpy": "NumPy exercises", "whole": "Whole assignment"}
# Times as fast as nbgrader and as pytest, at least.
AIMS = {"numpy": (20, 5), "whole": (10, 5)}
NBGRADER, PYTEST = "nbgrader autograde", "pytest, a process each"
# The two ways without any isolation.
SUITES, CHECKS = "one warm process, same suites", "one warm process, instructor's checks"


def here(jobs: int) -> str:
    """What a run of this grader is called."""
    return f"here, {jobs} job{'s' if jobs > 1 else ''}"


def report(raw: Raw) -> str:
    """All that was measured so far."""
    lines = ["# Classes, graded in five ways", "", *_surroundings(raw)]
    for part in ("numpy", "whole"):
        if part in raw:
            lines += _classes(TITLES[part], raw[part])
    if "cold" in raw:
        lines += _cold(raw["cold"])
    if "growth" in raw:
        lines += ["", "## How the cost grows (NumPy exercises, all right)", "", *_growth(raw["growth"])]
        lines += ["", "## A plan, from these numbers", "", *plan(raw)]
    if "large" in raw:
        lines += ["", "## A large class (whole assignment, all right)", "", *_growth(raw["large"])]
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
        "nbgrader and pytest run the same checks, as an instructor would write them; here, the suites run, which look "
        "at more. nbgrader has one notebook a student for all exercises, and pytest starts without plug-ins.",
        "",
        f"`{SUITES}`: the same collected suites, recorded examples, calls, judging and limits as here, and the "
        "student's functions are called directly in the judge's process, without worker, wire, lock or fork; neither "
        "pages nor a store are written. What isolation costs is measured against it. "
        f"`{CHECKS}`: what nbgrader and pytest run, in one process for the whole class.",
        "",
        "What stands under p50 and p95 is the time of a single submission without start-up, for pytest with it. Who "
        "differs has all points here and not there, or the other way round, and is named by the golden submission that "
        "it is a copy of; nbgrader gives no points for a cell that prints to stderr.",
        "",
        "The speed of a machine that others use changes by the minute. So what is graded here is graded again after "
        "each other way, and a ratio among the aims is one of neighbours: to our runs just before and after. In the "
        "largest classes, where start-up fades, nbgrader and pytest grade a few submissions before and after our run.",
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
        f"### {name.capitalize()}: {len(students)} submissions ({kinds}), {rounds} round{'s in turn' * (rounds > 1)}",
        "",
        f"| way | seconds, each round | s a submission | processor s | p50 | p95 | / {first} | all points | differ |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    return lines + [_row(way, runs, students, runs_of[first]) for way, runs in runs_of.items()]


def _row(way: str, runs: Sequence[Raw], students: dict[str, list[str]], first: Sequence[Raw]) -> str:
    """One way: ratios are those of medians; who differs is named by the golden submission that it is a copy of."""
    each, seconds = per_submission(runs, len(students)), [one for run in runs for one in run["seconds"]]
    right = set(runs[-1]["right"])
    p50, p95 = (f"{percentile(seconds, share):.2f}" if seconds else "-" for share in (0.5, 0.95))
    rounds = " ".join(f"{run['wall']:.1f}" for run in runs)
    cpu, ratio = _median(runs, "cpu") / len(students), each / per_submission(first, len(students))
    differ = Counter(students[name][1] for name in sorted(right ^ set(first[-1]["right"])))
    words = ", ".join(f"{count} {source}" for source, count in differ.items())
    return f"| {way} | {rounds} | {each:.3f} | {cpu:.3f} | {p50} | {p95} | {ratio:.2f} | {len(right)} | {words} |"


# One submission, and many -------------------------------------------------------------------------------------------
def _cold(cold: Raw) -> list[str]:
    lines = ["", "## One cold submission, from start to result", ""]
    lines += ["| | times | here, s | pytest, s | here / pytest | here, processor s | pytest, processor s |"]
    lines += ["| --- " + "| ---: " * 6 + "|"]
    for title, runs in cold.items():
        wall, cpu = ([_median(runs[way], key) for way in ("here", "pytest")] for key in ("wall", "cpu"))
        seconds = f"{wall[0]:.2f} | {wall[1]:.2f} | {wall[0] / wall[1]:.2f} | {cpu[0]:.2f} | {cpu[1]:.2f}"
        lines.append(f"| {title} | {len(runs['here'])} | {seconds} |")
    return lines


def _growth(growth: Sequence[Raw]) -> list[str]:
    lines = ["Memory is that of all processes together, shared pages counted once where the system tells; early and "]
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
@dataclass(frozen=True)
class _Ratio:
    """One ratio, and what it has to be: at least, or at most, or nothing."""

    what: str
    value: float
    least: float | None = None
    most: float | None = None

    @property
    def row(self) -> str:
        """A row of the table."""
        aim, met = "", ""
        if self.least is not None:
            aim, met = f"at least {self.least:g}", "yes" if self.value >= self.least else "no"
        elif self.most is not None:
            aim, met = f"at most {self.most:g}", "yes" if self.value <= self.most else "no"
        return f"| {self.what} | {self.value:.2f} | {aim} | {met} |"


def _aims(raw: Raw) -> list[str]:
    jobs, ratios = raw["options"]["jobs"], []
    for part, title in TITLES.items():
        for name in ("all right", "mixed"):
            runs_of = raw.get(part, {}).get(name, {}).get("ways", {})
            ratios += _to_others(f"{title}, {name}", runs_of, AIMS[part], jobs)
            ratios += _to_bare(f"{title}, {name}", runs_of)
            ratios += _ceiling(f"{title}, {name}", runs_of, jobs)
        ratios += _mixed_to_right(title, raw.get(part, {}))
    for title, runs in raw.get("cold", {}).items():
        ratio = _median(runs["here"], "wall") / _median(runs["pytest"], "wall")
        ratios.append(_Ratio(f"One cold submission, {title}: here / pytest", ratio, most=1))
    ratios += _growing(raw.get("growth", []), jobs)
    ratios += _of_many(TITLES["numpy"], raw.get("growth", []), AIMS["numpy"], jobs)
    ratios += _of_many(TITLES["whole"], raw.get("large", []), AIMS["whole"], jobs)
    lines = ["| ratio | measured | aim | met |", "| --- | ---: | ---: | --- |"]
    return lines + [ratio.row for ratio in ratios]


def _median(runs: Sequence[Raw], key: str) -> float:
    return float(median(run[key] for run in runs))


def _to_others(title: str, runs_of: dict[str, list[Raw]], aims: tuple[int, int], jobs: int) -> list[_Ratio]:
    """How many times as fast as nbgrader and as pytest, which know no jobs."""
    return [
        _Ratio(f"{title}: {way} / {here(count)}", _over(own, runs_of[way], "wall"), least=aim)
        for way, aim in zip((NBGRADER, PYTEST), aims, strict=True)
        for count in dict.fromkeys((1, jobs))
        if way in runs_of and (own := runs_of.get(here(count)))
    ]


def _to_bare(title: str, runs_of: dict[str, list[Raw]]) -> list[_Ratio]:
    """What isolation costs. A judge and its worker may overlap: seconds and processor seconds both count."""
    own = runs_of.get(here(1))
    return [
        _Ratio(f"{title}: {unit}{here(1)} / {way}", 1 / _over(own, runs_of[way], key), most=aim)
        for way, aim in ((SUITES, 1.5), (CHECKS, None))
        for key, unit in (("wall", ""), ("cpu", "processor time, "))
        if own and way in runs_of
    ]


def _ceiling(title: str, runs_of: dict[str, list[Raw]], jobs: int) -> list[_Ratio]:
    """How many times as fast as nbgrader its own checks are, dealt out to so many processes that are warm already."""
    own = runs_of.get(here(1))
    if not own or NBGRADER not in runs_of or CHECKS not in runs_of:
        return []
    ratio = _over(own, runs_of[NBGRADER], "wall") * jobs / _over(own, runs_of[CHECKS], "wall")
    return [_Ratio(f"{title}: {NBGRADER} / {CHECKS}, if {jobs} of them shared the class", ratio)]


def _over(own: Sequence[Raw], runs: Sequence[Raw], key: str) -> float:
    """Another way's runs, each over the mean of our runs just before and after it; the median of these ratios."""
    ratios = []
    for run in runs:
        before = [one[key] for one in own if one["turn"] < run["turn"]][-1:]
        after = [one[key] for one in own if one["turn"] > run["turn"]][:1]
        ratios.append(run[key] / mean(before + after))
    return float(median(ratios))


def _mixed_to_right(title: str, part: Raw) -> list[_Ratio]:
    mixed, right = (part.get(name, {}).get("ways", {}).get(here(1)) for name in ("mixed", "all right"))
    if not mixed or not right:
        return []
    what = f"{title}: processor time, {here(1)}, mixed / all right"
    return [_Ratio(what, _median(mixed, "cpu") / _median(right, "cpu"), most=1.5)]


def _growing(growth: Sequence[Raw], jobs: int) -> list[_Ratio]:
    found = {(one["size"], one["jobs"]): one for one in growth}
    if len({size for size, _ in found}) < 2 or jobs < 2:
        return []
    before, largest = sorted({size for size, _ in found})[-2:]
    one, more = found[largest, 1], found[largest, jobs]
    each = one["wall"] / largest / one["beside"][here(1)]
    early, late, _ = _memory(one)
    return [
        _Ratio(f"{largest} submissions: seconds of {here(1)} / {here(jobs)}", one["wall"] / more["wall"], least=1.7),
        _Ratio(f"Seconds a submission: {largest} submissions / {before}", each, most=1),
        _Ratio(f"{largest} submissions: memory late / early in the run", late / early if early else 0.0, most=1.05),
    ]


def _of_many(title: str, runs: Sequence[Raw], aims: tuple[int, int], jobs: int) -> list[_Ratio]:
    """The others' seconds a submission, measured beside our run of the largest class, over ours: start-up fades."""
    own = max((one for one in runs if one["jobs"] == jobs), key=lambda one: one["size"], default=None)
    if own is None:
        return []
    each, name = own["wall"] / own["size"], f"{here(jobs)} of {own['size']}"
    return [
        _Ratio(f"{title}, a submission: {way} / {name}", own["beside"][way] / each, least=aim)
        for way, aim in zip((NBGRADER, PYTEST), aims, strict=True)
        if way in own["beside"]
    ]
