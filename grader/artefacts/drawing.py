"""The page of one picture: the picture, the bars of five names, filters and activations as tiles."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

__all__ = ["Panel", "draw"]

Panel = tuple[str, str, np.ndarray]  # a title, what is said below, and the picture
INK, SOFT, BAR, GROOVE = "#1d2a3a", "#6b7785", "#2f6f9f", "#e9edf1"


def draw(title: str, pictures: list[Panel], best: list[tuple[str, float]], filters: Panel, maps: list[Panel]) -> bytes:
    """The page as a PNG: pictures, bars and filters in the first row, activations in the second."""
    figure = Figure(figsize=(max(3.8 * len(maps), 15.2), 9.2), facecolor="white", layout="constrained")
    figure.suptitle(title, fontsize=20, color=INK, x=0.002, ha="left")
    halves: Any = figure.subfigures(2, 1, hspace=0.04)
    above, below = halves
    widths = [min(1.4, picture.shape[1] / picture.shape[0]) for _, _, picture in pictures]
    axes = above.subplots(1, len(pictures) + 2, width_ratios=[*widths, max(1.4, 3.9 - sum(widths)), 1.0])
    for place, panel in zip([*axes[:-2], axes[-1]], [*pictures, filters], strict=True):
        _show(place, panel, "gray")
    _bars(axes[-2], best)
    for place, panel in zip(np.ravel(below.subplots(1, len(maps))), maps, strict=True):
        _show(place, panel, "magma")
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=110, bbox_inches="tight", pad_inches=0.25)
    return stream.getvalue()


def _show(place: Axes, panel: Panel, colours: str) -> None:
    title, caption, picture = panel
    place.imshow(picture, cmap=colours, interpolation="antialiased" if max(picture.shape) > 300 else "nearest")
    place.set_anchor("NW")
    place.set_title(title, fontsize=13, color=INK, loc="left")
    place.set_xlabel(caption, fontsize=11, color=SOFT, loc="left")
    place.set(xticks=[], yticks=[])
    place.spines[:].set_visible(False)


def _bars(place: Axes, best: list[tuple[str, float]]) -> None:
    """One bar a name, the name above its bar, so that long names have room."""
    place.set_title("the five most probable", fontsize=13, color=INK, loc="left")
    for row, (label, probability) in enumerate(best):
        place.barh(row, 1.0, height=0.3, color=GROOVE)
        place.barh(row, probability, height=0.3, color=BAR)
        name = label if len(label) <= 46 else f"{label[:45]}…"
        for x, text, side in ((0, name, "left"), (1, f"{probability:.1%}", "right")):
            place.text(x, row - 0.23, text, fontsize=13, color=INK, va="bottom", ha=side)
    place.set(xlim=(0, 1), ylim=(len(best) - 0.6, -0.65), xticks=[], yticks=[])
    place.spines[:].set_visible(False)
