"""The plot of `classes.py`: seconds a submission by each way, and how the cost grows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.tables import per_submission

__all__ = ["draw"]

Raw = dict[str, Any]
TITLES = {"numpy": "NumPy exercises", "whole": "whole assignment"}


def draw(raw: Raw, path: Path) -> None:
    """Writes the picture; a panel for what was not measured is left out."""
    parts = [part for part in TITLES if part in raw]
    panels = len(parts) + 2 * bool(raw.get("growth"))
    if not panels:
        return
    columns = min(panels, 2)
    rows = -(-panels // columns)
    figure = Figure(figsize=(5.5 * columns, 4 * rows), layout="constrained")
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axis in axes[panels:]:
        axis.set_axis_off()
    axes = axes[:panels]
    for part, axis in zip(parts, axes, strict=False):
        _bars(axis, TITLES[part], raw[part])
    if raw.get("growth"):
        _times(axes[-2], raw["growth"])
        _memory(axes[-1], raw["growth"])
    figure.savefig(path, dpi=150)


def _bars(axis: Axes, title: str, part: Raw) -> None:
    """A bar for each way and class."""
    for offset, name in enumerate(("all right", "mixed")):
        found = part[name]
        means = [per_submission(runs, len(found["students"])) for runs in found["ways"].values()]
        places = [place + 0.4 * offset for place in range(len(means))]
        axis.barh(places, means, height=0.38, label=name)
        for place, seconds in zip(places, means, strict=True):
            axis.annotate(f" {seconds:.2f}", (seconds, place), va="center", fontsize=8)
    names = list(part["all right"]["ways"])
    axis.set_yticks([place + 0.2 for place in range(len(names))], [name.replace(", ", ",\n") for name in names])
    axis.invert_yaxis()
    axis.margins(x=0.18)
    axis.set_xlabel("seconds a submission, with start-up")
    axis.set_title(title)
    axis.legend(loc="lower right")


def _times(axis: Axes, growth: list[Raw]) -> None:
    sizes = sorted({one["size"] for one in growth})
    for jobs in dict.fromkeys(one["jobs"] for one in growth):
        mine = sorted((one for one in growth if one["jobs"] == jobs), key=lambda one: one["size"])
        axis.plot(sizes, [one["wall"] / one["size"] for one in mine], "o-", label=f"{jobs} job{'s' * (jobs > 1)}")
    axis.set_xscale("log")
    axis.set_xticks(sizes, [str(size) for size in sizes])
    axis.minorticks_off()
    axis.set_ylim(bottom=0)
    axis.set_xlabel("submissions")
    axis.set_ylabel("seconds a submission")
    axis.set_title("growing classes, NumPy exercises")
    axis.legend()


def _memory(axis: Axes, growth: list[Raw]) -> None:
    """Memory over the course of the largest runs."""
    largest = max(one["size"] for one in growth)
    for one in growth:
        if one["size"] == largest and one.get("memory"):
            seconds, megabytes = zip(*one["memory"], strict=True)
            axis.plot(seconds, megabytes, label=f"{one['jobs']} job{'s' * (one['jobs'] > 1)}")
    axis.set_ylim(bottom=0)
    axis.set_xlabel("seconds")
    axis.set_ylabel("MB, all processes")
    axis.set_title(f"memory, {largest} submissions")
    axis.legend()
