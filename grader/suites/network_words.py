"""The words for what is wrong with a network's layers, and the names of the mistakes behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from grader.probing import CheckFailed

__all__ = ["Fault", "added_twice", "described", "differences", "error_words", "strange"]

MOST_LAYERS = 150
ACTIVATIONS = ("Activation", "ReLU", "Softmax")


@dataclass(frozen=True)
class Fault:
    """What is wrong, why it matters, what to look at, and the name of the mistake."""

    observation: str
    reason: str = ""
    next_step: str = ""
    name: str = ""

    @property
    def failure(self) -> CheckFailed:
        """The failure of a check by this fault."""
        return CheckFailed(self.observation, self.reason, self.next_step, misconception=self.name)


# By option of a layer: the name of the mistake, why it matters, what to look at.
OPTIONS: dict[str, tuple[str, str, str]] = {
    "filters": (
        "other number of filters",
        "The number of filters is the number of channels that the next layer gets.",
        "Compare the numbers of filters with the table, block by block.",
    ),
    "kernel_size": (
        "other kernel size",
        "Every convolution here looks at 3 x 3 places.",
        "Give the second argument as (3, 3).",
    ),
    "strides": (
        "other strides",
        "Strides say how far the window moves: more than one place leaves out answers.",
        "Compare the strides with the table.",
    ),
    "padding": (
        "same padding instead of padding layers",
        "The answers are the same, and the numbers of all later layers are not: exercises on single layers count them.",
        "Follow the table: where it has a ZeroPadding2D, the convolution after it does not pad.",
    ),
    "activation": (
        "activation missing",
        "Without an activation between them, two layers do no more than one could.",
        "Give the layer the activation of the table.",
    ),
    "units": (
        "other number of units",
        "The number of units of a dense layer is the number of answers it gives.",
        "Compare the units with the table.",
    ),
    "rate": (
        "dropout rate",
        "A rate is the share of units that is switched off, not of those that stay.",
        "Give Dropout the rate of the table.",
    ),
    "pool_size": ("other pooling", "Pooling keeps the largest of 2 x 2 answers.", "Give MaxPooling2D the size (2, 2)."),
    "name": (
        "layer names",
        "Later exercises find layers by their names.",
        'Name each convolution, for example with name="conv1_1".',
    ),
}
STRIDES = Fault(
    "",
    "The third argument of Conv2D is the strides: Conv2D(64, 3, 3) moves its 3 x 3 window by three places.",
    "Write the size of the kernel as one argument: Conv2D(64, (3, 3)).",
    "strides instead of kernel size",
)
PADDING = Fault(
    "",
    "A 3 x 3 window fits two places fewer in each direction, so each convolution needs a border of one zero around.",
    "Put ZeroPadding2D((1, 1)) in front of this convolution.",
    "padding layer missing",
)
SAME = Fault(
    "",
    "Without padding, a 3 x 3 window fits two places fewer in each direction.",
    'Give this convolution padding="same".',
    "same padding forgotten",
)
TWICE = Fault(
    "",
    'ZeroPadding2D and padding="same" together pad twice, so the maps grow.',
    'Leave out padding="same" where a ZeroPadding2D stands in front.',
    "padded twice",
)
LONGER = Fault(
    "",
    "VGG-19 has four convolutions in its last three blocks, VGG-16 has three.",
    "Compare the number of convolutions with the table, block by block.",
    "VGG-19 blocks",
)
COUNT = Fault(
    "",
    "Each convolution of a block learns something of its own.",
    "Count the convolutions of the block in the table.",
    "other number of convolutions",
)
CHANNELS = Fault(
    "",
    "Keras counts height, width, channels: (224, 224, 3). With channels first it sees a picture of three rows.",
    "Give the network the input shape as it comes, `keras.Input(input_shape)`, and turn nothing round.",
    "channels first",
)
SOFTMAX = Fault(
    "",
    "Probabilities are not negative and sum to 1; softmax makes them so.",
    'Give the last Dense layer activation="softmax".',
    "softmax missing",
)


def _with(fault: Fault, observation: str) -> Fault:
    return replace(fault, observation=observation)


def strange(function: str, facts: dict[str, Any]) -> Fault | None:
    """Why something is no `keras.Sequential` made of Keras layers alone; None where it is one."""
    step = f"Let `{function}` end with `return keras.Sequential([...])`, or with the model that it has filled."
    if facts["class"] != "Sequential":
        kind = facts["class"]
        if kind == "None":
            return Fault(f"`{function}` returned None.", "A function without `return` gives None.", step, "no return")
        return Fault(
            f"`{function}` returned an object of type {kind}, and keras.Sequential itself was expected.",
            "Only a plain Sequential says by its list of layers what it computes.",
            step,
            "another class",
        )
    layers = facts["layers"]
    if not layers:
        return Fault("The model has no layers yet.", "", "Add the layers of the table, from the first to the last.")
    for number, layer in enumerate(layers):
        if not layer["genuine"]:
            return Fault(
                f"Layer {number} of {len(layers)} ({layer['name']}) is of type {layer['class']}.",
                "The network is to be made of the layers that Keras has for it: convolution, pooling, dense and so on.",
                "Replace it by the layers of the table.",
                "another class",
            )
    if len(layers) > MOST_LAYERS:
        return Fault(f"The model has {len(layers)} layers.", "", "Start with a fresh Sequential in each call.")
    return None


def added_twice(function: str, first: int, again: int) -> Fault:
    """The words for a builder that goes on with the model of the call before."""
    seen = f"a second one a network of {again}" if again else "a second one raised an exception"
    return Fault(
        f"The first call of `{function}` built a network of {first} layers, and {seen}.",
        "A model that is kept outside of the function gets all layers once more in each call.",
        "Begin each call with a fresh `keras.Sequential()`.",
        "layers added twice",
    )


def error_words(facts: dict[str, Any], padding: bool = True) -> Fault | None:
    """What the layers that were there before an error give away; `padding` where the table has padding layers."""
    layers = facts.get("layers", [])
    for number, layer in enumerate(layers):
        if layer["class"] == "Conv2D" and layer.get("strides") not in ([1, 1], None):
            return _with(STRIDES, f"Layer {number} ({layer['name']}) has strides {_size(layer['strides'])}.")
    shape = facts.get("input", [])
    if len(shape) == 3 and shape[0] in (1, 3) and (shape[1] or 0) > 3:
        return _with(CHANNELS, f"The input shape of the model is {tuple(shape)}.")
    pads = [layer for layer in layers if layer["class"] == "ZeroPadding2D" or layer.get("padding") == "same"]
    if layers and not pads:
        return _with(PADDING if padding else SAME, "None of the layers pads, so the maps shrink from layer to layer.")
    return None


def differences(
    expected: Sequence[tuple[str, dict[str, Any]]], layers: Sequence[dict[str, Any]], start: int, values: bool
) -> Fault | None:
    """The first difference between a part's layers and the contract's; with `values` only what changes an answer."""
    classes, wanted = [layer["class"] for layer in layers], [kind for kind, _ in expected]
    if not layers:
        seen = f"The network ends before this part; {_plural(len(wanted), 'layer')} expected: {_joined(wanted)}."
        return Fault(seen, "", "Go on with the next rows of the table.", "part missing")
    if values and (fault := _numbers(expected, layers, start)) is not None:
        return fault
    if not values and (extra := _apart(wanted, classes)) is not None:
        return _listing([], layers, extra, extra + 1, start)
    match = SequenceMatcher(None, wanted, classes, autojunk=False)
    for tag, low, high, there, beyond in match.get_opcodes():
        for offset in range(high - low if tag == "equal" else 0):
            place, options = there + offset, expected[low + offset][1]
            before = layers[place - 1]["class"] if place else ""
            if (fault := _options(layers[place], options, start + place, values, before)) is not None:
                return fault
        if tag != "equal" and not (values and _harmless(wanted[low:high], classes[there:beyond], layers)):
            return _listing(wanted[low:high], layers, there, beyond, start)
    return None


def _numbers(
    expected: Sequence[tuple[str, dict[str, Any]]], layers: Sequence[dict[str, Any]], start: int
) -> Fault | None:
    """A number of convolutions that is not the contract's."""
    wanted = sum(kind == "Conv2D" for kind, _ in expected)
    found = sum(layer["class"] == "Conv2D" for layer in layers)
    if wanted == found or not wanted:
        return None
    text = f"Layers {start} to {start + len(layers) - 1} hold {_plural(found, 'convolution')}, {wanted} expected."
    return _with(LONGER if (wanted, found) == (3, 4) else COUNT, text)


