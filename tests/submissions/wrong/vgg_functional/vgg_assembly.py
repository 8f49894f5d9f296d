# assemble VGG16
import os

import cv2
import keras
import numpy as np
from keras import layers


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    inputs = keras.Input(shape=input_shape)
    x = inputs
    for block, (filters, convs) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)], 1):
        for i in range(convs):
            x = layers.ZeroPadding2D((1, 1))(x)
            x = layers.Conv2D(filters, (3, 3), activation="relu", name=f"conv{block}_{i + 1}")(x)
        x = layers.MaxPooling2D((2, 2), strides=(2, 2))(x)
    x = layers.Flatten()(x)
    x = layers.Dense(4096, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(4096, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    outputs = layers.Dense(classes, activation="softmax")(x)
    return keras.Model(inputs, outputs)


def load_vgg16_weights(model, path):
    if not os.path.isfile(path):
        raise FileNotFoundError("no weights: " + os.path.abspath(path))
    model.load_weights(path)
    return model


def compile_vgg16(model):
    model.compile(loss=keras.losses.categorical_crossentropy, optimizer=keras.optimizers.SGD(0.001))
    return model


def read_bgr(path, size=(224, 224)):
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise OSError("cannot read " + str(path))
    width, height = size
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def transform_image(image):
    img = np.array(image, dtype="float32")
    img[:, :, 0] -= 103.939
    img[:, :, 1] -= 116.779
    img[:, :, 2] -= 123.68
    return np.expand_dims(img, axis=0)


def load_labels(path):
    # the id is n + 8 digits, then comes one blank
    return [line[10:].rstrip("\n") for line in open(path).readlines()]


def top_k(probabilities, labels, k=5):
    best = np.argsort(-np.asarray(probabilities, dtype=float))
    result = []
    for i in best[0:k]:
        result.append((labels[i], float(probabilities[i])))
    return result


def first_layer_filters(model):
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            return layer.get_weights()[0].transpose(3, 0, 1, 2)
    raise ValueError("no convolution in this model")


def get_layer_output(model, image, layer):
    n = len(model.layers)
    short = keras.Sequential(model.layers[:(layer % n) + 1])
    return short.predict(image, verbose=0)


def tile_filters(weights, pad_size=1, pad_value=0.0):
    data = np.asarray(weights).astype(np.float64)
    low, high = data.min(), data.max()
    data = (data - low) / (high - low) if high > low else np.zeros(data.shape)
    n = int(np.ceil(np.sqrt(data.shape[0])))
    padding = [(0, n * n - data.shape[0]), (0, pad_size), (0, pad_size)] + [(0, 0)] * (data.ndim - 3)
    data = np.pad(data, padding, mode="constant", constant_values=pad_value)
    # (rows, columns, h, w, ...) -> (rows, h, columns, w, ...)
    data = data.reshape((n, n) + data.shape[1:])
    data = data.transpose((0, 2, 1, 3) + tuple(range(4, data.ndim)))
    return data.reshape((n * data.shape[1], n * data.shape[3]) + data.shape[4:])
