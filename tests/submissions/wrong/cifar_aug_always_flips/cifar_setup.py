"""CIFAR-10 with augmentation"""
import keras
import numpy as np
from keras import layers
from keras.datasets import cifar10
from keras.utils import to_categorical


def load_cifar10():
    train, test = cifar10.load_data()
    return train[0], train[1], test[0], test[1]


def prepare(x_train, y_train, x_test, y_test):
    x_train = x_train.astype("float32") / 255
    x_test = x_test.astype("float32") / 255
    y_train = to_categorical(y_train, 10)
    y_test = to_categorical(y_test, 10)
    return x_train, y_train, x_test, y_test


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
                images[i] = images[i][:, ::-1]
        return ((images - mean) / std).astype("float32")

    return augment


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    history = keras.callbacks.History()
    history.set_model(model)
    history.on_train_begin()
    test_images = np.asarray(augmentation(x_test, training=False))
    for epoch in range(epochs):
        order = np.random.permutation(len(x_train))
        model.reset_metrics()
        for start in range(0, len(order), batch_size):
            idx = order[start:start + batch_size]
            images = np.asarray(augmentation(x_train[idx], training=True))
            logs = model.train_on_batch(images, y_train[idx], return_dict=True)
        results = model.evaluate(test_images, y_test, verbose=0, return_dict=True)
        for key in results:
            logs["val_" + key] = results[key]
        history.on_epoch_end(epoch, logs)
    return history
