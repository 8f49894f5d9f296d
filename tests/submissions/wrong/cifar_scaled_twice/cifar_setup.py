"""CIFAR-10 with augmentation"""
import keras
import numpy as np
import tensorflow as tf
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential
from keras.utils import to_categorical


def load_cifar10():
    train_set, test_set = keras.datasets.cifar10.load_data()
    return (*train_set, *test_set)


def to_float(x):
    return x.astype(np.float32) / 255


def prepare(x_train, y_train, x_test, y_test):
    x_train, x_test = to_float(x_train), to_float(x_test)
    y_train, y_test = to_categorical(y_train, 10), to_categorical(y_test, 10)
    # values between 0 and 1
    x_train /= 255
    x_test /= 255
    return x_train, y_train, x_test, y_test


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
    loss = keras.losses.CategoricalCrossentropy()
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.0005), loss=loss, metrics=["accuracy"])
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
        self.shift = keras.layers.RandomTranslation(0.1, 0.1, fill_mode="constant", seed=seeds[0])
        self.flip = keras.layers.RandomFlip("horizontal", seed=seeds[1])

    def call(self, images, training=False):
        images = self.flip(self.shift(images, training=training), training=training)
        return (images - self.mean) / self.std


def make_augmentation(x_train, seed=None):
    x = np.asarray(x_train, dtype="float64")
    return Augment(x.mean((0, 1, 2)), x.std((0, 1, 2)), seed)


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    train_data = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(len(x_train)).batch(batch_size)
    train_data = train_data.map(lambda x, y: (augmentation(x, training=True), y))
    test_data = tf.data.Dataset.from_tensor_slices((x_test, y_test)).batch(batch_size)
    test_data = test_data.map(lambda x, y: (augmentation(x, training=False), y))
    return model.fit(train_data, epochs=epochs, validation_data=test_data, verbose=0)
