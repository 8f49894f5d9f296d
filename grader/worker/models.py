"""Keras inside a worker: makes models from plain lists of layers, and looks at models that student code returned.

What an instrument says of a model's layers is for feedback. Points rest on what the model computes: its layers get
weights from a bank that judge and worker share, and answer to inputs that the student has not seen.
"""

from __future__ import annotations

import importlib
import math
import mmap
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.worker import loader

__all__ = [
    "LOOKS", "MAKERS", "again", "arm", "armed", "bank", "batch", "disarm", "fill", "leftover", "name_of", "network",
    "sampled", "sequential", "synthetic",
]  # fmt: skip

# A prime, so that no layer's shape repeats together with the bank.
BANK = np.random.default_rng(16).standard_normal(65_521).astype(np.float32)
SAMPLES = 512
# Larger models than VGG-16 are not filled with weights: no exercise asks for one.
MOST_WEIGHTS = 200_000_000
MOST_LAYERS = 500
LARGE = 20_000
TOLD = (
    "filters", "kernel_size", "strides", "padding", "dilation_rate", "groups", "use_bias", "activation", "rate",
    "units", "pool_size", "data_format",
)  # fmt: skip
NO_LAYERS = ("Layer", "Lambda", "Wrapper", "TFSMLayer", "TorchModuleWrapper", "FlaxLayer", "JaxLayer")

keras: Any = None
# As they were before any student code ran: how layers tell their settings, and the classes of models.
genuine: dict[type, Callable[[Any], dict[str, Any]]] = {}
kinds: dict[str, Any] = {}
# What was put in the place of something of Keras: the object, the attribute, and what was there.
replaced: list[tuple[Any, str, Any]] = []
filtered = True
# Models by their recipes, each with its layers and their settings as they were.
made: dict[str, Any] = {}


def arm() -> None:
    """Remembers Keras as it is before any student code runs, and puts small pictures in the place of downloads."""
    global keras, genuine, kinds, filtered
    keras = importlib.import_module("keras")
    named = vars(keras.layers).items()
    found: set[Any] = {kind for name, kind in named if isinstance(kind, type) and name not in NO_LAYERS}
    genuine = {kind: kind.get_config for kind in found}
    kinds = {"Sequential": keras.Sequential, "Model": keras.Model, "History": keras.callbacks.History}
    for place in ("keras.src.datasets.cifar10", "keras.datasets.cifar10"):  # other spellings copy the first one
        _replace(importlib.import_module(place), "load_data", synthetic)
    filtered = keras.config.is_traceback_filtering_enabled()
    keras.config.disable_traceback_filtering()  # so that what a failing call has built can be looked at
    _lighten()
    if autograph := sys.modules.get("tensorflow.python.autograph.pyct.loader"):
        _replace(autograph, "load_source", _loaded)


def _loaded(source: str, delete_on_exit: bool) -> tuple[ModuleType, str]:
    """A function that TensorFlow has rewritten for a graph, as a module: TensorFlow goes by way of a file in /tmp."""
    name = f"autograph_{len(sys.modules)}"
    module = sys.modules[name] = ModuleType(name)
    loader.run(source.encode(), f"{name}.py", module.__dict__)
    return module, f"{name}.py"


def _lighten() -> None:
    """Large kernels start as zeros: 140 million random numbers take longer than all that is judged of VGG-16."""
    draw = keras.initializers.GlorotUniform.__call__

    def light(self: Any, shape: Sequence[int], dtype: Any = None) -> Any:
        if math.prod(shape) <= LARGE:
            return draw(self, shape, dtype=dtype)
        return _shared(_room(shape)) if dtype in (None, "float32") else keras.ops.zeros(shape, dtype)

    _replace(keras.initializers.GlorotUniform, "__call__", light)


