"""Examples of `convolve`; the probes of the other functions of the exercise are added from `image_probes`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader.probing import Misconception, Probe
from grader.suites import image_probes
from grader.suites import strategies as draw
from grader.suites.convolve_mistakes import CHANNELS, LYING, MISFITS, NUMBERS, RANGE, SIZES, SQUARE, TURNED
from grader.suites.convolve_oracles import convolved, layer, scale, single_scale
from grader.suites.slips import COLOUR_SLIPS, PLACE_SLIPS, SIZE_SLIPS

__all__ = ["PROBES"]

# Small enough to be worked out on paper. Signs, fractions, shapes and values tell all known mistakes apart.
TABLE = (np.array([[1, 0, 2, 1], [3, 1, 0, 2], [0, 2, 1, 1]]), np.array([[1, 2], [0, -1]]))
FLOATS = np.array(
    [[0.5, 2.0, -1.0, 3.0, 0.0], [1.5, 0.0, 4.0, -2.0, 1.0], [2.0, -3.0, 0.5, 1.0, 6.0], [0.0, 1.0, 2.0, -0.5, 3.5]]
)
WIDE = (FLOATS, np.array([[1.0, -2.0, 0.5], [0.0, 3.0, -1.25]]))
DOT = (FLOATS, np.array([[-1.5]]))
TALL = (
    np.array([[200, 10, 40, 90], [35, 180, 60, 250], [120, 75, 255, 5], [80, 140, 20, 30], [0, 210, 15, 110]]),
    np.array([[2.0], [0.25], [-1.0]]),
)

LUMA = np.array([0.299, 0.587, 0.114])
# Rows and columns of the portrait: an eye, and the collar beside the coat.
EYE = image_probes.portrait()[170:210, 200:248]
COLLAR = image_probes.portrait()[400:428, 270:302]
EDGES = np.array([[1.0, 2.0, -1.0], [0.0, 1.0, -2.0], [3.0, -1.0, -3.0]])
# The filter for brown of `filter_design`, channels last.
RED = [[0.13871045, 0.17157242, 0.12934428], [0.16168842, 0.20229845, 0.14835016], [0.135694, 0.16206263, 0.11727387]]
GREEN = [
    [0.04231958, 0.05471011, 0.03167877],
    [0.0462575, 0.06581022, 0.03104937],
    [0.04185439, 0.04734124, 0.02087744],
]
BLUE = [
    [-0.15704881, -0.16666673, -0.16600266],
    [-0.17439997, -0.17757156, -0.18760149],
    [-0.15435153, -0.17037505, -0.17269668],
]
BROWN = np.stack([RED, GREEN, BLUE], axis=-1)

GREY_PORTRAIT = (np.rint(EYE @ LUMA), EDGES)
BYTES_PORTRAIT = (np.rint(EYE @ LUMA).astype(np.uint8), EDGES.astype(np.int64))
BROWN_PORTRAIT = (COLLAR.astype(np.float64), BROWN)
BRIGHT = (
    np.array([[200, 100, 30], [250, 3, 90], [60, 255, 120]], np.uint8),
    np.array([[2, 3], [1, 100]], np.uint8),
)
STACK = (np.arange(24.0).reshape(2, 4, 3) / 4, np.array([[[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]]]))


def _block(*shape: int) -> Any:
    return np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape)


MISFIT = (
    (_block(3, 4), _block(4, 2)),
    (_block(3, 4), _block(2, 5)),
    (_block(3, 4, 3), _block(2, 2, 2)),
    (_block(3, 4, 3), _block(2, 2)),
    (_block(3, 4, 1), _block(2, 2)),
    (_block(3, 4), _block(2, 2, 1)),
    (_block(3, 4, 3), _block(2, 2, 1)),
)


def _probe(
    public: Sequence[Any],
    hidden: Any,
    mistakes: Sequence[Misconception] = (),
    oracle: Callable[..., Any] = convolved,
    **options: Any,
) -> Probe:
    settings = {"scale": scale} | options
    return Probe("convolve", oracle, public, hidden, misconceptions=mistakes, **settings)


PROBES = image_probes.PROBES | {
    "hand": _probe(
        (TABLE, WIDE, DOT, TALL, GREY_PORTRAIT),
        None,
        TURNED + LYING + SIZES + SQUARE + RANGE + NUMBERS[3:] + PLACE_SLIPS,
    ),
    "grey": _probe((), draw.varied_pairs(), TURNED[:1] + LYING[:1] + SQUARE + NUMBERS[3:4] + SIZE_SLIPS, examples=35),
    "families": _probe((), draw.families(), TURNED, examples=8),
    "colour": _probe((STACK, BROWN_PORTRAIT), draw.colour_pairs(), TURNED[:2] + CHANNELS + COLOUR_SLIPS, examples=30),
    "keras": _probe(
        (), draw.float32_colour_pairs(), TURNED[:2] + CHANNELS + COLOUR_SLIPS, layer, examples=12, rtol=1e-4
    ),
    "dtypes": _probe(
        (BRIGHT, BYTES_PORTRAIT), draw.any_dtype_pairs(), NUMBERS + SIZE_SLIPS, scale=single_scale, examples=4
    ),
    "intact": _probe((TABLE, WIDE), draw.untouched_pairs(), SIZE_SLIPS, examples=20, twice=True, intact=True),
    "intact_colour": _probe(
        (), draw.untouched_colour(), SIZE_SLIPS, examples=12, twice=True, intact=True, effects=True
    ),
    "misfit": _probe(MISFIT, draw.misfits(), MISFITS, examples=25),
}
