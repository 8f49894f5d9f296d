import math

import keras
import numpy as np
from keras import layers


def load_cifar10():
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    return x_train, y_train, x_test, y_test


def prepare(x_train, y_train, x_test, y_test):
    X = [(x.astype(float) / 255).astype("float32") for x in (x_train, x_test)]
    Y = [keras.utils.to_categorical(y.flatten(), num_classes=10) for y in (y_train, y_test)]
    return X[0], Y[0], X[1], Y[1]


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
    mean = x_train.mean(axis=(0, 1, 2), dtype="float64")
    variance = x_train.var(axis=(0, 1, 2), dtype="float64")
    shift_seed = None if seed is None else seed + 1
    return keras.Sequential([
        layers.RandomFlip("horizontal", seed=seed),
        layers.RandomTranslation(0.1, 0.1, seed=shift_seed),
        layers.Normalization(axis=-1, mean=mean, variance=variance),
    ])


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
    return model.fit(batches, epochs=10, validation_data=validation, verbose=2)
