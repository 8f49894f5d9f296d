"""Draws the bars of a histogram as SVG that takes its colours and its font from the page around it."""

from __future__ import annotations

import io
from xml.etree import ElementTree

from markupsafe import Markup

from grader.report.statistics import Histogram

__all__ = ["histogram_bars"]

_BAR = "#123456"  # stands for the page's own colour
_COLOURS = {_BAR: "var(--bar)", "#000000": "currentColor"}
_GAP = 0.08  # between bars, as a share of a bin


def histogram_bars(spread: Histogram, unit: str) -> Markup:
    """Return the inside of an SVG with the view box "0 0 360 180": no styles, no identifiers, nothing to refer to.

    `unit` labels the axis. The same bytes for the same numbers, whatever a matplotlibrc on this machine says.
    """
    import matplotlib  # takes most of a second, and only the class page has charts
    from matplotlib.figure import Figure

    bins, stream = len(spread.counts), io.BytesIO()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rc("font", size=11.5)
        matplotlib.rc("svg", fonttype="none", hashsalt="grader")
        figure = Figure(figsize=(5, 2.5), layout="constrained")  # 72 units an inch: about as wide as a phone
        axes = figure.add_subplot(xlim=(-_GAP / 2, bins - _GAP / 2), xlabel=unit, yticks=())
        axes.set_xticks([place - _GAP / 2 for place in range(bins + 1)], spread.edges)
        axes.tick_params(length=0)
        axes.spines[["left", "right", "top"]].set_visible(False)
        bars = axes.bar(range(bins), spread.counts, width=1 - _GAP, align="edge", color=_BAR, clip_on=False)
        axes.bar_label(bars, labels=[str(count or "") for count in spread.counts])
        figure.savefig(stream, format="svg", transparent=True)
    return _inlined(ElementTree.fromstring(stream.getvalue()))


def _inlined(drawing: ElementTree.Element) -> Markup:
    """Return the figure with attributes in place of styles, which the page's security policy keeps out."""
    [figure] = drawing.findall("{*}g")
    for element in figure.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.attrib.pop("id", None)
        for rule in filter(None, element.attrib.pop("style", "").split("; ")):
            name, value = rule.split(": ", 1)
            if name != "font-family":
                element.set(name, _COLOURS.get(value, value))
    return Markup(ElementTree.tostring(figure, encoding="unicode"))
