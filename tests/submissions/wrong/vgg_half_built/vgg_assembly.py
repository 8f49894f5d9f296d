"""VGG-16 in Keras"""
import math
import os

import cv2
import numpy as np
from keras.layers import Conv2D, Input, MaxPooling2D, ZeroPadding2D
from keras.models import Sequential
from keras.optimizers import SGD


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    model = Sequential()
    model.add(Input(input_shape))

    # Block 1
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(64, (3, 3), activation='relu', name='conv1_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(64, (3, 3), activation='relu', name='conv1_2'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    # Block 2
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(128, (3, 3), activation='relu', name='conv2_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(128, (3, 3), activation='relu', name='conv2_2'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    # TODO Block 3, 4, 5 and the dense layers
    return model


def load_vgg16_weights(model, path):
    if not os.path.isfile(path):
        raise FileNotFoundError("no weights: " + os.path.abspath(path))
    model.load_weights(path)
    return model


def compile_vgg16(model):
    sgd = SGD(learning_rate=0.1, momentum=0.9, nesterov=True)
    model.compile(optimizer=sgd, loss='categorical_crossentropy')
    return model


def read_bgr(path, size=(224, 224)):
    img = cv2.imread(path)
    if img is None:
        raise FileNotFoundError(path)
    return cv2.resize(img, size)


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
    convs = [l for l in model.layers if type(l).__name__ == "Conv2D"]
    kernel = convs[0].get_weights()[0]
    return np.moveaxis(kernel, -1, 0)


def get_layer_output(model, image, layer):
    index = layer if layer >= 0 else len(model.layers) + layer
    out = image
    for l in model.layers[:index + 1]:
        out = l(out, training=False)
    return np.array(out)


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
