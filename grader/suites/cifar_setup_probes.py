"""Examples of `cifar_setup`."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from grader.probing import Made, Probe
from grader.suites import keras_strategies as draw
from grader.suites.cifar_data import LABEL_MISTAKES, LOADED, SCALING_MISTAKES, data, one_hot, scaled
from grader.suites.cifar_layers import LAYERS, PARTS
from grader.suites.cifar_numbers import COUNT_MISTAKES, COUNTS, NORMAL_MISTAKES, normalised
from grader.suites.compiling import examples, with_accuracy
from grader.suites.single_layers import network
from grader.suites.trainings import BATCH, EPOCHS, LEFT_OUT, SHOWN, TRAINING, digits

__all__ = ["PROBES", "STRATEGIES"]

STRATEGIES = "grader.suites.keras_strategies"
Pixels = NDArray[Any]


def unexamined(*args: Any) -> dict[str, Any]:
    """What `train` should lead to is judged by the suite, which knows only the shapes beforehand."""
    return {"class": "keras.History", "is_history": True}


def _training() -> tuple[Pixels, ...]:
    images, labels = digits()
    return images[:TRAINING], labels[:TRAINING], images[TRAINING:SHOWN], labels[TRAINING:SHOWN]


METERED = Made("metered", {"input": [8, 8, 1], "number": 5}, "a small model for 8 x 8 digits")
MARKING = Made("marking", None, "an augmentation")
DIGITS = _training()
TABLE = (
    np.array([[[[0, 51, 255]]], [[[102, 204, 153]]]], np.uint8),
    np.array([[3], [0]], np.uint8),
    np.array([[[[255, 0, 51]]]], np.uint8),
    np.array([[7]], np.uint8),
)
FLAT = (*(array.ravel() if array.ndim == 2 else array for array in TABLE),)


def _prepare(oracle: Any, aim: list[int], mistakes: Any, **more: Any) -> Probe:
    public = tuple((*split, aim) for split in (TABLE, FLAT))
    return Probe("prepare", oracle, public, draw.splits(aim), 14, mistakes, look="picked", scale=lambda *_: 1.0, **more)


PROBES = {
    "load": Probe("load_cifar10", data, ((),), misconceptions=LOADED),
    "scaled": _prepare(scaled, [0, 2], SCALING_MISTAKES),
    "one_hot": _prepare(one_hot, [1, 3], LABEL_MISTAKES),
    "prepare_form": _prepare(scaled, [0, 2], (), twice=True, intact=True, dtype="float32"),
    "network": Probe(
        "build_cifar10_model",
        lambda aim: network(LAYERS, aim),
        hidden=st.tuples(draw.aims([32, 32, 3], 10, input=[2, 32, 32, 3], pieces=[part.piece for part in PARTS])),
        examples=1,
        look="network",
        scale=lambda *_: 1.0,
        rtol=1e-3,
    ),
    "compile": Probe("compile_cifar10_model", with_accuracy, hidden=examples(), examples=1, look="compiled", rtol=1e-3),
    "counts": Probe("weight_counts", lambda: COUNTS, ((),), misconceptions=COUNT_MISTAKES, twice=True),
    "normalise": Probe(
        "make_augmentation",
        normalised,
        ((draw.dots(1, 8, 6, 5), [[draw.dots(2, 3, 6, 5) / 2 + 0.5, False]]),),
        draw.statistics_calls(),
        8,
        NORMAL_MISTAKES,
        atol=6e-3,
        rtol=0.0,
        look="called",
    ),
    "train": Probe(
        "train",
        unexamined,
        ((METERED, MARKING, *DIGITS, EPOCHS, BATCH, None),),
        look="trained",
    ),
    "defaults": Probe("train", lambda aim: aim, ((LEFT_OUT,),), look="defaults"),
}
