"""VGG-16 as a plain list of layers, and the parts that it is judged by."""

from __future__ import annotations

from typing import Any

from grader.networks.parts import parts_of

__all__ = ["PARTS", "vgg16"]

Layer = tuple[str, dict[str, Any]]
BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))


def vgg16(classes: int) -> list[Layer]:
    """The 37 layers of the contract."""
    layers: list[Layer] = []
    for block, (depth, filters) in enumerate(BLOCKS, start=1):
        for number in range(1, depth + 1):
            layers.append(("ZeroPadding2D", {"padding": [[1, 1], [1, 1]]}))
            layers.append(("Conv2D", _convolution(filters) | {"name": f"conv{block}_{number}"}))
        layers.append(("MaxPooling2D", {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"}))
    layers.append(("Flatten", {}))
    for _ in range(2):
        layers += [("Dense", {"units": 4096, "activation": "relu"}), ("Dropout", {"rate": 0.5})]
    return [*layers, ("Dense", {"units": classes, "activation": "softmax"})]


def _convolution(filters: int) -> dict[str, Any]:
    return {"filters": filters, "kernel_size": [3, 3], "strides": [1, 1], "padding": "valid", "activation": "relu"}


# Each block and the head with the shape of a batch that is small and differs from axis to axis.
PARTS = parts_of(
    ("block_1", 5, (1, 12, 10, 3)),
    ("block_2", 5, (1, 8, 6, 64)),
    ("block_3", 7, (1, 6, 8, 128)),
    ("block_4", 7, (1, 4, 6, 256)),
    ("block_5", 7, (1, 6, 4, 512)),
    ("head", 6, (2, 2, 3, 32)),
    layers=vgg16(1000),
)
