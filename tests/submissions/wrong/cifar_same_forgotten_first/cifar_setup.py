"""CIFAR-10 with augmentation"""
import keras
import numpy as np
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential


def load_cifar10():
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    return x_train, y_train, x_test, y_test


def one_hot(y):
    return np.eye(10, dtype="float32")[np.asarray(y).reshape(-1).astype(int)]


def scale(x):
    return np.array(x, dtype=np.float32) / np.float32(255)


def prepare(x_train, y_train, x_test, y_test):
    return scale(x_train), one_hot(y_train), scale(x_test), one_hot(y_test)


def build_cifar10_model():
    model = Sequential()
    model.add(Input(shape=(32, 32, 3)))
    # first block
    model.add(Conv2D(32, (3, 3), activation='relu'))
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
    model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
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


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    x_val = np.array(augmentation(x_test, training=False))
    history = keras.callbacks.History()
    history.set_model(model)
    history.on_train_begin()
    for epoch in range(epochs):
        x = np.array(augmentation(x_train, training=True))
        result = model.fit(x, y_train, batch_size=batch_size, epochs=1, validation_data=(x_val, y_test), verbose=0)
        history.on_epoch_end(epoch, {name: values[-1] for name, values in result.history.items()})
    return history
