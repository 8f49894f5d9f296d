"""CIFAR-10 with augmentation"""
import math

import keras
import numpy as np
from keras import layers
from keras.utils import to_categorical


def load_cifar10():
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    return x_train, y_train, x_test, y_test


def prepare(x_train, y_train, x_test, y_test):
    x_train = x_train.astype("float32") / 255
    x_test = x_test.astype("float32") / 255
    y_train = to_categorical(y_train, 10)
    y_test = to_categorical(y_test, 10)
    return x_train, y_train, x_test, y_test


def build_cifar10_model():
    model = keras.Sequential([keras.Input(shape=(32, 32, 3))])
    for filters in (32, 64):
        model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(layers.Conv2D(filters, 3, activation="relu"))
        model.add(layers.MaxPooling2D(2))
        model.add(layers.Dropout(0.25))
    model.add(layers.Flatten())
    model.add(layers.Dense(512, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(10, activation="softmax"))
    return model


def compile_cifar10_model(model):
    model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
    return model


def weight_counts():
    counts = {}
    model = build_cifar10_model()
    convs = [layer for layer in model.layers if "conv" in layer.name]
    for i in (1, 2):
        kernel, bias = convs[i - 1].get_weights()
        counts[f"conv_{i}_weights"] = kernel.size
        counts[f"conv_{i}_biases"] = bias.size
    counts["total"] = model.count_params()
    return counts


def make_augmentation(x_train, seed=None):
    mean = np.mean(x_train, axis=(0, 1, 2), dtype=np.float64)
    std = np.std(x_train, axis=(0, 1, 2), dtype=np.float64)
    rng = np.random.default_rng(seed)

    def augment(images, training=False):
        images = np.array(images, dtype="float64")
        if training:
            height, width = images.shape[1:3]
            dy = rng.integers(-(height // 10), height // 10 + 1)
            dx = rng.integers(-(width // 10), width // 10 + 1)
            images = np.roll(images, (dy, dx), axis=(1, 2))
            if rng.random() < 0.5:
                images = images[:, :, ::-1]
        return ((images - mean) / std).astype("float32")

    return augment


class Batches(keras.utils.PyDataset):
    def __init__(self, x, y, batch_size, augmentation):
        super().__init__()
        self.x, self.y = x, y
        self.batch_size = batch_size
        self.augmentation = augmentation
        self.order = np.random.permutation(len(x))

    def __len__(self):
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, index):
        part = self.order[index * self.batch_size:(index + 1) * self.batch_size]
        return np.asarray(self.augmentation(self.x[part], training=True)), self.y[part]

    def on_epoch_end(self):
        np.random.shuffle(self.order)


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    batches = Batches(x_train, y_train, batch_size, augmentation)
    validation = (np.asarray(augmentation(x_test, training=False)), y_test)
    return model.fit(batches, epochs=epochs, validation_data=validation, verbose=2)
