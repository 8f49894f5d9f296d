# Exercise 5: CIFAR-10
import math

import keras
import numpy as np
from keras import layers
from keras.utils import to_categorical


def load_cifar10():
    train_set, test_set = keras.datasets.cifar10.load_data()
    return (*train_set, *test_set)


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
    loss = keras.losses.CategoricalCrossentropy()
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.0005), loss=loss, metrics=["accuracy"])
    return model


def weight_counts():
    return {
        "conv_1_weights": 864,
        "conv_1_biases": 32,
        "conv_2_weights": 9216,
        "conv_2_biases": 32,
        "total": 1250858,
    }


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
    # keep the original untouched
    network = keras.models.clone_model(model)
    network.set_weights(model.get_weights())
    network.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    n = len(x_train)

    def batches():
        while True:
            order = np.random.permutation(n)
            for i in range(0, n, batch_size):
                part = order[i:i + batch_size]
                yield np.asarray(augmentation(x_train[part], training=True)), y_train[part]

    x_val = np.asarray(augmentation(x_test, training=False))
    return network.fit(batches(), steps_per_epoch=math.ceil(n / batch_size), epochs=epochs,
                       validation_data=(x_val, y_test), verbose=2)
