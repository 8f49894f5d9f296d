"""CIFAR-10 with augmentation"""
import keras
import numpy as np
import tensorflow as tf
from keras import layers


def load_cifar10():
    train_set, test_set = keras.datasets.cifar10.load_data()
    return (*train_set, *test_set)


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


class SmallNet(keras.Sequential):
    def __init__(self):
        super().__init__()
        self.add(keras.Input((32, 32, 3)))
        for filters in (32, 64):
            self.add(layers.Conv2D(filters, (3, 3), padding="same", activation="relu"))
            self.add(layers.Conv2D(filters, (3, 3), activation="relu"))
            self.add(layers.MaxPooling2D((2, 2)))
            self.add(layers.Dropout(0.25))
        self.add(layers.Flatten())
        self.add(layers.Dense(512, activation="relu"))
        self.add(layers.Dropout(0.5))
        self.add(layers.Dense(10, activation="softmax"))


def build_cifar10_model():
    return SmallNet()


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


def make_augmentation(x_train, seed=None):
    mean = x_train.mean(axis=(0, 1, 2), dtype="float64")
    variance = x_train.var(axis=(0, 1, 2), dtype="float64")
    shift_seed = None if seed is None else seed + 1
    return keras.Sequential([
        layers.RandomFlip("horizontal", seed=seed),
        layers.RandomTranslation(0.1, 0.1, seed=shift_seed),
        layers.Normalization(axis=-1, mean=mean, variance=variance),
    ])


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    train_data = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(len(x_train)).batch(batch_size)
    train_data = train_data.map(lambda x, y: (augmentation(x, training=True), y))
    test_data = tf.data.Dataset.from_tensor_slices((x_test, y_test)).batch(batch_size)
    test_data = test_data.map(lambda x, y: (augmentation(x, training=False), y))
    return model.fit(train_data, epochs=epochs, validation_data=test_data, verbose=0)
