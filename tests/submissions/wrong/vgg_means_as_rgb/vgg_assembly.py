"""VGG-16 in Keras"""
import math

import cv2
import imageio.v3 as iio
import keras
import numpy as np
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, ZeroPadding2D
from keras.models import Sequential


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

    # Block 3
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(256, (3, 3), activation='relu', name='conv3_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(256, (3, 3), activation='relu', name='conv3_2'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(256, (3, 3), activation='relu', name='conv3_3'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    # Block 4
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(512, (3, 3), activation='relu', name='conv4_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(512, (3, 3), activation='relu', name='conv4_2'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(512, (3, 3), activation='relu', name='conv4_3'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    # Block 5
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(512, (3, 3), activation='relu', name='conv5_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(512, (3, 3), activation='relu', name='conv5_2'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(512, (3, 3), activation='relu', name='conv5_3'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    # Fully connected
    model.add(Flatten())
    model.add(Dense(4096, activation='relu'))
    model.add(Dropout(0.5))
    model.add(Dense(4096, activation='relu'))
    model.add(Dropout(0.5))
    model.add(Dense(classes, activation='softmax'))
    return model


def load_vgg16_weights(model, path):
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
    img = image.astype("float32")
    mean_rgb = np.array([123.68, 116.779, 103.939], dtype="float32")
    return np.expand_dims(img - mean_rgb, 0)


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
    # the first weights with four axes are the kernel of the first convolution
    kernel = next(w for w in model.get_weights() if w.ndim == 4)
    return np.array([kernel[:, :, :, i] for i in range(kernel.shape[3])])


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
