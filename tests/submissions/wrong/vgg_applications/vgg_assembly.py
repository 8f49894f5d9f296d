from pathlib import Path

import cv2
import keras
import numpy as np
from keras.optimizers import SGD


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    ready = keras.applications.VGG16(weights=None, input_shape=input_shape, classes=classes)
    model = keras.Sequential([keras.Input(input_shape)])
    for layer in ready.layers[1:]:
        model.add(layer)
    return model


def load_vgg16_weights(model, path):
    model.load_weights(path)
    return model


def compile_vgg16(model):
    sgd = SGD(learning_rate=0.1, momentum=0.9, nesterov=True)
    model.compile(optimizer=sgd, loss='categorical_crossentropy')
    return model


def read_bgr(path, size=(224, 224)):
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise OSError("cannot read " + str(path))
    width, height = size
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def transform_image(image):
    centred = image - np.array([103.939, 116.779, 123.68])
    batch = centred.reshape((1,) + image.shape)
    return batch.astype("float32")


def load_labels(path):
    text = Path(path).read_text()
    return [line.partition(" ")[2] for line in text.splitlines()]


def top_k(probabilities, labels, k=5):
    order = np.argsort(probabilities)[::-1][:k]
    return [(labels[i], float(probabilities[i])) for i in order]


def first_layer_filters(model):
    # the first weights with four axes are the kernel of the first convolution
    kernel = next(w for w in model.get_weights() if w.ndim == 4)
    return np.array([kernel[:, :, :, i] for i in range(kernel.shape[3])])


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