def _room(shape: Sequence[int], whole: bool = False) -> NDArray[np.float32]:
    """Zeros that begin where TensorFlow wants arrays to.

    A large one takes no memory before it is written to. One that will be written to as a `whole` gets all its memory
    at once, where Linux can do that: page by page takes five times as long.
    """
    size, step = math.prod(shape), 64
    if whole and size > LARGE and hasattr(mmap, "MAP_POPULATE"):
        pages = mmap.mmap(-1, 4 * size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE)
        return np.frombuffer(pages, np.float32).reshape(tuple(shape))
    memory = np.zeros(size + step // 4, np.float32)
    first = -memory.ctypes.data % step // 4
    return memory[first : first + size].reshape(tuple(shape))


def _shared(array: NDArray[Any]) -> Any:
    """A tensor in the memory of an array from `_room`, where that can be: to copy large ones takes longer than to use.

    Whoever calls this keeps the array to itself: TensorFlow may write to it.
    """
    tensorflow = sys.modules.get("tensorflow") if keras.backend.backend() == "tensorflow" else None
    if tensorflow is None or os.environ.get("CUDA_VISIBLE_DEVICES") != "-1" or not tensorflow.executing_eagerly():
        return keras.ops.convert_to_tensor(array)
    return tensorflow.experimental.dlpack.from_dlpack(array.__dlpack__())


def _replace(owner: Any, name: str, value: Any) -> None:
    replaced.append((owner, name, getattr(owner, name)))
    setattr(owner, name, value)


def disarm() -> None:
    """Gives back what `arm` has put away; for processes that go on with other work."""
    global keras
    if keras is not None and filtered:
        keras.config.enable_traceback_filtering()
    while replaced:
        setattr(*replaced.pop())
    keras = None


def armed() -> Any:
    """Keras; for the trusted side, which has no template that did this for it."""
    if keras is None:
        arm()
    return keras


def synthetic() -> tuple[tuple[NDArray[Any], NDArray[Any]], tuple[NDArray[Any], NDArray[Any]]]:
    """In the place of `cifar10.load_data()`: 50 training and 20 test pictures of coloured squares."""
    rng = np.random.default_rng(10)

    def pair(count: int) -> tuple[NDArray[Any], NDArray[Any]]:
        blocks = rng.integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)
        return blocks.repeat(8, axis=1).repeat(8, axis=2), rng.integers(0, 10, (count, 1), dtype=np.uint8)

    return pair(50), pair(20)


def bank(shape: Sequence[int], number: int) -> NDArray[np.float32]:
    """Weights of a given shape for the layer `number`; kernels scaled so that answers keep their size (He et al.)."""
    fan_in = math.prod(shape[:-1])
    values = np.roll(BANK, 977 * number) * np.float32(math.sqrt(2.0 / fan_in) if len(shape) > 1 else 0.1)
    found = _room(shape, whole=True)
    whole, rest = divmod(found.size, values.size)
    found.ravel()[: found.size - rest].reshape(whole, values.size)[:] = values
    found.ravel()[found.size - rest :] = values[:rest]
    return found


def batch(shape: Sequence[int], number: int) -> NDArray[np.float32]:
    """Pictures or activations of a given shape, batch axis included; the same for the same number."""
    return np.resize(np.roll(BANK, 8_191 * number), tuple(shape))


def sampled(output: Any) -> NDArray[np.float32]:
    """At most 512 entries of an array, always the same ones for the same size."""
    flat = np.asarray(keras.ops.convert_to_numpy(output), np.float32).ravel()
    if flat.size <= SAMPLES:
        return flat
    return flat[np.random.default_rng(flat.size).integers(0, flat.size, SAMPLES)]


def fill(layers: Sequence[Any], number: int = 0) -> None:
    """Gives layers their weights from the bank; those that have any are numbered from `number`.

    Layers without any, such as dropout, begin their draws anew: a network that serves again answers as a new one.
    """
    for layer in layers:
        for state in () if layer.weights else layer.variables:
            state.assign(np.full(state.shape, number))
        layer.set_weights([_shared(bank(weight.shape, number)) for weight in layer.weights])
        number += bool(layer.weights)


def sequential(given: dict[str, Any]) -> Any:
    """A `keras.Sequential` of `layers`, pairs of class and arguments, for the shape `input`.

    Its weights come from the bank, those of the first layer that has any from the place `number`.
    """
    layers = [getattr(keras.layers, name)(**options) for name, options in given["layers"]]
    model = keras.Sequential([keras.Input(tuple(given["input"])), *layers])
    fill(model.layers, given["number"])
    return model


