"""The small network for CIFAR-10 as a plain list of layers, and the parts that it is judged by."""

from __future__ import annotations

from typing import Any

from grader.networks.parts import Part, parts_of
from grader.suites.variant import variant

__all__ = ["FILTERS", "LAYERS", "PARTS", "UNITS"]

Layer = tuple[str, dict[str, Any]]


def _convolution(filters: int, padding: str) -> Layer:
    options = {"filters": filters, "kernel_size": [3, 3], "strides": [1, 1], "padding": padding, "activation": "relu"}
    return "Conv2D", options


def _block(filters: int) -> list[Layer]:
    return [
        _convolution(filters, "same"),
        _convolution(filters, "valid"),
        ("MaxPooling2D", {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"}),
        ("Dropout", {"rate": 0.25}),
    ]


VALUES = variant("cifar_setup", filters=[32, 64], units=512)
FILTERS: list[int] = VALUES["filters"]
UNITS: int = VALUES["units"]
HEAD: list[Layer] = [
    ("Flatten", {}),
    ("Dense", {"units": UNITS, "activation": "relu"}),
    ("Dropout", {"rate": 0.5}),
    ("Dense", {"units": 10, "activation": "softmax"}),
]
LAYERS: list[Layer] = [*_block(FILTERS[0]), *_block(FILTERS[1]), *HEAD]
PARTS: tuple[Part, ...] = parts_of(
    ("block_1", 4, (1, 12, 10, 3)), ("block_2", 4, (1, 8, 10, FILTERS[0])), ("head", 4, (2, 3, 4, 16)), layers=LAYERS
)
