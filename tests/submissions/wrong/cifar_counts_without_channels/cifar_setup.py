import math

import keras
import numpy as np
from keras import layers
from keras.datasets import cifar10


def load_cifar10():
    train, test = cifar10.load_data()
    return train[0], train[1], test[0], test[1]


def one_hot(y):
    return np.eye(10, dtype="float32")[np.asarray(y).reshape(-1).astype(int)]


def scale(x):
    return np.array(x, dtype=np.float32) / np.float32(255)


def prepare(x_train, y_train, x_test, y_test):
    return scale(x_train), one_hot(y_train), scale(x_test), one_hot(y_test)


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
    loss = keras.losses.CategoricalCrossentropy()
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.0005), loss=loss, metrics=["accuracy"])
    return model


def weight_counts():
    # 32 filters of 3 x 3
    weights = 3 * 3 * 32
    return {"conv_1_weights": weights, "conv_1_biases": 32, "conv_2_weights": weights, "conv_2_biases": 32,
            "total": build_cifar10_model().count_params()}


class Augment(keras.layers.Layer):
    def __init__(self, mean, std, seed=None):
        super().__init__()
        self.mean = mean.astype("float32")
        self.std = std.astype("float32")
        seeds = [None, None] if seed is None else [2 * seed, 2 * seed + 1]
        self.shift = keras.layers.RandomTranslation(0.1, 0.1, fill_mode="constant", seed=seeds[0])
        self.flip = keras.layers.RandomFlip("horizontal", seed=seeds[1])

    def call(self, images, training=False):
        images = self.flip(self.shift(images, training=training), training=training)
        return (images - self.mean) / self.std


def make_augmentation(x_train, seed=None):
    x = np.asarray(x_train, dtype="float64")
    return Augment(x.mean((0, 1, 2)), x.std((0, 1, 2)), seed)


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    n = len(x_train)

    def batches():
        while True:
            order = np.random.permutation(n)
            for i in range(0, n, batch_size):
                part = order[i:i + batch_size]
                yield np.asarray(augmentation(x_train[part], training=True)), y_train[part]

    x_val = np.asarray(augmentation(x_test, training=False))
    return model.fit(batches(), steps_per_epoch=math.ceil(n / batch_size), epochs=epochs,
                     validation_data=(x_val, y_test), verbose=2)
