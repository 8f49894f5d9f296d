"""More ways to set up CIFAR-10; those of the golden folders stand beside them."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers
from keras.datasets import cifar10


def load_cifar10__unpacked():
    train_pair, test_pair = cifar10.load_data()
    return (*train_pair, *test_pair)


def load_cifar10__indexed():
    data = keras.datasets.cifar10.load_data()
    return tuple(data[i][j] for i in (0, 1) for j in (0, 1))


def load_cifar10__named():
    (images, labels), (more_images, more_labels) = keras.datasets.cifar10.load_data()
    assert len(images) == len(labels)
    return images, labels, more_images, more_labels


def prepare__identity_rows(x_train, y_train, x_test, y_test):
    rows = np.eye(10)
    scale = np.float32(1 / 255)
    return x_train.astype("f") * scale, rows[y_train.ravel()], x_test.astype("f") * scale, rows[y_test.ravel()]


def prepare__to_categorical(x_train, y_train, x_test, y_test):
    images = [np.divide(x, 255.0, dtype=np.float32) for x in (x_train, x_test)]
    labels = [keras.utils.to_categorical(np.asarray(y).reshape(-1), 10) for y in (y_train, y_test)]
    return images[0], labels[0], images[1], labels[1]


def prepare__places_set(x_train, y_train, x_test, y_test):
    def one_hot(y):
        y = np.squeeze(y).reshape(-1)
        answer = np.zeros((len(y), 10), dtype=np.int64)
        answer[np.arange(len(y)), y] = 1
        return answer

    def scale(x):
        x = x.astype("float32")
        x *= 1 / 255
        return x

    return scale(x_train), one_hot(y_train), scale(x_test), one_hot(y_test)


def prepare__compared(x_train, y_train, x_test, y_test):
    classes = np.arange(10)
    return [
        (x_train.astype(np.float64) / 255).astype(np.float32),
        (y_train.reshape(-1, 1) == classes).astype("uint8"),
        (x_test.astype(np.float64) / 255).astype(np.float32),
        (y_test.reshape(-1, 1) == classes).astype("uint8"),
    ]


# The network --------------------------------------------------------------------------------------------------------
def build_cifar10_model__list():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Dropout(0.25),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ],
        name="cifar10",
    )


def build_cifar10_model__blocks():
    model = keras.Sequential()
    model.add(layers.Input(shape=(32, 32, 3)))

    def block(filters):
        for padding in ("same", "valid"):
            model.add(layers.Conv2D(filters, (3, 3), padding=padding, activation=keras.activations.relu))
        model.add(layers.MaxPool2D((2, 2)))
        model.add(layers.Dropout(0.25))

    block(32)
    block(64)
    for layer in (layers.Flatten(), layers.Dense(512, "relu"), layers.Dropout(0.5), layers.Dense(10, "softmax")):
        model.add(layer)
    return model


def build_cifar10_model__built_later():
    head = [layers.Flatten(), layers.Dense(512, "relu"), layers.Dropout(0.5), layers.Dense(10, "softmax")]
    body = []
    for filters in (32, 64):
        body += [layers.Conv2D(filters, 3, padding="same", activation="relu", kernel_initializer="he_uniform")]
        body += [layers.Conv2D(filters, 3, activation="relu"), layers.MaxPooling2D(2), layers.Dropout(0.25)]
    model = keras.Sequential(body + head)
    model.build((None, 32, 32, 3))
    return model


def compile_cifar10_model__names(model):
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def compile_cifar10_model__objects(model):
    model.compile(
        optimizer=keras.optimizers.Adam(1e-4),
        loss=keras.losses.CategoricalCrossentropy(),
        metrics=[keras.metrics.CategoricalAccuracy("accuracy"), "mae"],
    )
    return model


def compile_cifar10_model__table(model):
    told = {"optimizer": keras.optimizers.Adam(), "loss": keras.losses.categorical_crossentropy}
    model.compile(**told, metrics=["accuracy"])
    return model


def weight_counts__asked():
    model = keras.Sequential([keras.Input((32, 32, 3))])
    for filters in (32, 64):
        model.add(layers.Conv2D(filters, 3, padding="same"))
        model.add(layers.Conv2D(filters, 3))
        model.add(layers.MaxPooling2D())
    for layer in (layers.Flatten(), layers.Dense(512), layers.Dense(10)):
        model.add(layer)
    sizes = [int(np.prod(weights.shape)) for weights in model.get_weights()]
    names = ["conv_1_weights", "conv_1_biases", "conv_2_weights", "conv_2_biases"]
    return dict(zip(names, sizes, strict=False), total=model.count_params())


def weight_counts__by_formula():
    def layer(inputs, outputs):
        return inputs * outputs, outputs

    table = [layer(27, 32), layer(288, 32), layer(288, 64), layer(576, 64), layer(2304, 512), layer(512, 10)]
    counts = {}
    for number, (weights, biases) in enumerate(table[:2], 1):
        counts[f"conv_{number}_weights"], counts[f"conv_{number}_biases"] = weights, biases
    counts["total"] = sum(map(sum, table))
    return counts


def weight_counts__written_out():
    return {
        "conv_1_weights": 864,
        "conv_1_biases": 32,
        "conv_2_weights": 9216,
        "conv_2_biases": 32,
        "total": 1_250_858,
    }


# Augmentation and training ------------------------------------------------------------------------------------------
def make_augmentation__layers(x_train, seed=None):
    x = np.asarray(x_train, dtype=np.float64)
    steps = [
        layers.RandomTranslation(0.1, 0.1, fill_mode="nearest", seed=seed),
        layers.RandomFlip("horizontal", seed=seed),
        layers.Normalization(mean=x.mean((0, 1, 2)), variance=x.var((0, 1, 2))),
    ]

    def augment(images, training=False):
        for step in steps:
            images = step(images, training=training)
        return images

    return augment


def make_augmentation__rolled(x_train, seed=None):
    rng = np.random.default_rng(seed)
    mean, std = x_train.mean(axis=(0, 1, 2), dtype=float), x_train.std(axis=(0, 1, 2), dtype=float)

    def one(image):
        reach = [int(0.1 * side) for side in image.shape[:2]]
        shift = [int(rng.integers(-most, most + 1)) for most in reach]
        image = np.roll(image, shift, axis=(0, 1))
        return image[:, ::-1] if rng.random() < 0.5 else image

    def augment(images, *, training=False):
        images = np.stack([one(image) for image in images]) if training else np.asarray(images)
        return ((images - mean) / std).astype(np.float32)

    return augment


def make_augmentation__normalised_first(x_train, seed=None):
    state = np.random.RandomState(seed)
    mean = np.mean(np.asarray(x_train, np.float64), axis=(0, 1, 2))
    std = np.std(np.asarray(x_train, np.float64), axis=(0, 1, 2))

    def augment(images, training):
        batch = (np.asarray(images, np.float64) - mean) / std
        if not training:
            return batch
        moved = np.zeros_like(batch)
        height, width = batch.shape[1:3]
        for i in range(len(batch)):
            dy = state.randint(-(height // 10), height // 10 + 1)
            dx = state.randint(-(width // 10), width // 10 + 1)
            there = moved[i, max(dy, 0) : height + min(dy, 0), max(dx, 0) : width + min(dx, 0)]
            there[...] = batch[i, max(-dy, 0) : height + min(-dy, 0), max(-dx, 0) : width + min(-dx, 0)]
            if state.randint(2):
                moved[i] = np.fliplr(moved[i])
        return moved

    return augment


def train__epoch_by_epoch(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    checked = np.asarray(augmentation(x_test, training=False))
    total = None
    for epoch in range(epochs):
        fresh = np.asarray(augmentation(x_train, training=True))
        part = model.fit(
            fresh,
            y_train,
            batch_size=batch_size,
            epochs=epoch + 1,
            initial_epoch=epoch,
            validation_data=(checked, y_test),
            verbose=0,
        )
        if total is None:
            total = part
        else:
            for key, values in part.history.items():
                total.history[key].extend(values)
            total.epoch.append(epoch)
    return total


class Batches(keras.utils.PyDataset):
    """Batches that are augmented when they are asked for."""

    def __init__(self, images, labels, size, augmentation):
        super().__init__()
        self.images, self.labels, self.size, self.augmentation = images, labels, size, augmentation
        self.order = np.random.permutation(len(images))

    def __len__(self):
        return -(-len(self.images) // self.size)

    def __getitem__(self, index):
        places = self.order[index * self.size : (index + 1) * self.size]
        return np.asarray(self.augmentation(self.images[places], training=True)), np.asarray(self.labels)[places]

    def on_epoch_end(self):
        np.random.shuffle(self.order)


def train__batches(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    validation = (np.asarray(augmentation(x_test, training=False)), np.asarray(y_test))
    batches = Batches(x_train, y_train, batch_size, augmentation)
    return model.fit(batches, epochs=epochs, validation_data=validation, verbose=0)


def train__generator(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    steps = int(np.ceil(len(x_train) / batch_size))

    def batches():
        while True:
            order = np.random.permutation(len(x_train))
            for step in range(steps):
                places = order[step * batch_size : (step + 1) * batch_size]
                yield np.asarray(augmentation(x_train[places], training=True)), y_train[places]

    validation = np.asarray(augmentation(x_test, training=False)), y_test
    return model.fit(batches(), steps_per_epoch=steps, epochs=epochs, validation_data=validation, verbose=0)
