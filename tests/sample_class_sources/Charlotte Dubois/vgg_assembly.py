import math

import cv2
import keras
import numpy as np
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, ZeroPadding2D
from keras.models import Sequential

DEBUG = True


def debug(*things):
    if DEBUG:
        print("vgg:", *things)


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    model = Sequential()
    model.add(Input(input_shape))
    for block, filters, convs in [(1, 64, 2), (2, 128, 2), (3, 256, 3), (4, 512, 3), (5, 512, 3)]:
        for i in range(1, convs + 1):
            model.add(ZeroPadding2D((1, 1)))
            model.add(Conv2D(filters, (3, 3), activation="relu", name=f"conv{block}_{i}"))
            debug("added", model.layers[-1].name, model.layers[-1].output.shape)
        model.add(MaxPooling2D((2, 2), strides=(2, 2)))
    model.add(Flatten())
    model.add(Dense(4096, activation="relu"))
    model.add(Dropout(0.5))
    model.add(Dense(4096, activation="relu"))
    model.add(Dropout(0.5))
    model.add(Dense(classes, activation="softmax"))
    model.summary()
    return model


def load_vgg16_weights(model, path):
    debug("loading", path)
    model.load_weights(path)
    debug("done, first weights:", model.get_weights()[0].ravel()[:5])
    return model


def compile_vgg16(model):
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.01), loss="categorical_crossentropy")
    return model


def read_bgr(path, size=(224, 224)):
    image = cv2.imread(path)
    if image is None:
        raise FileNotFoundError(path)
    debug("read", image.shape, image.dtype)
    return cv2.resize(image, size)


def transform_image(image):
    result = np.array(image, dtype="float32")
    for channel, mean in enumerate([103.939, 116.779, 123.68]):
        result[:, :, channel] -= mean
    debug("values from", result.min(), "to", result.max())
    return result[np.newaxis]


def load_labels(path):
    labels = []
    for number, line in enumerate(open(path)):
        labels.append(line.strip().split(" ", 1)[1])
        debug("label", number, "=", labels[-1])
    return labels


def top_k(probabilities, labels, k=5):
    order = np.argsort(probabilities)[::-1]
    result = []
    for i in order[:k]:
        debug("%5.1f %%" % (100 * probabilities[i]), labels[i])
        result.append((labels[i], float(probabilities[i])))
    return result


def first_layer_filters(model):
    for layer in model.layers:
        debug("is", layer.name, "a convolution?")
        if isinstance(layer, Conv2D):
            return layer.get_weights()[0].transpose(3, 0, 1, 2)


def get_layer_output(model, image, layer):
    debug("output of", model.layers[layer].name)
    part = keras.Model(model.inputs, model.layers[layer].output)
    return part.predict(image)


def tile_filters(weights, pad_size=1, pad_value=0.0):
    data = np.array(weights, dtype=float)
    data = data - data.min()
    if data.max() > 0:
        data = data / data.max()
    n, h, w = data.shape[:3]
    side = math.ceil(math.sqrt(n))
    picture = np.full((side * (h + pad_size), side * (w + pad_size)) + data.shape[3:], float(pad_value))
    for i in range(n):
        y, x = i // side * (h + pad_size), i % side * (w + pad_size)
        debug("tile", i, "at", y, x)
        picture[y:y + h, x:x + w] = data[i]
    return picture


print("-" * 60)
print(tile_filters(np.arange(12).reshape(3, 2, 2)))
print("-" * 60)
