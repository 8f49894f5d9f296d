# assemble VGG16
import math
import os

import cv2
import keras
import numpy as np
from keras import layers


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    model = keras.Sequential()
    model.add(keras.Input(shape=input_shape))
    block = 1
    for filters, convs in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
        for i in range(1, convs + 1):
            model.add(layers.ZeroPadding2D((1, 1)))
            model.add(layers.Conv2D(filters, (3, 3), activation="relu", name="conv%d_%d" % (block, i)))
        model.add(layers.MaxPooling2D((2, 2), strides=(2, 2)))
        block += 1
    model.add(layers.Flatten())
    model.add(layers.Dense(4096, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(4096, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(classes, activation="softmax"))
    return model


def load_vgg16_weights(model, path):
    if not os.path.isfile(path):
        raise FileNotFoundError("no weights: " + os.path.abspath(path))
    model.load_weights(path)
    return model


def compile_vgg16(model):
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.01), loss="categorical_crossentropy")
    return model


def read_bgr(path, size=(224, 224)):
    img = cv2.imread(path)
    if img is None:
        raise FileNotFoundError(path)
    return cv2.resize(img, size)


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
    convs = [l for l in model.layers if type(l).__name__ == "Conv2D"]
    kernel = convs[0].get_weights()[0]
    return np.moveaxis(kernel, -1, 0)


def get_layer_output(model, image, layer):
    n = len(model.layers)
    short = keras.Sequential(model.layers[:(layer % n) + 1])
    return short.predict(image, verbose=0)


def tile_filters(weights, pad_size=1, pad_value=0.0):
    data = weights
    data -= data.min()
    if data.max() > 0:
        data /= data.max()
    n, h, w = data.shape[0], data.shape[1], data.shape[2]
    side = math.ceil(math.sqrt(n))
    picture = np.ones((side * (h + pad_size), side * (w + pad_size)) + data.shape[3:]) * pad_value
    for i in range(n):
        y = (i // side) * (h + pad_size)
        x = (i % side) * (w + pad_size)
        picture[y:y + h, x:x + w] = data[i]
    return picture
