"""Exercise 5"""
from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import keras
import numpy as np
from keras import layers


def load_cifar10() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    return x_train, y_train, x_test, y_test


def prepare(x_train, y_train, x_test, y_test) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    return (
        x_train.astype(np.float32) / 255,
        keras.utils.to_categorical(y_train, 10),
        x_test.astype(np.float32) / 255,
        keras.utils.to_categorical(y_test, 10),
    )


def build_cifar10_model() -> keras.Sequential:
    model = keras.Sequential([keras.Input((32, 32, 3))])
    for filters in (32, 64):
        model.add(layers.Conv2D(filters, (3, 3), padding="same", activation="relu"))
        model.add(layers.Conv2D(filters, (3, 3), activation="relu"))
        model.add(layers.MaxPooling2D((2, 2)))
        model.add(layers.Dropout(0.25))
    model.add(layers.Flatten())
    model.add(layers.Dense(512, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(10, activation="softmax"))
    return model


def compile_cifar10_model(model: keras.Model) -> keras.Model:
    model.compile(optimizer=keras.optimizers.Adam(), loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def weight_counts() -> dict[str, int]:
    conv_1, conv_2 = 3 * 3 * 3 * 32, 3 * 3 * 32 * 32
    rest = 3 * 3 * 32 * 64 + 64 + 3 * 3 * 64 * 64 + 64 + 2304 * 512 + 512 + 512 * 10 + 10
    return {
        "conv_1_weights": conv_1,
        "conv_1_biases": 32,
        "conv_2_weights": conv_2,
        "conv_2_biases": 32,
        "total": conv_1 + 32 + conv_2 + 32 + rest,
    }


def make_augmentation(x_train: np.ndarray, seed: int | None = None) -> Callable:
    mean = x_train.mean(axis=(0, 1, 2), dtype=np.float64)
    variance = x_train.var(axis=(0, 1, 2), dtype=np.float64)
    # two seeds, or flips and shifts would go together
    return keras.Sequential([
        layers.RandomTranslation(0.1, 0.1, seed=seed),
        layers.RandomFlip("horizontal", seed=None if seed is None else seed + 1),
        layers.Normalization(mean=mean, variance=variance),
    ])


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs: int = 200, batch_size: int = 32):
    def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        while True:
            order = np.random.permutation(len(x_train))
            for start in range(0, len(order), batch_size):
                chosen = order[start:start + batch_size]
                yield np.asarray(augmentation(x_train[chosen], training=True)), y_train[chosen]

    return model.fit(
        batches(),
        steps_per_epoch=math.ceil(len(x_train) / batch_size),
        epochs=epochs,
        validation_data=(np.asarray(augmentation(x_test, training=False)), y_test),
        verbose=2,
    )
