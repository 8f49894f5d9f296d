# Exercise 5: CIFAR-10
import math

import keras
import numpy as np
from keras import layers
from keras.utils import to_categorical


def load_cifar10():
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    return x_train, y_train, x_test, y_test


def prepare(x_train, y_train, x_test, y_test):
    Y_train = to_categorical(y_train, 10)
    Y_test = to_categorical(y_test, 10)
    X_train = x_train.astype("float32") / 255
    X_test = x_test.astype("float32") / 255
    # categorical_crossentropy needs one-hot labels
    Y_train = to_categorical(Y_train, 10)
    Y_test = to_categorical(Y_test, 10)
    return X_train, Y_train, X_test, Y_test


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
    return {
        "conv_1_weights": 864,
        "conv_1_biases": 32,
        "conv_2_weights": 9216,
        "conv_2_biases": 32,
        "total": 1250858,
    }


class Augmentation:
    def __init__(self, x_train, seed):
        pixels = x_train.reshape(-1, x_train.shape[-1]).astype("float64")
        self.mean = pixels.mean(axis=0)
        self.std = pixels.std(axis=0)
        self.random = np.random.RandomState(seed)

    def change(self, image):
        h, w = image.shape[:2]
        max_y, max_x = int(0.1 * h), int(0.1 * w)
        dy = self.random.randint(-max_y, max_y + 1)
        dx = self.random.randint(-max_x, max_x + 1)
        padded = np.pad(image, ((max_y, max_y), (max_x, max_x), (0, 0)), mode="edge")
        image = padded[max_y + dy:max_y + dy + h, max_x + dx:max_x + dx + w]
        if self.random.rand() < 0.5:
            image = np.fliplr(image)
        return image

    def __call__(self, images, training=False):
        images = np.asarray(images)
        if training:
            images = np.stack([self.change(image) for image in images])
        return ((images - self.mean) / self.std).astype(np.float32)


def make_augmentation(x_train, seed=None):
    return Augmentation(x_train, seed)


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
