"""The answers of a list of layers, computed with one single Keras layer after the other: no model, no solution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from grader.worker import models

__all__ = ["chain", "network"]

Layer = Sequence[Any]


def chain(layers: Sequence[Layer], images: NDArray[Any], number: int, until: str = "") -> list[NDArray[Any]]:
    """What each layer answers to a batch at inference.

    `layers` are pairs (class, options); those that learn get weights from the bank, numbered from `number`. The first
    layer of class `until` and those behind it are left out.
    """
    keras = models.armed()
    answers: list[NDArray[Any]] = []
    for kind, options in layers:
        if kind == until:
            break
        layer = getattr(keras.layers, kind)(**options)
        layer.build(images.shape)
        if layer.weights:
            layer.set_weights([models.bank(weight.shape, number) for weight in layer.weights])
            number += 1
        images = keras.ops.convert_to_numpy(layer(images, training=False) if kind == "Dropout" else layer(images))
        answers.append(images)
    return answers


def network(layers: Sequence[Layer], aim: dict[str, Any]) -> dict[str, Any]:
    """What the instrument `network` should find: answers of all layers, and of each piece for itself."""
    found: dict[str, Any] = {"pieces": [_piece(layers, piece, aim["number"]) for piece in aim["pieces"]]}
    if "input" in aim:
        answers = chain(layers, models.batch(aim["input"], aim["number"]), 0, aim.get("until", ""))
        found["outputs"] = [models.sampled(answer) for answer in answers]
    return found


def _piece(layers: Sequence[Layer], piece: dict[str, Any], number: int) -> dict[str, Any]:
    images = models.batch(piece["input"], number)
    answer = chain(layers[piece["start"] : piece["stop"]], images, piece["layer"])[-1]
    return {"shape": list(answer.shape[1:]), "answer": models.sampled(answer)}
