"""The network as a table; objects and partial functions where others write def."""
import math
from functools import partial

import keras
import numpy as np

TABLE = """
Conv2D       filters=32 kernel_size=3 padding=same activation=relu
Conv2D       filters=32 kernel_size=3 activation=relu
MaxPooling2D pool_size=2
Dropout      rate=0.25
Conv2D       filters=64 kernel_size=3 padding=same activation=relu
Conv2D       filters=64 kernel_size=3 activation=relu
MaxPooling2D pool_size=2
Dropout      rate=0.25
Flatten
Dense        units=512 activation=relu
Dropout      rate=0.5
Dense        units=10 activation=softmax
"""


def number(text):
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def load_cifar10():
    pairs = keras.datasets.cifar10.load_data()
    return tuple(array for pair in pairs for array in pair)


def prepare(x_train, y_train, x_test, y_test):
    images = partial(np.multiply, 1 / 255, dtype="float32", casting="unsafe")
    labels = lambda y: np.float32(y.reshape(-1, 1) == np.arange(10))
    return images(x_train), labels(y_train), images(x_test), labels(y_test)


def build_cifar10_model():
    model = keras.Sequential([keras.Input((32, 32, 3))])
    for line in TABLE.strip().splitlines():
        name, *settings = line.split()
        settings = dict(setting.split("=") for setting in settings)
        model.add(getattr(keras.layers, name)(**{key: number(value) for key, value in settings.items()}))
    return model


def compile_cifar10_model(model):
    rate = keras.optimizers.schedules.ExponentialDecay(0.001, decay_steps=10_000, decay_rate=0.9)
    accuracy = keras.metrics.CategoricalAccuracy(name="accuracy")
    model.compile(keras.optimizers.Adam(rate), keras.losses.CategoricalCrossentropy(), metrics=[accuracy])
    return model


def weight_counts():
    shapes = {}
    for i, weights in enumerate(build_cifar10_model().get_weights()):
        shapes[i] = weights.shape
    sizes = {i: np.prod(shape) for i, shape in shapes.items()}
    keys = ["conv_1_weights", "conv_1_biases", "conv_2_weights", "conv_2_biases"]
    return {**{key: sizes[i] for i, key in enumerate(keys)}, "total": np.array(list(sizes.values())).sum()}


class Augmentation:
    """Shifts, flips, normalises. Rows and columns are looked up, so nothing is copied twice."""

    def __init__(self, x_train, seed=None):
        self.rng = np.random.default_rng(seed)
        self.mean = np.mean(x_train, axis=(0, 1, 2), dtype="float64")
        self.std = np.std(x_train, axis=(0, 1, 2), dtype="float64")

    def places(self, count, side, mirror=False):
        """For each image the `side` rows or columns to take, clipped at the edge."""
        reach = int(side * 0.1)
        places = np.arange(side) + self.rng.integers(-reach, reach, size=(count, 1), endpoint=True)
        places = places.clip(0, side - 1)
        if mirror:
            flipped = self.rng.random(count) < 0.5
            places[flipped] = places[flipped, ::-1]
        return places

    def __call__(self, images, training=False):
        images = np.asarray(images)
        if training:
            count, height, width = images.shape[:3]
            rows, columns = self.places(count, height), self.places(count, width, mirror=True)
            images = images[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]
        return np.float32((images - self.mean) / self.std)


make_augmentation = Augmentation


class Stream(keras.utils.PyDataset):
    def __init__(self, images, labels, batch_size, change, **settings):
        super().__init__(**settings)
        self.images, self.labels, self.batch_size, self.change = images, labels, batch_size, change

    def __len__(self):
        return math.ceil(len(self.images) / self.batch_size)

    def __getitem__(self, index):
        part = slice(index * self.batch_size, (index + 1) * self.batch_size)
        return keras.ops.convert_to_numpy(self.change(self.images[part])), self.labels[part]


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    order = np.random.permutation(len(x_train))
    stream = Stream(x_train[order], y_train[order], batch_size, partial(augmentation, training=True))
    checks = Stream(x_test, y_test, batch_size, partial(augmentation, training=False))
    return model.fit(stream, validation_data=checks, epochs=epochs, verbose=0)
