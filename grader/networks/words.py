"""What is wrong with a network's layers, and which mistake is behind it; `words.toml` says it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from grader.networks.parts import Part
from grader.networks.texts import TEXTS
from grader.outcomes import Outcome, Raised
from grader.probing import CheckFailed
from grader.refusals import refusal
from grader.texts import Fault

__all__ = [
    "added_twice",
    "broken",
    "differences",
    "error_words",
    "other_answers",
    "other_pictures",
    "strange",
    "wrong",
]

MOST_LAYERS = 150
ACTIVATIONS = ("Activation", "ReLU", "Softmax")


def strange(function: str, facts: dict[str, Any]) -> Fault | None:
    """Why something is no `keras.Sequential` made of Keras layers alone; None where it is one."""
    if facts["class"] != "Sequential":
        return TEXTS.fault("none" if facts["class"] == "None" else "no_sequential", f=function, kind=facts["class"])
    layers = facts["layers"]
    if not layers:
        return TEXTS.fault("no_layers")
    for number, layer in enumerate(layers):
        if not layer["genuine"]:
            given = {"number": number, "count": len(layers), "layer": layer["name"], "kind": layer["class"]}
            return TEXTS.fault("no_layer_of_keras", **given)
    if len(layers) > MOST_LAYERS:
        return TEXTS.fault("too_many_layers", count=len(layers))
    return None


def added_twice(function: str, first: int, again: int) -> Fault:
    """The words for a builder that goes on with the model of the call before."""
    return TEXTS.fault("added_twice" if again else "second_call_raised", f=function, first=first, again=again)


def broken(function: str, outcome: Outcome, padding: bool = True) -> CheckFailed:
    """The failure of a builder that returned nothing, with what the layers that were there by then give away."""
    failure = refusal(function, outcome, public=True)
    fault = None
    if isinstance(outcome, Raised) and outcome.seen and "ValueError" in outcome.trouble.family:
        fault = error_words(outcome.seen, padding) or _told(outcome.trouble.message)
    if fault is None:
        return failure
    return replace(fault, observation=f"{failure.observation} {fault.observation}").failure


def _told(message: str) -> Fault | None:
    """What a sentence of Keras means."""
    if "zero or negative" in message or "would be negative" in message or "Negative dimension" in message:
        return TEXTS.fault("maps_too_small")
    name = re.search(r"Name '([^']*)' is already", message)
    return TEXTS.fault("name_twice", layer=name[1]) if name else None


def error_words(facts: dict[str, Any], padding: bool = True) -> Fault | None:
    """What the layers that were there before an error give away; `padding` where the table has padding layers."""
    layers = facts.get("layers", [])
    for number, layer in enumerate(layers):
        if layer["class"] == "Conv2D" and layer.get("strides") not in ([1, 1], None):
            strides = _size(layer["strides"])
            return TEXTS.fault("strides_before_error", number=number, layer=layer["name"], strides=strides)
    shape = facts.get("input", [])
    if len(shape) == 3 and shape[0] in (1, 3) and (shape[1] or 0) > 3:
        return TEXTS.fault("channels_first", shape=tuple(shape))
    pads = [layer for layer in layers if layer["class"] == "ZeroPadding2D" or layer.get("padding") == "same"]
    if layers and not pads:
        return TEXTS.fault("padding_missing_everywhere" if padding else "same_forgotten_everywhere")
    return None


def differences(
    expected: Sequence[tuple[str, dict[str, Any]]], layers: Sequence[dict[str, Any]], start: int, values: bool
) -> Fault | None:
    """The first difference between a part's layers and the contract's; with `values` only what changes an answer."""
    classes, wanted = [layer["class"] for layer in layers], [kind for kind, _ in expected]
    if not layers:
        return TEXTS.fault("ends_early", count=_plural(len(wanted), "layer"), kinds=_joined(wanted))
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
    """A number of convolutions, or of dense layers, that is not the contract's."""
    last = start + len(layers) - 1
    for kind, one, many in (
        ("Conv2D", "one_convolution", "convolutions"),
        ("Dense", "one_dense_layer", "dense_layers"),
    ):
        wanted = sum(name == kind for name, _ in expected)
        found = sum(layer["class"] == kind for layer in layers)
        if wanted and wanted != found:
            key = "convolutions_of_vgg19" if (kind, wanted, found) == ("Conv2D", 3, 4) else many
            held = TEXTS.phrase(one if found == 1 else many, count=found)
            return TEXTS.fault(key, first=start, last=last, found=held, wanted=wanted)
    return None


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
        same = any(layer.get("padding") == "same" for layer in layers)
        return TEXTS.fault("padding_by_same" if same else "padding_missing", place=place, layer=_named(layers, there))
    if not wanted and set(found) <= set(ACTIVATIONS):
        softmax = layers[there].get("activation") == "softmax"
        return TEXTS.fault("softmax_apart" if softmax else "activation_apart", place=place, kind=found[0])
    if not wanted and set(found) == {"ZeroPadding2D"}:
        return TEXTS.fault("padding_too_much", place=place)
    lacking = "dropout_missing" if "Dropout" in wanted else "layer_missing"
    return TEXTS.fault(
        lacking if not found else "other_layers" if wanted else "layer_too_many",
        place=place,
        wanted=_joined(wanted) or TEXTS.phrase("no_further_layer"),
        found=_joined(found) or TEXTS.phrase("nothing"),
    )


