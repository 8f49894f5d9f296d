"""Examples of `vgg_assembly`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from grader.probing import Probe
from grader.suites import vgg_inside, vgg_pictures, vgg_weights
from grader.suites.keras_strategies import aims
from grader.suites.single_layers import network
from grader.suites.vgg_layers import PARTS, vgg16

__all__ = ["PROBES", "STRATEGIES"]

STRATEGIES = "grader.suites.keras_strategies"


PIECES = [part.piece for part in PARTS]


def _network(*args: Any, aim: Any) -> Probe:
    hidden = st.tuples(*map(st.just, args), aim)  # what its name does not tell makes no recording stale
    return Probe("build_vgg16", _answer, hidden=hidden, examples=1, look="network", scale=lambda *_: 1.0, rtol=1e-3)


def _answer(*args: Any) -> dict[str, Any]:
    """What a network of that size answers; at the full size up to the dense layers, whose weights take 500 MB."""
    return network(vgg16(args[1] if len(args) > 1 else 1000), args[-1])


PROBES = (
    vgg_pictures.PROBES
    | vgg_weights.PROBES
    | vgg_inside.PROBES
    | {
        # Large enough that the head sees rows and columns, and an average of them is another answer than all of them.
        "network": _network((64, 64, 3), 7, aim=aims([64, 64, 3], 7, input=[1, 64, 64, 3], pieces=PIECES)),
        # Convolutions take pictures of any size: a small one that is no square tells as much as a large one.
        "defaults": _network(aim=aims([224, 224, 3], 1000, input=[1, 64, 32, 3], until="Flatten", pieces=PIECES[-1:])),
        "sizes": _network((48, 64, 1), 4, aim=aims([48, 64, 1], 4, pieces=[])),
    }
)
