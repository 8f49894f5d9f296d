"""Examples of `load_vgg16_weights` and `compile_vgg16`."""

from __future__ import annotations

from typing import Any

from grader.probing import Made, PictureFile, Probe, Raises
from grader.suites import keras_strategies as draw
from grader.suites.compiling import cross_entropy, examples
from grader.suites.exercise_texts import texts
from grader.suites.weight_files import HTML, keras3, published
from grader.worker.models import bank

__all__ = ["PROBES"]

TEXTS = texts("vgg_assembly")

SHAPE = (6, 8, 3)
LAYERS: list[Any] = [
    ["ZeroPadding2D", {"padding": [[1, 1], [1, 1]]}],
    ["Conv2D", {"filters": 4, "kernel_size": [3, 3], "activation": "relu", "name": "conv1_1"}],
    ["MaxPooling2D", {"pool_size": [2, 2], "strides": [2, 2]}],
    ["ZeroPadding2D", {"padding": [[1, 1], [1, 1]]}],
    ["Conv2D", {"filters": 4, "kernel_size": [3, 3], "activation": "relu", "name": "conv2_1"}],
    ["Flatten", {}],
    ["Dense", {"units": 6, "activation": "relu"}],
    ["Dropout", {"rate": 0.5}],
    ["Dense", {"units": 5, "activation": "softmax"}],
]
# Of the layers that learn: as the file calls them, of which kind they are, and the shapes of kernel and bias.
LEARNING = (
    ("block1_conv1", "conv2d", ((3, 3, 3, 4), (4,))),
    ("block2_conv1", "conv2d", ((3, 3, 4, 4), (4,))),
    ("fc1", "dense", ((48, 6), (6,))),
    ("predictions", "dense", ((6, 5), (5,))),
)
SAVED = 31
MODEL = draw.model(SHAPE, 7, LAYERS)


def _arrays(number: int) -> list[list[Any]]:
    return [[bank(shape, number + place) for shape in shapes] for place, (_, _, shapes) in enumerate(LEARNING)]


def _layers(arrays: list[list[Any]]) -> list[tuple[str, list[Any]]]:
    """The layers of the published layout; those without weights stand between the others."""
    one, two, dense, last = ((name, given) for (name, _, _), given in zip(LEARNING, arrays, strict=True))
    empty: list[tuple[str, list[Any]]] = [("input_1", []), ("block1_pool", []), ("flatten", [])]
    return [empty[0], one, empty[1], two, empty[2], dense, last]


def _misshaped() -> list[list[Any]]:
    arrays = _arrays(SAVED)
    arrays[2] = [bank((50, 6), SAVED), arrays[2][1]]
    return arrays


LEGACY = published(_layers(_arrays(SAVED)))
FILE = PictureFile("published_small.h5", LEGACY)
KERAS3 = keras3([(kind, given) for (_, kind, _), given in zip(LEARNING, _arrays(SAVED), strict=True)])
BROKEN = (
    PictureFile("page_small.h5", HTML),
    PictureFile("truncated_small.h5", LEGACY[: len(LEGACY) // 2]),
    PictureFile("notop_small.h5", published(_layers(_arrays(SAVED))[:-2])),
    PictureFile("misshaped_small.h5", published(_layers(_misshaped()))),
    "no_such_weights.h5",
    PictureFile("page_small.weights.h5", HTML),
)


def _flat(arrays: list[list[Any]]) -> list[Any]:
    return [array for layer in arrays for array in layer]


def loaded(model: Made, path: PictureFile, aim: None) -> list[Any]:
    """The weights that the file holds, in the order of the layers."""
    return _flat(_arrays(SAVED))


def refused(model: Made, path: Any) -> Raises:
    """Such a file cannot be loaded, whatever the exception."""
    return Raises("Exception")


UNLOADED = (
    TEXTS.mistake("weights_by_name_loads_nothing", lambda model, path, aim: _flat(_arrays(model.given["number"]))),
)


def _loads(file: PictureFile) -> Probe:
    examples = ((MODEL, file, None),)
    return Probe("load_vgg16_weights", loaded, examples, misconceptions=UNLOADED, look="weights", scale=lambda *_: 1.0)


PROBES = {
    "load_legacy": _loads(FILE),
    "load_keras": _loads(PictureFile("own_small.weights.h5", KERAS3)),
    "load_broken": Probe("load_vgg16_weights", refused, tuple((MODEL, broken) for broken in BROKEN)),
    "compile": Probe("compile_vgg16", cross_entropy, hidden=examples(), examples=1, look="compiled", rtol=1e-3),
}
