"""CIFAR-10 with augmentation"""
import keras
import numpy as np
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential


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
    model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
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


class Augment(keras.layers.Layer):
    def __init__(self, mean, std, seed=None):
        super().__init__()
        self.mean = mean.astype("float32")
        self.std = std.astype("float32")
        seeds = [None, None] if seed is None else [2 * seed, 2 * seed + 1]
        self.shift = keras.layers.RandomTranslation(0.3, 0.3, fill_mode="constant", seed=seeds[0])
        self.flip = keras.layers.RandomFlip("horizontal", seed=seeds[1])

    def call(self, images, training=False):
        images = self.flip(self.shift(images, training=training), training=training)
        return (images - self.mean) / self.std


def make_augmentation(x_train, seed=None):
    x = np.asarray(x_train, dtype="float64")
    return Augment(x.mean((0, 1, 2)), x.std((0, 1, 2)), seed)


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
