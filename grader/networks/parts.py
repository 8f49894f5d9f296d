"""A network's list of layers cut into the parts that it stands for, and whether a part computes what it should."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

__all__ = ["Part", "close", "drops", "fitted", "parts_of", "ranges", "stands", "token_of"]

# Single precision, layer after layer, on any device: entries may differ by this share of the largest one.
RTOL = 1e-3
# A dropout layer switches off this share of 10,000 units more or less than its rate says, nearly never.
DROPPED = 0.03


@dataclass(frozen=True)
class Part:
    """A stretch of the contract's list of layers, `(class, options)` each.

    Judged alone it gets a batch of shape `input`, and the weights of the layers from number `layer` on.
    """

    name: str
    layers: tuple[tuple[str, dict[str, Any]], ...]
    input: tuple[int, ...]
    layer: int
    start: int

    @property
    def piece(self) -> dict[str, Any]:
        """What the instrument is told of it, where the list of layers is the one that is asked for."""
        return self.asked(self.start, self.start + len(self.layers))

    def asked(self, start: int, stop: int) -> dict[str, Any]:
        """The same where it consists of other layers of a student's list."""
        return {"start": start, "stop": stop, "input": list(self.input), "layer": self.layer}

    @property
    def rates(self) -> list[float]:
        """The rates of its Dropout layers."""
        return [options["rate"] for kind, options in self.layers if kind == "Dropout"]

    @property
    def tokens(self) -> list[str]:
        """What the part is recognised by."""
        return [token for kind, options in self.layers if (token := token_of(kind, options))]


def parts_of(*cuts: tuple[str, int, tuple[int, ...]], layers: Sequence[tuple[str, dict[str, Any]]]) -> tuple[Part, ...]:
    """A list of layers cut into parts: name, number of layers, and shape of a batch of each."""
    parts: list[Part] = []
    start = learning = 0
    for name, count, shape in cuts:
        mine = tuple(layers[start : start + count])
        parts.append(Part(name, mine, shape, learning, start))
        start, learning = start + count, learning + sum(kind in ("Conv2D", "Dense") for kind, _ in mine)
    return tuple(parts)


def fitted(parts: Sequence[Part], classes: int, layers: Sequence[dict[str, Any]]) -> tuple[Part, ...]:
    """The parts with `classes` answers at the end; whoever has the usual number pays for that elsewhere."""
    *before, (kind, options) = parts[-1].layers
    if not classes or (layers and layers[-1].get("units") == options["units"]):
        return tuple(parts)
    return (*parts[:-1], replace(parts[-1], layers=(*before, (kind, options | {"units": classes}))))


def token_of(kind: str, options: dict[str, Any]) -> str:
    """The mark of a layer that learns or changes the shape; "" for padding, dropout, activations."""
    if kind == "Conv2D":
        return f"C{options.get('filters')}"
    if kind == "Dense":
        return f"D{options.get('units')}"
    return {"MaxPooling2D": "P", "AveragePooling2D": "P", "Flatten": "F"}.get(kind, "")


def close(given: Any, expected: Any) -> bool:
    """Whether two sampled answers agree."""
    one, other = np.asarray(given, np.float64), np.asarray(expected, np.float64)
    if one.shape != other.shape:
        return False
    return bool(np.abs(one - other).max(initial=0.0) <= RTOL * max(float(np.abs(other).max(initial=0.0)), 1e-6))


def stands(part: Part, layers: Sequence[dict[str, Any]], piece: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether the layers that make up a part compute what it should: `piece` beside the one that is wanted."""
    if not layers or "answer" not in piece:
        return False
    return drops(part, layers) and piece.get("shape") == wanted["shape"] and close(piece["answer"], wanted["answer"])


def drops(part: Part, layers: Sequence[dict[str, Any]]) -> bool:
    """Whether the layers that make up a part switch off the shares of units that they should."""
    rates = [layer["dropped"] for layer in layers if "dropped" in layer]
    return len(rates) == len(part.rates) and all(abs(a - b) <= DROPPED for a, b in zip(rates, part.rates, strict=True))


def ranges(layers: Sequence[dict[str, Any]], parts: Sequence[Part]) -> list[tuple[int, int]]:
    """Cuts a student's layers into the parts that they most likely stand for, each `(start, stop)`."""
    places = [place for place, layer in enumerate(layers) if token_of(layer["class"], layer)]
    cuts = _cuts([token_of(layers[place]["class"], layers[place]) for place in places], [part.tokens for part in parts])
    stops = [_end(layers, places, cut) for cut in cuts[:-1]] + [len(layers)]
    return list(zip([0, *stops[:-1]], stops, strict=True))


def _end(layers: Sequence[dict[str, Any]], places: list[int], cut: int) -> int:
    """The place behind the layer before a cut, and behind the dropouts and activations that follow it."""
    end = places[cut - 1] + 1 if cut else 0
    while cut and end < len(layers) and layers[end]["class"] != "ZeroPadding2D" and end not in places:
        end += 1
    return end


def _cuts(tokens: list[str], wanted: list[list[str]]) -> list[int]:
    """Where to cut a row of tokens so that as many pieces as possible are as wanted (dynamic programming)."""
    nothing: list[int] = []
    best = [(0.0, nothing)] + [(-np.inf, nothing)] * len(tokens)
    for piece in wanted:
        best = [
            max(
                (score + _likeness(tokens[start:stop], piece), [*cuts, stop])
                for start, (score, cuts) in enumerate(best[: stop + 1])
            )
            for stop in range(len(tokens) + 1)
        ]
    return best[-1][1]


def _likeness(tokens: list[str], wanted: list[str]) -> float:
    """1000 for equal pieces; otherwise how much of the wanted one is there: its end, kinds of layers, their sizes."""
    if tokens == wanted:
        return 1000.0
    kinds = sum(a[0] == b[0] for a, b in zip(tokens, wanted, strict=False))
    sizes = sum(a == b for a, b in zip(tokens, wanted, strict=False))
    ends = 600.0 * (tokens[-1:] == wanted[-1:])  # a part ends where it should, before it is the right one throughout
    return 2.0 * kinds + sizes + ends - abs(len(tokens) - len(wanted))
