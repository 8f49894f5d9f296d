"""The network as a table; objects and partial functions where others write def."""
import functools
import heapq
import operator
import re

import keras
import numpy as np
from PIL import Image

POOL = ("MaxPooling2D", dict(pool_size=(2, 2), strides=(2, 2)))
HIDDEN = ("Dense", dict(units=4096, activation="relu"))
HALF = ("Dropout", dict(rate=0.5))
FILTERS = {"1_1": 64, "1_2": 64, "2_1": 128, "2_2": 128, "3_1": 256, "3_2": 256, "3_3": 256}
FILTERS.update({f"{block}_{i}": 512 for block in (4, 5) for i in (1, 2, 3)})


def table(classes):
    for name, filters in FILTERS.items():
        yield "ZeroPadding2D", dict(padding=(1, 1))
        yield "Conv2D", dict(filters=filters, kernel_size=(3, 3), activation="relu", name="conv" + name)
        if name in ("1_2", "2_2", "3_3", "4_3", "5_3"):
            yield POOL
    yield from [("Flatten", {}), HIDDEN, HALF, HIDDEN, HALF, ("Dense", dict(units=classes, activation="softmax"))]


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    model = keras.Sequential([getattr(keras.layers, name)(**settings) for name, settings in table(classes)])
    model.build((None, *input_shape))
    return model


class Loader:
    def __call__(self, model, path):
        model.load_weights(path)
        return model


load_vgg16_weights = Loader()


def compiled(model, **settings):
    model.compile(**settings)
    return model


compile_vgg16 = functools.partial(compiled, optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])


def read_bgr(path, size=(224, 224)):
    with Image.open(path) as picture:
        red, green, blue = picture.convert("RGB").resize(size, resample=Image.Resampling.LANCZOS).split()
    return np.asarray(Image.merge("RGB", (blue, green, red)))


transform_image = lambda image: np.float32(np.float64(image)[None] - (103.939, 116.779, 123.68))


def load_labels(path):
    with open(path, "rb") as file:
        return re.findall(r"^n\d+ (.*?)\r?$", file.read().decode("ascii"), flags=re.MULTILINE)


def top_k(probabilities, labels, k=5):
    return heapq.nlargest(k, zip(map(np.str_, labels), np.float32(probabilities)), key=operator.itemgetter(1))


def first_layer_filters(model):
    convolution = next(filter(lambda layer: isinstance(layer, keras.layers.Conv2D), model.layers))
    return [filter_ for filter_ in np.rollaxis(np.asarray(convolution.kernel), 3)]


def get_layer_output(model, image, layer):
    part = keras.Model(model.inputs, {"answer": model.layers[layer].output})
    return part.predict(image, batch_size=1, verbose=0)["answer"]


def tile_filters(weights, pad_size=1, pad_value=0.0):
    low, high = np.min(weights), np.max(weights)
    values = np.interp(weights, (low, high), (0, 1)) if high > low else np.zeros(np.shape(weights))
    side = int(-(-len(values) ** 0.5 // 1))
    h, w = values.shape[1] + pad_size, values.shape[2] + pad_size
    canvas = np.full((side, h, side, w) + values.shape[3:], pad_value, dtype="float64")
    for i in range(len(values)):
        canvas[i // side, :h - pad_size, i % side, :w - pad_size] = values[i]
    return canvas.reshape((side * h, side * w) + values.shape[3:])
