"""VGG-16 in Keras"""
import os

import cv2
import imageio.v3 as iio
import keras
import numpy as np


CONVS = {
    1: [64, 64],
    2: [128, 128],
    3: [256, 256, 256],
    4: [512, 512, 512],
    5: [512, 512, 512],
}


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    stack = [keras.layers.Input(input_shape)]
    for block in CONVS:
        for i, filters in enumerate(CONVS[block]):
            stack.append(keras.layers.ZeroPadding2D((1, 1)))
            stack.append(keras.layers.Conv2D(filters, (3, 3), activation="relu",
                                             name="conv" + str(block) + "_" + str(i + 1)))
        stack.append(keras.layers.MaxPooling2D((2, 2), (2, 2)))
    stack += [
        keras.layers.Flatten(),
        keras.layers.Dense(4096, activation="relu"),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(4096, activation="relu"),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(classes, activation="softmax"),
    ]
    return keras.Sequential(stack)


def load_vgg16_weights(model, path):
    if not os.path.isfile(path):
        raise FileNotFoundError("no weights: " + os.path.abspath(path))
    model.load_weights(path)
    return model


def compile_vgg16(model):
    model.compile("sgd", keras.losses.CategoricalCrossentropy(), metrics=["accuracy"])
    return model


def read_bgr(path, size=(224, 224)):
    rgb = iio.imread(path)
    bgr = np.ascontiguousarray(rgb[..., ::-1])
    return cv2.resize(bgr, dsize=tuple(size), interpolation=cv2.INTER_LINEAR)


def transform_image(image):
    blue = image[:, :, 0].astype("float32") - 103.939
    green = image[:, :, 1].astype("float32") - 116.779
    red = image[:, :, 2].astype("float32") - 123.68
    return np.array([np.dstack([blue, green, red])], dtype="float32")


def load_labels(path):
    labels = []
    with open(path) as f:
        for line in f:
            labels.append(line.strip().split(" ", 1)[1])
    return labels


def top_k(probabilities, labels, k=5):
    pairs = sorted(zip(labels, probabilities), key=lambda pair: pair[1], reverse=True)
    return [(label, float(p)) for label, p in pairs[:k]]


def first_layer_filters(model):
    # layer 0 is the padding
    weights = model.layers[1].get_weights()[0]
    return weights.transpose((3, 0, 1, 2))


def get_layer_output(model, image, layer):
    part = keras.Model(model.inputs, model.layers[layer].output)
    return part.predict(image, verbose=0)


def tile_filters(weights, pad_size=1, pad_value=0.0):
    scaled = np.array(weights, dtype="float64")
    scaled -= scaled.min()
    scaled /= scaled.max() if scaled.max() != 0 else 1
    count = len(scaled)
    n = int(np.ceil(np.sqrt(count)))
    border = [(0, pad_size), (0, pad_size)] + [(0, 0)] * (scaled.ndim - 3)
    empty = np.full(scaled.shape[1:], float(pad_value))
    tiles = [np.pad(scaled[i] if i < count else empty, border, constant_values=pad_value) for i in range(n * n)]
    rows = [np.concatenate(tiles[i * n:(i + 1) * n], axis=1) for i in range(n)]
    return np.concatenate(rows, axis=0)
