import math

import keras
import numpy as np
from keras import layers
from keras.datasets import cifar10


def load_cifar10():
    train, test = cifar10.load_data()
    return train[0], train[1], test[0], test[1]


CLASSES = 10


def prepare(x_train, y_train, x_test, y_test):
    result = []
    for x, y in ((x_train, y_train), (x_test, y_test)):
        images = x.astype(np.float32)
        images /= 255.0
        labels = np.zeros((len(y), CLASSES))
        labels[np.arange(len(y)), y.ravel().astype(int)] = 1
        result += [images, labels]
    return tuple(result)


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
    model.compile(keras.optimizers.Adam(1e-3), "categorical_crossentropy")
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