def _options(layer: dict[str, Any], wanted: dict[str, Any], place: int, values: bool, before: str) -> Fault | None:
    """The first option of a layer that is not the contract's."""
    for option, value in wanted.items():
        given = {"place": place, "layer": layer["name"], "option": option}
        rate = layer.get("rate", 0)
        if option == "rate" and "dropped" in layer and abs(rate - value) > 1e-6:
            return TEXTS.fault("option_rate", given=f"{rate:g}", wanted=f"{value:g}", **given)
        if option not in layer or layer[option] == value or (values and option == "name"):
            continue
        key = _special(option, layer, value, before) or f"option_{option}{'_said' if option == 'rate' else ''}"
        return TEXTS.fault(key, given=_size(layer[option]), wanted=_size(value), **given)
    return None


def _special(option: str, layer: dict[str, Any], wanted: Any, before: str) -> str:
    """Mistakes that have a name of their own; "" where the option is all that is wrong."""
    if option == "strides" and layer["class"] == "Conv2D":
        return "strides_for_kernel"
    if option == "padding" and layer["class"] == "Conv2D" and wanted == "same":
        return "same_forgotten"
    if option == "padding" and layer["class"] == "Conv2D" and before == "ZeroPadding2D":
        return "padded_twice"
    if option == "activation" and wanted == "softmax":
        return "softmax_missing"
    if option == "units" and layer.get("activation") == "softmax" and layer["units"] == 1:
        return "softmax_over_one"
    return ""


def _described(name: str, piece: dict[str, Any]) -> Fault:
    """The words for a part whose layers look right, or fit nothing."""
    part = name.replace("_", " ")
    if "error" in piece:
        return TEXTS.fault("part_does_not_fit", part=part)
    return TEXTS.fault("part_answers_otherwise", part=part.capitalize())


def wrong(part: Part, layers: Sequence[dict[str, Any]], start: int, piece: dict[str, Any]) -> Fault:
    """The words for a part that does not compute what it should; its layers are those from number `start` on."""
    return differences(part.layers, layers, start, True) or _described(part.name, piece)


def other_pictures(asked: Sequence[int], given: Sequence[int] | None) -> Fault:
    """The words for a builder that makes a network for pictures of a size of its own; None where that is open."""
    shape = TEXTS.phrase("open") if given is None else tuple(given)
    return TEXTS.fault("input_shape_ignored", asked=tuple(asked), shape=shape)


def other_answers(asked: int, given: Sequence[int]) -> Fault:
    """The words for a builder that makes a network for a number of classes of its own."""
    return TEXTS.fault("classes_ignored", asked=asked, shape=tuple(given))


def _named(layers: Sequence[dict[str, Any]], place: int) -> str:
    return layers[place]["name"] if place < len(layers) else TEXTS.phrase("the_end")


def _joined(kinds: Sequence[str]) -> str:
    return ", ".join(kinds[:4]) + (" and so on" if len(kinds) > 4 else "")


def _plural(count: int, word: str) -> str:
    return TEXTS.phrase(f"one_{word}" if count == 1 else f"{word}s", count=count)


def _size(value: Any) -> str:
    return f"({', '.join(map(_size, value))})" if isinstance(value, list) else str(value)
