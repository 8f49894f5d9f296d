from pathlib import Path

import cv2
import h5py
import imageio.v3 as iio
import keras
import numpy as np
from keras.optimizers import SGD


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
    # h5py complains if this is not a HDF5 file
    with h5py.File(path, "r"):
        pass
    model.load_weights(path)
    return model


def compile_vgg16(model):
    sgd = SGD(learning_rate=0.1, momentum=0.9, nesterov=True)
    model.compile(optimizer=sgd, loss='categorical_crossentropy')
    return model


def read_bgr(path, size=(224, 224)):
    rgb = iio.imread(path)
    return cv2.resize(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), (224, 224))


def transform_image(image):
    img = np.array(image, dtype="float32")
    img[:, :, 0] -= 103.939
    img[:, :, 1] -= 116.779
    img[:, :, 2] -= 123.68
    return np.expand_dims(img, axis=0)


def load_labels(path):
    text = Path(path).read_text()
    return [line.partition(" ")[2] for line in text.splitlines()]


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