def _apart(wanted: Sequence[str], classes: Sequence[str]) -> int | None:
    """The place of a layer that is only an activation."""
    places = [place for place, kind in enumerate(classes) if kind in ACTIVATIONS and kind not in wanted]
    return places[0] if places else None


def _harmless(wanted: Sequence[str], found: Sequence[str], layers: Sequence[dict[str, Any]]) -> bool:
    """Whether a difference in the list can leave the answers as they are."""
    pads = any(layer.get("padding") == "same" for layer in layers)
    missing_pads = set(wanted) == {"ZeroPadding2D"} and not found and pads
    return missing_pads or (not wanted and set(found) <= set(ACTIVATIONS))


def _listing(wanted: Sequence[str], layers: Sequence[dict[str, Any]], there: int, beyond: int, start: int) -> Fault:
    """The words for layers that are missing, too many, or of another class."""
    place = start + there
    found = [layer["class"] for layer in layers[there:beyond]]
    if set(wanted) == {"ZeroPadding2D"} and not found:
        if any(layer.get("padding") == "same" for layer in layers):
            name, reason, step = OPTIONS["padding"]
            return Fault(f"Before layer {place} the table has a ZeroPadding2D, and yours has none.", reason, step, name)
        return _with(PADDING, f"Before layer {place} ({_named(layers, there)}) a ZeroPadding2D is missing.")
    if not wanted and set(found) <= set(ACTIVATIONS):
        return Fault(
            f"Layer {place} is a separate {found[0]} layer.",
            "It computes the same, and makes the list of layers longer than the table's.",
            "Give the activation to the layer before it, as its argument.",
            "separate softmax layer" if layers[there].get("activation") == "softmax" else "separate activation layer",
        )
    if not wanted and set(found) == {"ZeroPadding2D"}:
        return _with(TWICE, f"Layer {place} pads, where the table has no padding layer.")
    if "Dropout" in wanted and not found:
        name = "dropout missing"
    else:
        name = "layer missing" if not found else "" if wanted else "layer too many"
    return Fault(
        f"At layer {place} {_joined(wanted) or 'no further layer'} was expected, "
        f"and {_joined(found) or 'nothing'} is there.",
        "Each layer of the table has its task, and its place.",
        "Compare your layers with the table, from this one on.",
        name,
    )


