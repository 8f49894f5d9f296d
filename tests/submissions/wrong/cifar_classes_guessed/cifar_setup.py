import math

import keras
import numpy as np
from keras.datasets import cifar10
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential


def load_cifar10():
    train, test = cifar10.load_data()
    return train[0], train[1], test[0], test[1]


def prepare(x_train, y_train, x_test, y_test):
    x_train = np.asarray(x_train, dtype="float32") / 255
    x_test = np.asarray(x_test, dtype="float32") / 255
    return x_train, keras.utils.to_categorical(y_train), x_test, keras.utils.to_categorical(y_test)


def build_cifar10_model():
    model = Sequential()
    model.add(Input(shape=(32, 32, 3)))
    # first block
    model.add(Conv2D(32, (3, 3), padding='same', activation='relu'))
    model.add(Conv2D(32, (3, 3), activation='relu'))
    model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Dropout(0.25))
    # second block
    model.add(Conv2D(64, (3, 3), padding='same', activation='relu'))
    model.add(Conv2D(64, (3, 3), activation='relu'))
    model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Dropout(0.25))
    # classifier
    model.add(Flatten())
    model.add(Dense(512, activation='relu'))
    model.add(Dropout(0.5))
    model.add(Dense(10, activation='softmax'))
    return model


def compile_cifar10_model(model):
    model.compile(optimizer=keras.optimizers.Adam(), loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def weight_counts():
    return {
        "conv_1_weights": 864,
        "conv_1_biases": 32,
        "conv_2_weights": 9216,
        "conv_2_biases": 32,
        "total": 1250858,
    }


def make_augmentation(x_train, seed=None):
    mean = np.mean(x_train, axis=(0, 1, 2), dtype=np.float64)
    std = np.std(x_train, axis=(0, 1, 2), dtype=np.float64)
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
