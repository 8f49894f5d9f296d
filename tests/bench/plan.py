"""What a class of any size takes: recorded times of submissions, dealt out to judges as a run deals them out.

    python tests/bench/plan.py out-bench/bench.json [--students 10000] [--seconds 3600]

A run is a start, work of one process for each submission (reading, keeping, pages), and work of judges: the seconds
that each submission was recorded with, and some more that no record holds. Both are fitted to the two smaller runs of
the benchmark's growth, and the largest one, which they have not seen, is foretold first.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Costs", "dealt_out", "fitted", "foretold", "plan"]

Raw = dict[str, Any]
MOST_JUDGES = 4096


@dataclass(frozen=True)
class Costs:
    """Seconds: `start` of a run, of one process `each` submission, and of a judge each beyond what is recorded."""

    start: float
    each: float
    beside: float

    def of(self, times: Sequence[float], judges: int) -> float:
        """The seconds that a run over submissions with these times takes."""
        return self.start + self.each * len(times) + dealt_out([time + self.beside for time in times], judges)


def dealt_out(times: Sequence[float], judges: int) -> float:
    """Seconds until the last judge is done, where each takes the next submission as soon as it is free."""
    free = [0.0] * judges
    for time in times:
        heapq.heapreplace(free, free[0] + time)
    return max(free)


def like(times: Sequence[float], size: int) -> list[float]:
    """Times for so many submissions, drawn from recorded ones, always the same."""
    return random.Random(7).choices(times, k=size)


def fitted(small: Sequence[Raw], middle: Sequence[Raw]) -> Costs:
    """Costs from runs of two sizes, each with one job and with several."""
    rest = [
        [run["wall"] - dealt_out(run["seconds"], run["jobs"]) for run in sorted(runs, key=lambda run: run["jobs"])]
        for runs in (small, middle)
    ]
    grows = middle[0]["size"] - small[0]["size"]
    one, more = ((rest[1][place] - rest[0][place]) / grows for place in (0, -1))
    jobs = max(run["jobs"] for run in middle)
    # With one job the rest of a submission is each + beside, with several each + beside / jobs.
    beside = max((one - more) * jobs / (jobs - 1), 0.0) if jobs > 1 else 0.0
    each = max(one - beside, 0.0)
    return Costs(max(rest[1][0] - (each + beside) * middle[0]["size"], 0.0), each, beside)


def foretold(growth: Sequence[Raw]) -> list[tuple[int, int, float, float]]:
    """For the largest size of a growth: size, jobs, seconds as foretold from the two sizes before, and as measured."""
    sizes = sorted({run["size"] for run in growth})
    if len(sizes) < 3:
        return []
    by_size = {size: [run for run in growth if run["size"] == size] for size in sizes}
    costs = fitted(by_size[sizes[-3]], by_size[sizes[-2]])
    told = []
    for run in by_size[sizes[-1]]:
        known = next(other for other in by_size[sizes[-2]] if other["jobs"] == run["jobs"])
        seconds = costs.of(like(known["seconds"], run["size"]), run["jobs"])
        told.append((run["size"], run["jobs"], seconds, run["wall"]))
    return told


def judges_for(costs: Costs, times: Sequence[float], seconds: float) -> int | None:
    """The fewest judges that are done in so many seconds; None where the one process alone takes longer."""
    few, many = 0, MOST_JUDGES
    if costs.of(times, many) > seconds:
        return None
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if costs.of(times, middle) <= seconds else (middle, many)
    return many


def plan(raw: Raw, students: int = 10_000, seconds: float = 3600.0) -> list[str]:
    """As Markdown: what was foretold and measured, then what a large class takes."""
    growth = raw.get("growth", [])
    told = foretold(growth)
    if not told:
        return ["For a plan the benchmark needs three sizes of a class (`--parts growth`)."]
    lines = ["| submissions | jobs | foretold, s | measured, s | off by |", "| ---: | ---: | ---: | ---: | ---: |"]
    lines += [f"| {n} | {jobs} | {f:.0f} | {m:.0f} | {abs(f / m - 1):.0%} |" for n, jobs, f, m in told]
    sizes = sorted({run["size"] for run in growth})[-2:]
    costs = fitted(*([run for run in growth if run["size"] == size] for size in sizes))
    minutes = seconds / 60
    lines += ["", f"| {students} submissions in {minutes:.0f} minutes | judges | busy with pages and store, minutes |"]
    lines += ["| --- | ---: | ---: |"]
    for part, title in (("numpy", "NumPy exercises"), ("whole", "whole assignment")):
        for kind in ("all right", "mixed"):
            runs = raw.get(part, {}).get(kind, {}).get("ways", {}).get("here, 1 job", [])
            if times := [one for run in runs for one in run["seconds"]]:
                judges = judges_for(costs, like(times, students), seconds)
                number = "not in that time" if judges is None else str(judges)
                lines.append(f"| {title}, {kind} | {number} | {costs.each * students / 60:.1f} |")
    return lines


def main() -> None:
    """Prints the plan from a benchmark's raw numbers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("raw", type=Path, metavar="BENCH.JSON")
    parser.add_argument("--students", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=3600.0)
    typed = parser.parse_args()
    print("\n".join(plan(json.loads(typed.raw.read_text("utf-8")), typed.students, typed.seconds)))


if __name__ == "__main__":
    main()