def again(given: dict[str, Any]) -> Any:
    """`sequential` for workers: a model made there by the same recipe gets other weights and serves again.

    To make one takes Keras ten times as long. One that student code has changed, its weights aside, is made anew.
    """
    recipe = repr((given["input"], given["layers"]))
    with suppress(Exception):  # there is none yet, or its settings cannot be read any more
        model, layers, settings = made[recipe]
        if model.layers == layers and model.get_config() == settings:
            fill(layers, given["number"])
            return model
    model = sequential(given)
    made[recipe] = model, model.layers, model.get_config()
    return model


def network(value: Any, args: Sequence[Any], aim: dict[str, Any]) -> dict[str, Any]:
    """What a returned model is, and what it computes.

    `aim` may hold `build`, the input shape that was asked for, which a model without one gets; `input`, the shape of a
    batch for the whole network, where layers answer up to the first of class `until`; and `pieces`: each names the
    layers from `start` to `stop`, which are made anew, get the weights of the layers from `layer` on, and a batch of
    the shape `input`. All batches are those with the given `number`.
    """
    if type(value) is not kinds["Sequential"]:
        return {"class": name_of(value)}
    facts = _described(value, aim)
    layers = facts["layers"]
    fine = layers and all(layer["genuine"] for layer in layers) and facts["weights"] <= MOST_WEIGHTS
    if not fine or len(layers) > MOST_LAYERS:
        return facts
    images = aim.get("input")
    if images and facts["input"] == list(aim.get("build", images[1:])):
        classes = [layer["class"] for layer in layers]
        upto = classes.index(aim["until"]) if aim.get("until") in classes else len(layers)
        facts["outputs"] = _chain(value, batch(images, aim["number"]), upto)
    facts["pieces"] = [
        _piece(value.layers[piece["start"] : piece["stop"]], piece, aim["number"]) for piece in aim.get("pieces", ())
    ]
    return facts


