# -*- coding: utf-8 -*-
import math

import cv2
import h5py
import imageio.v3 as iio
import keras
import numpy as np
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, ZeroPadding2D
from keras.models import Sequential


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
    # h5py complains if this is not a HDF5 file
    with h5py.File(path, "r"):
        pass
    model.load_weights(path)
    return model


def compile_vgg16(model):
    model.compile(loss=keras.losses.categorical_crossentropy, optimizer=keras.optimizers.SGD(0.001))
    return model


def read_bgr(path, size=(224, 224)):
    rgb = iio.imread(path)
    bgr = np.ascontiguousarray(rgb[..., ::-1])
    return cv2.resize(bgr, dsize=tuple(size), interpolation=cv2.INTER_LINEAR)


def transform_image(image):
    img = np.array(image, dtype="float32")
    img[:, :, 0] -= 103.939
    img[:, :, 1] -= 116.779
    img[:, :, 2] -= 123.68
    return np.expand_dims(img, axis=0)


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
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            return layer.get_weights()[0].transpose(3, 0, 1, 2)
    raise ValueError("no convolution in this model")


def get_layer_output(model, image, layer):
    n = len(model.layers)
    short = keras.Sequential(model.layers[:(layer % n) + 1])
    return short.predict(image, verbose=0)


def tile_filters(weights, pad_size=1, pad_value=0.0):
    data = np.array(weights, dtype=float)
    data = data - data.min()
    if data.max() > 0:
        data = data / data.max()
    n, h, w = data.shape[0], data.shape[1], data.shape[2]
    side = math.ceil(math.sqrt(n))
    picture = np.ones((side * (h + pad_size), side * (w + pad_size)) + data.shape[3:]) * pad_value
    for i in range(n):
        y = (i % side) * (h + pad_size)
        x = (i // side) * (w + pad_size)
        picture[y:y + h, x:x + w] = data[i]
    return picture
