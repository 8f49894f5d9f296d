"""Examples, oracles and known mistakes of `first_layer_filters`, `get_layer_output` and `tile_filters`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from grader.probing import Made, Probe, Raises
from grader.suites import keras_strategies as draw
from grader.suites.exercise_texts import texts
from grader.suites.keras_slips import FILTER_SLIPS, tile_slips
from grader.suites.layer_outputs import DROPPED
from grader.suites.single_layers import chain
from grader.worker import models

__all__ = ["PROBES"]

TEXTS = texts("vgg_assembly")

Pixels = NDArray[Any]


def _kernel(model: Made, last: bool = False) -> Pixels:
    """The kernel of the first (or the last) convolution, as the bank has it: (h, w, channels in, filters)."""
    channels, number = model.given["input"][-1], model.given["number"]
    found: list[Pixels] = []
    for kind, options in model.given["layers"]:
        if kind == "Conv2D":
            found.append(models.bank((*options["kernel_size"], channels, options["filters"]), number + len(found)))
            channels = options["filters"]
    return found[-1 if last else 0]


def kernels(model: Made) -> Pixels:
    """One (h, w, C) picture a filter."""
    return np.stack([_kernel(model)[..., filter_] for filter_ in range(_kernel(model).shape[-1])])


FILTER_MISTAKES = (
    TEXTS.mistake("filters_rows_and_colours", lambda model: _kernel(model).swapaxes(0, 3)),
    TEXTS.mistake("filters_rows_and_columns", lambda model: _kernel(model).transpose(3, 1, 0, 2)),
    TEXTS.mistake("filters_colours_first", lambda model: _kernel(model).transpose(3, 2, 0, 1)),
    TEXTS.mistake("filters_filters_left_last", _kernel),
    TEXTS.mistake("filters_other_layer", lambda model: np.moveaxis(_kernel(model, last=True), 3, 0)),
)


def layer_answers(model: Made, batch: Pixels) -> list[Pixels]:
    """What each layer of the model answers."""
    return chain(model.given["layers"], batch, model.given["number"])


def answer(model: Made, batch: Pixels, index: int) -> Pixels:
    """The answer of one layer."""
    return layer_answers(model, batch)[index]


def _beside(step: int) -> Callable[..., Any]:
    def model(model: Made, batch: Pixels, index: int) -> Any:
        place = index % len(model.given["layers"]) + step
        return layer_answers(model, batch)[place] if 0 <= place < len(model.given["layers"]) else None

    return model


def _weights(model: Made, batch: Pixels, index: int) -> Any:
    layers = model.given["layers"]
    if layers[index][0] != "Conv2D":
        return None
    before = index % len(layers) - 1
    channels = layer_answers(model, batch)[before].shape[-1]
    number = sum(kind in ("Conv2D", "Dense") for kind, _ in layers[: index % len(layers)])
    shape = (*layers[index][1]["kernel_size"], channels, layers[index][1]["filters"])
    return models.bank(shape, model.given["number"] + number)


def _alone(model: Made, batch: Pixels, index: int) -> Any:
    """One layer called with the picture itself; of those behind the first convolution only some take it."""
    kind, options = model.given["layers"][index]
    first = [layer[0] for layer in model.given["layers"]].index("Conv2D")
    if kind in ("Conv2D", "Dense") and index % len(model.given["layers"]) != first:
        return Raises("ValueError")
    return chain([(kind, options)], batch, model.given["number"])[0]


OUTPUT_MISTAKES = (
    TEXTS.mistake("layer_before", _beside(-1)),
    TEXTS.mistake("layer_behind", _beside(1)),
    TEXTS.mistake("layer_weights_instead_of_activations", _weights),
    TEXTS.mistake("layer_batch_axis_missing", lambda model, batch, index: answer(model, batch, index)[0]),
    TEXTS.mistake("layer_one_layer_alone", _alone),
    TEXTS.mistake("layer_whole_network", lambda model, batch, index: answer(model, batch, -1)),
)


def tiled(weights: Pixels, pad_size: int = 1, pad_value: float = 0.0) -> Pixels:
    """Tiles on a square grid, row by row, scaled together to 0..1, padding below and to the right of each."""
    low, high = float(np.min(weights)), float(np.max(weights))
    scaled = (np.asarray(weights, np.float64) - low) / ((high - low) or 1.0)
    return _grid(list(scaled), weights.shape[1:], pad_size, pad_value)


def _grid(tiles: list[Pixels], shape: tuple[int, ...], pad_size: int, pad_value: float) -> Pixels:
    side = math.ceil(math.sqrt(len(tiles)))
    blank = np.full(shape, pad_value)
    framed = [_framed(tile, pad_size, pad_value) for tile in tiles + [blank] * (side * side - len(tiles))]
    rows = [np.concatenate(framed[row * side : (row + 1) * side], axis=1) for row in range(side)]
    return np.concatenate(rows, axis=0)


def _framed(tile: Pixels, pad_size: int, pad_value: float, before: int = 0) -> Pixels:
    edges = ((before, pad_size), (before, pad_size))
    return np.pad(tile, [*edges, *[(0, 0)] * (tile.ndim - 2)], constant_values=pad_value)


def _per_tile(weights: Pixels, pad_size: int = 1, pad_value: float = 0.0) -> Pixels:
    spans = [(float(tile.min()), float(tile.max() - tile.min()) or 1.0) for tile in weights]
    tiles = [(tile.astype(float) - low) / span for tile, (low, span) in zip(weights, spans, strict=True)]
    return _grid(tiles, weights.shape[1:], pad_size, pad_value)


def _columns_first(weights: Pixels, pad_size: int = 1, pad_value: float = 0.0) -> Pixels:
    side = math.ceil(math.sqrt(len(weights)))
    flat = tiled(weights, pad_size, pad_value)
    h, w = weights.shape[1] + pad_size, weights.shape[2] + pad_size
    cells = flat.reshape(side, h, side, w, *flat.shape[2:]).swapaxes(0, 2)
    return cells.reshape(flat.shape)


def _top_left(weights: Pixels, pad_size: int = 1, pad_value: float = 0.0) -> Pixels:
    flat = tiled(weights, pad_size, pad_value)
    return np.roll(flat, (pad_size, pad_size), axis=(0, 1)) if pad_size else flat


def _no_last_padding(weights: Pixels, pad_size: int = 1, pad_value: float = 0.0) -> Any:
    flat = tiled(weights, pad_size, pad_value)
    return flat[:-pad_size, :-pad_size] if pad_size else None


def _not_scaled(weights: Pixels, pad_size: int = 1, pad_value: float = 0.0) -> Pixels:
    return _grid(list(weights.astype(float)), weights.shape[1:], pad_size, pad_value)


def _empty_tiles(weights: Pixels, pad_size: int = 1, pad_value: float = 0.0) -> Any:
    side = math.ceil(math.sqrt(len(weights)))
    flat = np.array(tiled(weights, pad_size, pad_value))
    h, w = weights.shape[1] + pad_size, weights.shape[2] + pad_size
    for number in range(len(weights), side * side):
        top, left = number // side * h, number % side * w
        flat[top : top + h - pad_size, left : left + w - pad_size] = 0.0
    return flat


TILE_MISTAKES = (
    TEXTS.mistake("tiles_each_tile_scaled_alone", _per_tile),
    TEXTS.mistake("tiles_not_scaled", _not_scaled),
    TEXTS.mistake("tiles_column_by_column", _columns_first),
    TEXTS.mistake("tiles_padding_on_the_wrong_side", _top_left),
    TEXTS.mistake("tiles_no_padding_at_the_end", _no_last_padding),
    TEXTS.mistake("tiles_padding_ignored", lambda weights, size=1, value=0.0: tiled(weights, 1, 0.0)),
    TEXTS.mistake("tiles_pad_size_ignored", lambda weights, size=1, value=0.0: tiled(weights, 1, value)),
    TEXTS.mistake("tiles_pad_value_ignored", lambda weights, size=1, value=0.0: tiled(weights, size, 0.0)),
    TEXTS.mistake("tiles_missing_tiles_not_filled", _empty_tiles),
)

COLOURS = draw.model(
    (5, 6, 3), 3, [["Conv2D", {"filters": 4, "kernel_size": [2, 3]}], ["Conv2D", {"filters": 2, "kernel_size": [1, 1]}]]
)
STEPS = draw.model((6, 8, 3), 5, draw.INSIDE)
BATCH = draw.rng(8).standard_normal((2, 6, 8, 3)).astype(np.float32)
FIVE = np.arange(5 * 2 * 3, dtype=np.float64).reshape(5, 2, 3) / 4 - 3
FOUR = np.array([[[1.0, 3.0]], [[2.0, 5.0]], [[0.0, 4.0]], [[8.0, 6.0]]])
RED = draw.rng(4).standard_normal((3, 2, 2, 3))
WHOLE = np.arange(24).reshape(6, 2, 2) - 7
FLAT = np.full((3, 2, 2), 4.5)
BYTES = draw.rng(6).integers(0, 256, (7, 3, 2, 3)).astype(np.uint8)


MISTAKES = TILE_MISTAKES + tile_slips(tiled)


def _tiles(public: Any, hidden: Any, **more: Any) -> Probe:
    return Probe("tile_filters", tiled, public, hidden, 20, MISTAKES, atol=1e-4, rtol=0.0, twice=True, **more)


def _padded() -> Any:
    return st.tuples(draw.tile_stacks(), st.integers(0, 3), st.sampled_from([0.0, 0.5, 1.0])).map(
        lambda drawn: (*drawn[0], *drawn[1:])
    )


PROBES = {
    "first_filters": Probe(
        "first_layer_filters",
        kernels,
        ((COLOURS,),),
        draw.convolution_models(),
        5,
        FILTER_MISTAKES + FILTER_SLIPS,
        scale=lambda *_: 1.0,
    ),
    "layer_output": Probe(
        "get_layer_output",
        answer,
        tuple((STEPS, BATCH, index) for index in (1, DROPPED, 5, 8, -1)),
        draw.layer_calls(),
        5,
        OUTPUT_MISTAKES,
        rtol=1e-4,
        intact=True,
    ),
    "tiles": _tiles(((FIVE,), (FOUR,), (RED,)), draw.tile_stacks()),
    "tiles_special": _tiles(((FLAT,), (WHOLE,), (BYTES, 2, 1.0), (FIVE, 0, 0.5)), _padded(), intact=True),
}