def _options(layer: dict[str, Any], wanted: dict[str, Any], place: int, values: bool, before: str) -> Fault | None:
    """The first option of a layer that is not the contract's."""
    for option, value in wanted.items():
        if option == "rate" and "dropped" in layer and abs(layer.get("rate", 0) - value) > 1e-6:
            given = f"switches off {layer['rate']:g} of the units; {value:g} expected"
        elif option not in layer or layer[option] == value or (values and option == "name"):
            continue
        else:
            given = f"has {option} {_size(layer[option])}; {_size(value)} expected"
        name, reason, step = OPTIONS[option]
        observation = f"Layer {place} ({layer['name']}) {given}."
        if option == "name":
            observation = f"Layer {place} is called {layer['name']!r}; {value!r} expected."
        return _special(option, layer, value, before, observation) or Fault(observation, reason, step, name)
    return None


def _special(option: str, layer: dict[str, Any], wanted: Any, before: str, observation: str) -> Fault | None:
    """Mistakes that have a name of their own."""
    if option == "strides" and layer["class"] == "Conv2D":
        return _with(STRIDES, observation)
    if option == "padding" and layer["class"] == "Conv2D" and wanted == "same":
        return _with(SAME, observation)
    if option == "padding" and layer["class"] == "Conv2D" and before == "ZeroPadding2D":
        return _with(TWICE, observation)
    if option == "activation" and wanted == "softmax":
        return _with(SOFTMAX, observation)
    if option == "units" and layer.get("activation") == "softmax" and layer["units"] == 1:
        return Fault(observation, "A softmax over one unit is always 1.", "One unit a class.", "softmax over one unit")
    return None


def described(name: str, piece: dict[str, Any]) -> Fault:
    """The words for a part whose layers look right, or fit nothing."""
    if "error" in piece:
        return Fault(
            f"The layers of {name.replace('_', ' ')} do not fit each other.",
            "",
            "Build the network, and follow the shapes in model.summary().",
        )
    return Fault(
        f"{name.replace('_', ' ').capitalize()} answers something else than its layers in the table do.",
        "",
        "Compare every argument of its layers with the table.",
    )


def _named(layers: Sequence[dict[str, Any]], place: int) -> str:
    return layers[place]["name"] if place < len(layers) else "the end"


def _joined(kinds: Sequence[str]) -> str:
    return ", ".join(kinds[:4]) + (", ..." if len(kinds) > 4 else "")


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _size(value: Any) -> str:
    return f"({', '.join(map(_size, value))})" if isinstance(value, list) else str(value)
