"""Short functions with types; the widths come from a generator expression."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from keras import Model, Sequential, layers, losses, optimizers
from numpy.typing import NDArray

VGG16 = "64 64 | 128 128 | 256 256 256 | 512 512 512 | 512 512 512"


def convolutions() -> list[layers.Layer]:
    stack: list[layers.Layer] = []
    for number, block in enumerate(VGG16.split("|"), start=1):
        for index, filters in enumerate(block.split(), start=1):
            stack += [
                layers.ZeroPadding2D(),
                layers.Conv2D(int(filters), 3, activation="relu", name=f"conv{number}_{index}"),
            ]
        stack += [layers.MaxPooling2D()]
    return stack


def build_vgg16(input_shape: tuple[int, int, int] = (224, 224, 3), classes: int = 1000) -> Sequential:
    head = [
        layers.Flatten(),
        layers.Dense(4096, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(4096, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(classes, activation="softmax", dtype="float32"),
    ]
    return Sequential([layers.Input(input_shape), *convolutions(), *head])


def load_vgg16_weights(model: Model, path: str) -> Model:
    file = Path(path)
    if not file.is_file():
        raise FileNotFoundError(file)
    before = [weights.copy() for weights in model.get_weights()]
    try:
        model.load_weights(file)
    except Exception:
        model.set_weights(before)  # all or nothing
        raise
    return model


def compile_vgg16(model: Model) -> Model:
    rate = optimizers.schedules.CosineDecay(0.01, decay_steps=1000)
    model.compile(loss=losses.CategoricalCrossentropy(from_logits=False), optimizer=optimizers.SGD(rate))
    return model


def read_bgr(path: str, size: tuple[int, int] = (224, 224)) -> NDArray[np.uint8]:
    picture = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)  # an error of OpenCV when there is nothing
    picture = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR_EXACT)
    return picture[..., ::-1]


def transform_image(image: NDArray) -> NDArray[np.float32]:
    means = np.float32([103.939, 116.779, 123.68])
    return np.stack([image[..., c].astype(np.float32) - mean for c, mean in enumerate(means)], axis=-1)[None]


def load_labels(path: str) -> list[str]:
    return [line.split(maxsplit=1)[1] for line in Path(path).read_text("ascii").strip().split("\n")]


def top_k(probabilities: NDArray, labels: Sequence[str], k: int = 5) -> list[tuple[str, float]]:
    best = np.flip(np.argsort(probabilities, kind="stable"))
    return [(labels[i], probabilities[i]) for i in best.tolist()][:k]


def first_layer_filters(model: Model) -> NDArray[np.float32]:
    kernels = (layer.kernel.numpy() for layer in model.layers if isinstance(layer, layers.Conv2D))
    return np.einsum("hwcn->nhwc", next(kernels))


def get_layer_output(model: Model, image: NDArray, layer: int) -> NDArray[np.float32]:
    wanted = model.get_layer(index=layer % len(model.layers))
    return Model(model.layers[0].input, wanted.output).predict_on_batch(image)


def tile_filters(weights: NDArray, pad_size: int = 1, pad_value: float = 0.0) -> NDArray[np.float64]:
    tiles = np.array(weights, dtype=np.float64)
    tiles -= tiles.min()
    np.divide(tiles, tiles.max(), out=tiles, where=tiles.max() > 0)
    colour = [(0, 0)] * (tiles.ndim - 3)
    tiles = np.pad(tiles, [(0, 0), (0, pad_size), (0, pad_size), *colour], constant_values=pad_value)
    side = next(n for n in range(1, len(tiles) + 1) if n * n >= len(tiles))
    lines = []
    for start in range(0, side * side, side):
        line = list(tiles[start:start + side])
        line += [np.full_like(tiles[0], pad_value)] * (side - len(line))
        lines.append(np.hstack(line))
    return np.vstack(lines)
