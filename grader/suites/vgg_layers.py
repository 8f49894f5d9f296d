"""VGG-16 as a plain list of layers, and the parts that it is judged by."""

from __future__ import annotations

from typing import Any

from grader.suites.networks import Part

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


def _parts() -> tuple[Part, ...]:
    """The five blocks and the head, each with the shape of a batch that is small and differs from axis to axis."""
    layers, parts, start, channels, weighted = vgg16(1000), [], 0, 3, 0
    shapes = ((12, 10), (8, 6), (6, 8), (4, 6), (6, 4))
    for number, ((depth, filters), shape) in enumerate(zip(BLOCKS, shapes, strict=True), start=1):
        stop = start + 2 * depth + 1
        parts.append(Part(f"block_{number}", tuple(layers[start:stop]), (1, *shape, channels), weighted))
        start, channels, weighted = stop, filters, weighted + depth
    parts.append(Part("head", tuple(layers[start:]), (2, 2, 3, 32), weighted))
    return tuple(parts)


PARTS = _parts()
