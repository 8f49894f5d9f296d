"""Draws a histogram as SVG that takes its colours and its font from the page around it."""

from __future__ import annotations

import io
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup

from grader.report.statistics import Histogram

__all__ = ["histogram_svg"]

_BAR = "#123456"  # stands for the page's own colour
_COLOURS = {_BAR: "var(--bar)", "#000000": "currentColor"}
_GAP = 0.08  # between bars, as a share of a bin
_SIZE = (4.4, 2.1)  # inches: about as wide as a phone, so that text there is as large as drawn
_LOOK: dict[Any, Any] = {
    "font.size": 10.5,
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "grader",
    "xtick.major.size": 0,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
}


def histogram_svg(spread: Histogram, unit: str, subject: str) -> Markup:
    """Return `spread` as an inline SVG without styles, identifiers or times, told in words for those who do not see it.

    `unit` labels the axis; `subject` begins the words. The same bytes for the same numbers.
    """
    import matplotlib  # takes most of a second, and only the class page has charts
    from matplotlib.figure import Figure

    stream = io.StringIO()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # not what a matplotlibrc on this machine says
        matplotlib.rcParams.update(_LOOK)
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.add_subplot()
        bars = axes.bar(
            range(len(spread.counts)), spread.counts, width=1 - _GAP, align="edge", color=_BAR, clip_on=False
        )
        axes.bar_label(bars, labels=[str(count or "") for count in spread.counts])
        axes.set_xticks([place - _GAP / 2 for place in range(len(spread.edges))], spread.edges)
        axes.set_xlim(-_GAP / 2, len(spread.counts) - _GAP / 2)
        axes.set_xlabel(unit)
        axes.yaxis.set_visible(False)
        figure.savefig(stream, format="svg", transparent=True)
    return _inlined(stream.getvalue(), f"{subject}: {_words(spread, unit)}")


def _words(spread: Histogram, unit: str) -> str:
    bins = zip(spread.edges, spread.edges[1:], spread.counts, strict=False)
    return "; ".join(f"{low} to {high} {unit}: {count}" for low, high, count in bins if count)


def _inlined(svg: str, words: str) -> Markup:
    """Return the drawing with attributes in place of styles, which the page's security policy lets nobody bring in."""
    drawing = ElementTree.fromstring(svg)
    view = drawing.attrib["viewBox"]
    for parent in [*drawing.iter()]:
        for child in [*parent]:
            if child.tag.endswith(("}metadata", "}defs")):
                parent.remove(child)
        style = dict(pair.split(":", 1) for pair in parent.attrib.pop("style", "").split(";") if pair)
        parent.attrib.pop("id", None)
        parent.tag = parent.tag.rpartition("}")[2]
        for name, value in style.items():
            if name.strip() != "font-family":
                parent.set(name.strip(), _COLOURS.get(value.strip(), value.strip()))
    drawing.attrib = {"class": "chart", "viewBox": view, "role": "img", "aria-label": words}
    return Markup(ElementTree.tostring(drawing, encoding="unicode"))
