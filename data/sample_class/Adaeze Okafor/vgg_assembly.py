"""Exercise 4"""
from __future__ import annotations

import math
from pathlib import Path

import cv2
import keras
import numpy as np
from keras import layers

MEAN_BGR = (103.939, 116.779, 123.68)


def build_vgg16(input_shape: tuple[int, int, int] = (224, 224, 3), classes: int = 1000) -> keras.Sequential:
    model = keras.Sequential([keras.Input(input_shape)])
    for block, (count, filters) in enumerate([(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)], start=1):
        for i in range(1, count + 1):
            model.add(layers.ZeroPadding2D((1, 1)))
            model.add(layers.Conv2D(filters, (3, 3), activation="relu", name=f"conv{block}_{i}"))
        model.add(layers.MaxPooling2D((2, 2), strides=(2, 2)))
    model.add(layers.Flatten())
    for _ in range(2):
        model.add(layers.Dense(4096, activation="relu"))
        model.add(layers.Dropout(0.5))
    model.add(layers.Dense(classes, activation="softmax"))
    return model


def load_vgg16_weights(model: keras.Model, path: str) -> keras.Model:
    model.load_weights(path)
    return model


def compile_vgg16(model: keras.Model) -> keras.Model:
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.01), loss="categorical_crossentropy")
    return model


def read_bgr(path: str, size: tuple[int, int] = (224, 224)) -> np.ndarray:
    picture = cv2.imread(path)
    if picture is None:
        raise FileNotFoundError(f"cv2 cannot read {path}")
    return cv2.resize(picture, size)


def transform_image(image: np.ndarray) -> np.ndarray:
    return np.expand_dims(image.astype(np.float32) - np.array(MEAN_BGR, dtype=np.float32), axis=0)


def load_labels(path: str) -> list[str]:
    # identifier, blank, label
    return [line.split(" ", 1)[1] for line in Path(path).read_text().splitlines()]


def top_k(probabilities: np.ndarray, labels: list[str], k: int = 5) -> list[tuple[str, float]]:
    best = np.argsort(probabilities)[::-1][:k]
    return [(labels[i], float(probabilities[i])) for i in best]


def first_layer_filters(model: keras.Model) -> np.ndarray:
    first = next(layer for layer in model.layers if isinstance(layer, layers.Conv2D))
    return np.transpose(first.get_weights()[0], (3, 0, 1, 2))


def get_layer_output(model: keras.Model, image: np.ndarray, layer: int) -> np.ndarray:
    return keras.Model(model.inputs, model.layers[layer].output).predict(image, verbose=0)


def tile_filters(weights: np.ndarray, pad_size: int = 1, pad_value: float = 0.0) -> np.ndarray:
    tiles = np.asarray(weights, dtype=np.float64)
    low, high = tiles.min(), tiles.max()
    tiles = (tiles - low) / (high - low if high > low else 1.0)
    n, h, w = tiles.shape[:3]
    side = math.ceil(math.sqrt(n))
    grid = np.full((side * (h + pad_size), side * (w + pad_size), *tiles.shape[3:]), pad_value, dtype=np.float64)
    for i, tile in enumerate(tiles):
        row, col = divmod(i, side)
        top, left = row * (h + pad_size), col * (w + pad_size)
        grid[top:top + h, left:left + w] = tile
    return grid
