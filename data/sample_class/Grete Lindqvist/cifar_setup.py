import math

import keras
import numpy as np
from keras import layers


def load_cifar10():
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    return x_train, y_train, x_test, y_test


def prepare(x_train, y_train, x_test, y_test):
    x_train = x_train.astype("float32") / 255
    x_test = x_test.astype("float32") / 255
    return x_train, y_train.copy(), x_test, y_test.copy()


def build_cifar10_model():
    return keras.Sequential([
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


def compile_cifar10_model(model):
    model.compile(optimizer=keras.optimizers.Adam(), loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def weight_counts():
    conv_1 = 3 * 3 * 3 * 32
    conv_2 = 3 * 3 * 32 * 32
    conv_3 = 3 * 3 * 32 * 64
    conv_4 = 3 * 3 * 64 * 64
    dense_1 = 6 * 6 * 64 * 512
    dense_2 = 512 * 10
    biases = 32 + 32 + 64 + 64 + 512 + 10
    return {
        "conv_1_weights": conv_1,
        "conv_1_biases": 32,
        "conv_2_weights": conv_2,
        "conv_2_biases": 32,
        "total": conv_1 + conv_2 + conv_3 + conv_4 + dense_1 + dense_2 + biases,
    }


def make_augmentation(x_train, seed=None):
    rng = np.random.default_rng(seed)

    def augment(images, training=False):
        images = np.array(images, dtype="float64")
        if training:
            height, width = images.shape[1:3]
            for i in range(len(images)):
                dy = rng.integers(-(height // 10), height // 10 + 1)
                dx = rng.integers(-(width // 10), width // 10 + 1)
                images[i] = np.roll(images[i], (dy, dx), axis=(0, 1))
                if rng.random() < 0.5:
                    images[i] = images[i][:, ::-1]
        mean = images.mean(axis=(0, 1, 2))
        std = images.std(axis=(0, 1, 2))
        return ((images - mean) / (std + 1e-7)).astype("float32")

    return augment


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    n = len(x_train)

    def batches():
        while True:
            order = np.random.permutation(n)
            for i in range(0, n, batch_size):
                part = order[i:i + batch_size]
                yield np.asarray(augmentation(x_train[part], training=True)), y_train[part]

    return model.fit(batches(), steps_per_epoch=math.ceil(n / batch_size), epochs=epochs,
                     validation_data=(x_test, y_test), verbose=2)
