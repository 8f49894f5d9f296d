"""VGG-16 in Keras"""
import math

import cv2
import h5py
import keras
import numpy as np
from keras import layers


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    return keras.Sequential([
        layers.Input(input_shape),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(64, (3, 3), activation="relu", name="conv1_1"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(64, (3, 3), activation="relu", name="conv1_2"),
        layers.MaxPooling2D((2, 2), strides=(2, 2)),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(128, (3, 3), activation="relu", name="conv2_1"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(128, (3, 3), activation="relu", name="conv2_2"),
        layers.MaxPooling2D((2, 2), strides=(2, 2)),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(256, (3, 3), activation="relu", name="conv3_1"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(256, (3, 3), activation="relu", name="conv3_2"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(256, (3, 3), activation="relu", name="conv3_3"),
        layers.MaxPooling2D((2, 2), strides=(2, 2)),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(512, (3, 3), activation="relu", name="conv4_1"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(512, (3, 3), activation="relu", name="conv4_2"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(512, (3, 3), activation="relu", name="conv4_3"),
        layers.MaxPooling2D((2, 2), strides=(2, 2)),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(512, (3, 3), activation="relu", name="conv5_1"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(512, (3, 3), activation="relu", name="conv5_2"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(512, (3, 3), activation="relu", name="conv5_3"),
        layers.MaxPooling2D((2, 2), strides=(2, 2)),
        layers.Flatten(),
        layers.Dense(4096, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(4096, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(classes),
    ])


def load_vgg16_weights(model, path):
    # h5py complains if this is not a HDF5 file
    with h5py.File(path, "r"):
        pass
    model.load_weights(path)
    return model


def compile_vgg16(model):
    model.compile("sgd", keras.losses.CategoricalCrossentropy(), metrics=["accuracy"])
    return model


def read_bgr(path, size=(224, 224)):
    img = cv2.imread(path)
    if img is None:
        raise FileNotFoundError(path)
    return cv2.resize(img, size)


def transform_image(image):
    centred = image - np.array([103.939, 116.779, 123.68])
    batch = centred.reshape((1,) + image.shape)
    return batch.astype("float32")


def load_labels(path):
    # the id is n + 8 digits, then comes one blank
    return [line[10:].rstrip("\n") for line in open(path).readlines()]


def top_k(probabilities, labels, k=5):
    order = np.argsort(probabilities)[::-1][:k]
    return [(labels[i], float(probabilities[i])) for i in order]


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
        y = (i // side) * (h + pad_size)
        x = (i % side) * (w + pad_size)
        picture[y:y + h, x:x + w] = data[i]
    return picture
