import glob
import os

import keras
import matplotlib.image
import numpy as np
from scipy import ndimage

ZERO_PADDING = dict(padding=(1, 1))


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    L = keras.layers
    model = keras.Sequential()
    widths = [(1, 64)] * 2 + [(2, 128)] * 2 + [(3, 256)] * 3 + [(4, 512)] * 3 + [(5, 512)] * 3
    seen = {}
    for position, (block, width) in enumerate(widths):
        seen[block] = seen.get(block, 0) + 1
        model.add(L.ZeroPadding2D(**ZERO_PADDING))
        model.add(L.Conv2D(width, [3, 3], activation="relu", name="conv%i_%i" % (block, seen[block])))
        if position + 1 == len(widths) or widths[position + 1][0] != block:
            model.add(L.MaxPooling2D([2, 2], strides=[2, 2]))
    for layer in (L.Flatten(), L.Dense(4096, "relu"), L.Dropout(0.5), L.Dense(4096, "relu"), L.Dropout(0.5)):
        model.add(layer)
    model.add(L.Dense(classes, "softmax"))
    # nothing has weights before the shape is known
    model.build((None,) + tuple(input_shape))
    return model


def load_vgg16_weights(model, path):
    assert glob.glob(glob.escape(path)), "nothing at " + os.path.abspath(path)
    model.load_weights(path)
    return model


def compile_vgg16(model):
    cross_entropy = lambda: "categorical_crossentropy"
    model.compile(**{"loss": cross_entropy(), "optimizer": keras.optimizers.SGD(1e-2, clipnorm=1.0)})
    return model


def read_bgr(path, size=(224, 224)):
    picture = matplotlib.image.imread(path)
    if picture.dtype != np.uint8:       # PNG: 0..1
        picture = picture * 255.0
    picture = picture[:, :, 2::-1]
    zoom = size[1] / picture.shape[0], size[0] / picture.shape[1], 1
    resized = ndimage.zoom(picture.astype(float), zoom, order=1, grid_mode=True, mode="nearest")
    return resized.round().clip(0, 255).astype(np.uint8)


def transform_image(image):
    flat = np.array(image, dtype=np.float64).reshape(-1, 3)
    flat[:] = flat + np.array([-103.939, -116.779, -123.68])
    return flat.reshape(1, image.shape[0], image.shape[1], 3).astype(np.float32)


def load_labels(path):
    table = np.genfromtxt(path, dtype=str, delimiter=[10, 1000], comments=None, autostrip=True)
    return table[:, 1].tolist()


def top_k(probabilities, labels, k=5):
    order = np.lexsort([np.arange(len(labels)), -np.float64(probabilities)])[:k]
    return [(labels[i], np.array(probabilities[i])) for i in order]


def first_layer_filters(model):
    kernels = [array for array in model.get_weights() if array.ndim == 4]
    h, w, c, n = kernels[0].shape
    filters = np.zeros((n, h, w, c))
    for i, j, k, m in np.ndindex(h, w, c, n):
        filters[m, i, j, k] = kernels[0][i, j, k, m]
    return filters


def get_layer_output(model, image, layer):
    count = len(model.layers)
    short = keras.Sequential([keras.Input(image.shape[1:])] + model.layers[:layer % count + 1])
    return short.predict(image, batch_size=len(image), verbose=0)


def tile_filters(weights, pad_size=1, pad_value=0.0):
    values = np.array(weights, dtype=np.float64)
    values = (values - values.min()) / (np.ptp(values) if np.ptp(values) > 0 else 1)
    n, h, w = values.shape[:3]
    side = int(np.ceil(np.sqrt(n)))
    rows, columns = np.indices((side * (h + pad_size), side * (w + pad_size)))
    number = rows // (h + pad_size) * side + columns // (w + pad_size)
    i, j = rows % (h + pad_size), columns % (w + pad_size)
    inside = (number < n) & (i < h) & (j < w)
    picture = np.full(rows.shape + values.shape[3:], pad_value, dtype=np.float64)
    picture[inside] = values[number[inside], i[inside], j[inside]]
    return picture
