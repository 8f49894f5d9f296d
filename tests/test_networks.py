"""How a student's list of layers is cut into the parts that it stands for, and what is said of differences."""

from __future__ import annotations

from typing import Any

import pytest

from grader.networks.parts import ranges
from grader.networks.words import differences, error_words, strange
from grader.suites.cifar_layers import LAYERS
from grader.suites.vgg_layers import PARTS, vgg16

__all__: list[str] = []

Layers = list[dict[str, Any]]
# Places in VGG-16: the first and the last convolution of block 3, and its pooling.
FIRST, LAST, POOL = 11, 15, 16


def described(layers: Any) -> Layers:
    """A list of layers as a worker describes it."""
    return [
        {"class": kind, "genuine": True, "name": f"layer_{number}"} | options
        for number, (kind, options) in enumerate(layers)
    ]


@pytest.fixture
def layers() -> Layers:
    """VGG-16."""
    return described(vgg16(1000))


RIGHT = [(0, 5), (5, 10), (10, 17), (17, 24), (24, 31), (31, 37)]


def test_the_right_list_is_cut_where_it_should_be(layers: Layers) -> None:
    assert ranges(layers, PARTS) == RIGHT


def test_without_padding_layers(layers: Layers) -> None:
    kept = [layer for layer in layers if layer["class"] != "ZeroPadding2D"]
    assert ranges(kept, PARTS) == [(0, 3), (3, 6), (6, 10), (10, 14), (14, 18), (18, 24)]


def test_another_number_of_filters_moves_nothing(layers: Layers) -> None:
    layers[FIRST]["filters"] = layers[LAST]["filters"] = 128
    assert ranges(layers, PARTS) == RIGHT


def test_a_longer_block_stays_one(layers: Layers) -> None:
    longer = [*layers[:POOL], layers[LAST - 1], layers[LAST], *layers[POOL:]]
    assert ranges(longer, PARTS)[2] == (10, 19)
    assert ranges(longer, PARTS)[3] == (19, 26)


def test_a_missing_pooling_costs_its_own_block(layers: Layers) -> None:
    del layers[POOL]
    spans = ranges(layers, PARTS)
    assert spans[:2] == RIGHT[:2]
    assert spans[3:] == [(start - 1, stop - 1) for start, stop in RIGHT[3:]]


def test_a_half_built_network(layers: Layers) -> None:
    spans = ranges(layers[:10], PARTS)
    assert spans[:2] == RIGHT[:2]
    assert {start == stop for start, stop in spans[2:]} == {True}


def test_nothing_and_far_too_much(layers: Layers) -> None:
    assert len(ranges([], PARTS)) == 6
    spans = ranges(layers * 4, PARTS)
    assert (spans[0][0], spans[-1][1]) == (0, 4 * 37)


@pytest.mark.parametrize(
    ("option", "value", "name"),
    [
        ("filters", 128, "other number of filters"),
        ("strides", [3, 3], "strides instead of kernel size"),
        ("padding", "same", "padded twice"),
        ("activation", "linear", "activation missing"),
    ],
)
def test_an_option_is_named_with_its_layer(layers: Layers, option: str, value: Any, name: str) -> None:
    layers[FIRST][option] = value
    fault = differences(PARTS[2].layers, layers[10:17], 10, True)
    assert fault is not None
    assert fault.name == name
    assert fault.observation.startswith(f"Layer {FIRST} (")
    assert fault.reason
    assert fault.next_step


def test_names_do_not_change_an_answer(layers: Layers) -> None:
    layers[FIRST]["name"] = "conv2d"
    assert differences(PARTS[2].layers, layers[10:17], 10, True) is None
    named = {**layers[FIRST]}
    assert named["name"] == "conv2d"
    fault = differences(PARTS[2].layers, layers[10:17], 10, False)
    assert fault is not None
    assert fault.name == "layer names"


def test_what_a_failed_call_has_built_gives_it_away() -> None:
    channels = error_words({"input": [3, 224, 224], "layers": described(vgg16(2))[:3]})
    assert channels is not None
    assert channels.name == "channels first"
    assert error_words({"input": [], "layers": []}) is None


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"class": "None"}, "no return"),
        ({"class": "student.Sequential"}, "another class"),
        ({"class": "Sequential", "layers": described([("keras.Lambda", {})])[:0]}, ""),
        ({"class": "Sequential", "layers": [{"class": "x.Own", "genuine": False, "name": "a"}]}, "another class"),
    ],
)
def test_what_is_no_network(facts: dict[str, Any], name: str) -> None:
    fault = strange("build", facts)
    assert fault is not None
    assert fault.name == name


def test_the_small_network_is_none_of_these() -> None:
    assert strange("build", {"class": "Sequential", "layers": described(LAYERS)}) is None
