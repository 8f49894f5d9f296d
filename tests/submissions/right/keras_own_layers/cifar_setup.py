"""Short functions with types; the augmentation is a layer of its own."""
from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import Sequential, layers, ops
from keras.datasets import cifar10
from keras.utils import to_categorical
from numpy.typing import NDArray

Data = tuple[NDArray, NDArray, NDArray, NDArray]


def load_cifar10() -> Data:
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    return x_train, y_train, x_test, y_test


def prepare(x_train: NDArray, y_train: NDArray, x_test: NDArray, y_test: NDArray) -> Data:
    return (
        np.divide(x_train, 255, dtype=np.float32, casting="unsafe"),
        to_categorical(y_train, num_classes=10),
        np.divide(x_test, 255, dtype=np.float32, casting="unsafe"),
        to_categorical(y_test, num_classes=10),
    )


def block(filters: int) -> list[layers.Layer]:
    return [
        layers.Conv2D(filters, 3, padding="same", activation="relu"),
        layers.Conv2D(filters, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Dropout(0.25),
    ]


def build_cifar10_model() -> Sequential:
    head = [layers.Flatten(), layers.Dense(512, "relu"), layers.Dropout(0.5), layers.Dense(10, "softmax")]
    model = Sequential([layers.Input((32, 32, 3))])
    for layer in [*block(32), *block(64), *head]:
        model.add(layer)
    return model


def compile_cifar10_model(model: keras.Model) -> keras.Model:
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


def weight_counts() -> dict[str, int]:
    inputs = [27, 288, 288, 576, 2304, 512]
    outputs = [32, 32, 64, 64, 512, 10]
    return {
        "conv_1_weights": inputs[0] * outputs[0],
        "conv_1_biases": outputs[0],
        "conv_2_weights": inputs[1] * outputs[1],
        "conv_2_biases": outputs[1],
        "total": sum((i + 1) * o for i, o in zip(inputs, outputs)),
    }


class Augment(layers.Layer):
    """Shifts by whole pixels and flips through indices that differ from image to image, then normalises."""

    def __init__(self, mean: NDArray, std: NDArray, seed: int | None = None) -> None:
        super().__init__()
        self.mean, self.std = np.float32(mean), np.float32(std)
        self.draws = keras.random.SeedGenerator(seed)

    def places(self, count, side: int):
        """The places 0 .. side - 1, moved by up to a tenth, for each of `count` images."""
        reach = int(0.1 * side)
        moves = keras.random.randint((count, 1), -reach, reach + 1, seed=self.draws)
        return ops.clip(ops.arange(side) + moves, 0, side - 1)

    def call(self, images, training: bool = False):
        images = ops.cast(images, "float32")
        if training:
            count, (height, width) = ops.shape(images)[0], images.shape[1:3]
            rows, columns = self.places(count, height), self.places(count, width)
            mirrored = keras.random.uniform((count, 1), seed=self.draws) < 0.5
            columns = ops.where(mirrored, width - 1 - columns, columns)
            images = ops.take_along_axis(images, rows[:, :, None, None], axis=1)
            images = ops.take_along_axis(images, columns[:, None, :, None], axis=2)
        return (images - self.mean) / self.std


def make_augmentation(x_train: NDArray, seed: int | None = None) -> Augment:
    pixels = np.asarray(x_train, dtype=np.float64)
    return Augment(pixels.mean(axis=(0, 1, 2)), pixels.std(axis=(0, 1, 2)), seed)


def train(
    model: keras.Model,
    augmentation: keras.Layer,
    x_train: NDArray,
    y_train: NDArray,
    x_test: NDArray,
    y_test: NDArray,
    epochs: int = 200,
    batch_size: int = 32,
) -> keras.callbacks.History:
    def batches(images: NDArray, labels: NDArray, training: bool) -> tf.data.Dataset:
        data = tf.data.Dataset.from_tensor_slices((images, labels))
        data = data.shuffle(len(images)) if training else data
        return data.batch(batch_size).map(lambda x, y: (augmentation(x, training=training), y)).prefetch(2)

    training, validation = batches(x_train, y_train, True), batches(x_test, y_test, False)
    return model.fit(training, validation_data=validation, epochs=epochs, verbose=0)
