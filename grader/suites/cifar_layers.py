"""The small network for CIFAR-10 as a plain list of layers, and the parts that it is judged by."""

from __future__ import annotations

from typing import Any

from grader.suites.networks import Part, parts_of

__all__ = ["LAYERS", "PARTS"]

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


HEAD: list[Layer] = [
    ("Flatten", {}),
    ("Dense", {"units": 512, "activation": "relu"}),
    ("Dropout", {"rate": 0.5}),
    ("Dense", {"units": 10, "activation": "softmax"}),
]
LAYERS: list[Layer] = [*_block(32), *_block(64), *HEAD]
PARTS: tuple[Part, ...] = parts_of(
    ("block_1", 4, (1, 12, 10, 3)), ("block_2", 4, (1, 8, 10, 32)), ("head", 4, (2, 3, 4, 16)), layers=LAYERS
)
