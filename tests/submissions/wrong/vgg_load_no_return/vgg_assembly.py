import os

import cv2
import imageio.v3 as iio
import keras
import numpy as np
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, ZeroPadding2D
from keras.models import Sequential
from keras.optimizers import SGD


def add_block(model, number, filters, how_many):
    for i in range(how_many):
        model.add(ZeroPadding2D(padding=(1, 1)))
        model.add(Conv2D(filters, kernel_size=3, activation="relu", name=f"conv{number}_{i + 1}"))
    model.add(MaxPooling2D(pool_size=(2, 2), strides=(2, 2)))


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    model = Sequential([Input(shape=input_shape)])
    add_block(model, 1, 64, 2)
    add_block(model, 2, 128, 2)
    add_block(model, 3, 256, 3)
    add_block(model, 4, 512, 3)
    add_block(model, 5, 512, 3)
    model.add(Flatten())
    for _ in range(2):
        model.add(Dense(4096, activation="relu"))
        model.add(Dropout(0.5))
    model.add(Dense(classes, activation="softmax"))
    return model


def load_vgg16_weights(model, path):
    if not os.path.exists(path):
        raise FileNotFoundError(path)
    model.load_weights(path)


def compile_vgg16(model):
    sgd = SGD(learning_rate=0.1, momentum=0.9, nesterov=True)
    model.compile(optimizer=sgd, loss='categorical_crossentropy')
    return model


def read_bgr(path, size=(224, 224)):
    rgb = iio.imread(path)
    bgr = np.ascontiguousarray(rgb[..., ::-1])
    return cv2.resize(bgr, dsize=tuple(size), interpolation=cv2.INTER_LINEAR)


BGR_MEANS = np.array([103.939, 116.779, 123.68], dtype=np.float32)


def transform_image(image):
    centred = image.astype(np.float32) - BGR_MEANS
    return centred[np.newaxis]


def load_labels(path):
    lines = np.loadtxt(path, str, delimiter="\t")
    return [str(line)[str(line).index(" ") + 1:] for line in lines]


def top_k(probabilities, labels, k=5):
    order = np.argsort(probabilities)[::-1][:k]
    return [(labels[i], float(probabilities[i])) for i in order]


def first_layer_filters(model):
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            return layer.get_weights()[0].transpose(3, 0, 1, 2)
    raise ValueError("no convolution in this model")


def get_layer_output(model, image, layer):
    part = keras.Model(model.inputs, model.layers[layer].output)
    return part.predict(image, verbose=0)


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
