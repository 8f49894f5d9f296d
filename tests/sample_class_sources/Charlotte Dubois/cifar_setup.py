import math

import keras
import numpy as np
from keras import layers

DEBUG = True


def debug(*things):
    if DEBUG:
        print("cifar:", *things)


def load_cifar10():
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    for array in (x_train, y_train, x_test, y_test):
        debug(array.shape, array.dtype, array.min(), array.max())
    return x_train, y_train, x_test, y_test


def prepare(x_train, y_train, x_test, y_test):
    x_train = x_train.astype("float32") / 255
    x_test = x_test.astype("float32") / 255
    y_train = keras.utils.to_categorical(y_train, 10)
    y_test = keras.utils.to_categorical(y_test, 10)
    debug("labels:", y_train[:3], y_test[:3])
    return x_train, y_train, x_test, y_test


def build_cifar10_model():
    model = keras.Sequential([
        keras.Input((32, 32, 3)),
        layers.Conv2D(32, (3, 3), padding="same", activation="relu"),
        layers.Conv2D(32, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Dropout(0.25),
        layers.Conv2D(64, (3, 3), padding="same", activation="relu"),
        layers.Conv2D(64, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Dropout(0.25),
        layers.Flatten(),
        layers.Dense(512, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ])
    model.summary()
    return model


def compile_cifar10_model(model):
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def weight_counts():
    counts = {"conv_1_weights": 864, "conv_1_biases": 32, "conv_2_weights": 9216, "conv_2_biases": 32, "total": 1250858}
    for name in counts:
        debug(name, counts[name])
    return counts


def make_augmentation(x_train, seed=None):
    mean = x_train.mean(axis=(0, 1, 2), dtype=np.float64)
    variance = x_train.var(axis=(0, 1, 2), dtype=np.float64)
    debug("mean", mean, "variance", variance)
    return keras.Sequential([
        layers.RandomFlip("horizontal", seed=seed),
        layers.RandomTranslation(0.1, 0.1, seed=None if seed is None else seed + 7),
        layers.Normalization(mean=mean, variance=variance),
    ])


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    def batches():
        while True:
            order = np.random.permutation(len(x_train))
            for start in range(0, len(order), batch_size):
                part = order[start:start + batch_size]
                debug("images", part[:3], "...")
                yield np.asarray(augmentation(x_train[part], training=True)), y_train[part]

    steps = math.ceil(len(x_train) / batch_size)
    history = model.fit(batches(), steps_per_epoch=steps, epochs=epochs, validation_data=(x_test, y_test), verbose=1)
    debug(history.history)
    return history
