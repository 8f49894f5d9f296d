import math
from pathlib import Path

import cv2
import keras
import numpy as np
from keras import layers

# block number: (filters, convolutions)
BLOCKS = {1: (64, 2), 2: (128, 2), 3: (256, 3), 4: (512, 3), 5: (512, 3)}


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    model = keras.Sequential([keras.Input(shape=input_shape)])
    for number, (filters, convolutions) in BLOCKS.items():
        for i in range(convolutions):
            model.add(layers.ZeroPadding2D((1, 1)))
            model.add(layers.Conv2D(filters, (3, 3), activation="relu", name=f"conv{number}_{i + 1}"))
        model.add(layers.MaxPooling2D((2, 2), strides=(2, 2)))
    model.add(layers.Flatten())
    model.add(layers.Dense(4096, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(4096, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(classes, activation="softmax"))
    return model


def load_vgg16_weights(model, path):
    model.load_weights(path)
    return model


def compile_vgg16(model):
    model.compile(optimizer=keras.optimizers.SGD(), loss="categorical_crossentropy")
    return model


def read_bgr(path, size=(224, 224)):
    image = cv2.imread(path)
    if image is None:
        raise FileNotFoundError(f"no picture at {path}")
    return cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)


def transform_image(image):
    x = image.astype(np.float32)
    return (x - x.mean(axis=(0, 1)))[None, ...]


def load_labels(path):
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return [line.strip().split(" ", maxsplit=1)[1] for line in lines]


def top_k(probabilities, labels, k=5):
    ranking = sorted(range(len(labels)), key=lambda i: probabilities[i], reverse=True)
    return [(labels[i], float(probabilities[i])) for i in ranking[:k]]


def first_layer_filters(model):
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            kernel = layer.get_weights()[0]
            return np.transpose(kernel, (3, 0, 1, 2))
    raise ValueError("this model has no convolution")


def get_layer_output(model, image, layer):
    until_here = keras.Model(inputs=model.inputs, outputs=model.layers[layer].output)
    return until_here.predict(image, verbose=0)


def tile_filters(weights, pad_size=1, pad_value=0.0):
    tiles = weights.astype(float)
    tiles = tiles - tiles.min()
    if tiles.max() > 0:
        tiles = tiles / tiles.max()
    side = math.ceil(math.sqrt(len(tiles)))
    h, w = tiles.shape[1] + pad_size, tiles.shape[2] + pad_size
    grid = np.full((side * h, side * w) + tiles.shape[3:], float(pad_value))
    for i, tile in enumerate(tiles):
        row, column = i // side, i % side
        grid[row * h:row * h + tile.shape[0], column * w:column * w + tile.shape[1]] = tile
    return grid