def _described(model: Any, aim: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {"class": "Sequential", "built": bool(model.built)}
    if not model.built and "build" in aim:
        model.build((None, *aim["build"]))
    layers = model.layers
    facts["input"] = _input_shape(model)
    facts["layers"] = [_layer(layer) for layer in layers[:MOST_LAYERS]]
    facts["weights"] = sum(math.prod(weight.shape) for layer in layers for weight in layer.weights)
    return facts


def _input_shape(model: Any) -> list[Any]:
    """The shape of a picture, batch axis aside; of a model that could not be built, that of its input layer."""
    if model.built:
        return list(model.inputs[0].shape[1:])
    first: Any = next(iter(getattr(model, "_layers", ())), None)
    return list(first.batch_shape[1:]) if type(first) is keras.layers.InputLayer else []


def _layer(layer: Any) -> dict[str, Any]:
    """One layer in plain data; a Dropout also with the share of units that it really switches off."""
    own = type(layer) in genuine and not {"call", "get_config"}.intersection(vars(layer))
    config = genuine[type(layer)](layer) if own else {}
    facts = {"class": name_of(layer), "genuine": own, "name": str(getattr(layer, "name", ""))[:100]}
    facts |= {key: _plain(config[key]) for key in TOLD if key in config and not isinstance(config[key], dict)}
    try:
        facts["shape"] = list(layer.output.shape[1:])
    except Exception:  # a layer that was never called, or no layer at all
        facts["shape"] = []
    if type(layer) is keras.layers.Dropout:
        dropped = keras.ops.convert_to_numpy(layer(np.ones((1, 10_000), np.float32), training=True))
        facts["dropped"] = float((dropped == 0).mean())
    return facts


def _plain(option: Any) -> Any:
    """An option of a layer; what is no number, text or tuple of them travels as its kind."""
    if isinstance(option, list | tuple):
        return [_plain(item) for item in option]
    return option if option is None or isinstance(option, bool | int | float | str) else name_of(option)


def name_of(value: Any) -> str:
    """The class of a value as Python writes it, with the library that it comes from in front; "None" for None."""
    kind = value if isinstance(value, type) else type(value)
    library = kind.__module__.partition(".")[0]
    if value is None:
        return "None"
    return kind.__name__ if kind in genuine or library == "builtins" else f"{library}.{kind.__name__}"[:100]


def _chain(model: Any, images: NDArray[Any], upto: int) -> list[Any]:
    """The sampled answers of the first layers of a network at inference, each layer fed by the one before.

    The last layer's is that of the network itself. A second model over all outputs would compute them from the start
    again and again where layers were added one by one: each addition left a graph of its own. A layer that takes no
    other size of picture than the one the network was made for ends the row.
    """
    layers, answers, answer = model.layers, [], images
    fill(layers[:upto])
    for layer in layers[:upto]:
        try:
            answer = layer(answer)
        except Exception:  # of TensorFlow's own kinds as well
            break
        answers.append(sampled(answer))
    if upto == len(layers) == len(answers):
        answers[-1] = sampled(model(images, training=False))
    return answers


def _piece(layers: Sequence[Any], piece: dict[str, Any], number: int) -> Any:
    """The sampled answer of some layers, made anew from their settings and fed with a batch of their own."""
    images = batch(piece["input"], number)
    try:
        model = keras.Sequential([keras.Input(images.shape[1:]), *map(_again, layers)])
        fill(model.layers, piece["layer"])
        answer = model(images, training=False)
        return {"shape": list(answer.shape[1:]), "answer": sampled(answer)}
    except Exception as error:  # layers that do not fit each other
        return {"error": f"{type(error).__name__}: {error}"[:500]}


def _again(layer: Any) -> Any:
    """A new layer with the same settings; an activation that no configuration can name is handed on as it is."""
    config = genuine[type(layer)](layer)
    fresh = type(layer).from_config(config | ({"activation": "linear"} if "activation" in config else {}))
    if "activation" in config:
        fresh.activation = layer.activation
    return fresh


def leftover(error: BaseException) -> dict[str, Any] | None:
    """What a call that raised had built: the last `keras.Sequential` on the way to the error, or None."""
    found, step = None, error.__traceback__
    while step is not None:
        for local in list(step.tb_frame.f_locals.values())[:200]:
            if type(local) is kinds["Sequential"]:
                found = local
        step = step.tb_next
    return None if found is None else _described(found, {})


def weights(value: Any, args: Sequence[Any], aim: None) -> Any:
    """The weights of a returned model; what a value that is none stands for as the name of its class."""
    if value is None or not issubclass(type(value), kinds["Model"]):
        return value if value is None else {"class": name_of(value)}
    return [np.asarray(array) for array in value.get_weights()]


def called(value: Any, args: Sequence[Any], aim: list[Any]) -> Any:
    """What a returned function answers to each `[images, training]`, handed copies; the value itself if it is none."""
    if not callable(value):
        return value
    answers = [value(np.array(images), training=training) for images, training in aim]
    arrays = [np.asarray(keras.ops.convert_to_numpy(answer)) for answer in answers]
    if len(arrays) == 1:
        return arrays[0]
    return np.stack(arrays) if len({array.shape for array in arrays}) == 1 else arrays


def picked(value: Any, args: Sequence[Any], aim: list[int]) -> Any:
    """Of a returned sequence the entries at some places, as arrays; the value itself if there are no such places."""
    if not isinstance(value, list | tuple) or len(value) <= max(aim):
        return value
    return [value[place] if isinstance(value[place], np.ndarray) else np.asarray(value[place]) for place in aim]


def device(value: Any, args: Sequence[Any], aim: None) -> dict[str, str]:
    """Where a convolution really ran in this worker, by the name that the backend gives to the place."""
    answer = keras.layers.Conv2D(8, 3)(batch((1, 32, 32, 3), 1))
    place = answer.device if isinstance(getattr(answer, "device", None), str) else next(iter(answer.devices()))
    kind = getattr(place, "device_kind", "")
    if keras.backend.backend() == "tensorflow":
        known = importlib.import_module("tensorflow").config
        gpus = known.list_physical_devices("GPU")
        kind = known.experimental.get_device_details(gpus[0]).get("device_name", "") if gpus else ""
    return {"backend": keras.backend.backend(), "place": str(place), "kind": str(kind)}


MAKERS: dict[str, Callable[[Any], Any]] = {"sequential": sequential}
LOOKS: dict[str, Callable[[Any, Sequence[Any], Any], Any]] = {
    look.__name__: look for look in (network, weights, called, device, picked)
}
