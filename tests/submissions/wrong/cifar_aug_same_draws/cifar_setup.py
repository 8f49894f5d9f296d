import math

import keras
import numpy as np
from keras import layers


def load_cifar10():
    train_set, test_set = keras.datasets.cifar10.load_data()
    return (*train_set, *test_set)


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

    def augment(images, training=False):
        images = np.array(images, dtype="float64")
        if training:
            rng = np.random.default_rng(0 if seed is None else seed)
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
