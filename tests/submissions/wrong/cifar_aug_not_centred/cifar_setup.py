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
    model.compile(optimizer=keras.optimizers.Adam(), loss="categorical_crossentropy", metrics=["accuracy"])
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
        return images / self.std


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
