"""Checks of `cifar_setup` as an instructor would write them without this grader: one function a check."""

from __future__ import annotations

import inspect
from functools import cache

import keras
import numpy as np

_rng = np.random.default_rng(23)
_DATA = tuple(
    (_rng.integers(0, 256, size=(count, 32, 32, 3), dtype=np.uint8), _rng.integers(0, 10, size=(count, 1)))
    for count in (50, 20)
)
# Nobody downloads the real ones for each submission.
keras.datasets.cifar10.load_data = lambda: _DATA

from cifar_setup import (  # noqa: E402
    build_cifar10_model,
    compile_cifar10_model,
    load_cifar10,
    make_augmentation,
    prepare,
    train,
    weight_counts,
)

_EPOCHS, _BATCH = 7, 20


@cache
def _student_model():
    return build_cifar10_model()


@cache
def _reference():
    layers = [keras.Input((32, 32, 3))]
    for filters in (32, 64):
        layers += [
            keras.layers.Conv2D(filters, 3, padding="same", activation="relu"),
            keras.layers.Conv2D(filters, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Dropout(0.25),
        ]
    layers += [keras.layers.Flatten(), keras.layers.Dense(512, activation="relu"), keras.layers.Dropout(0.5)]
    return keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])


def _examples():
    images = [_rng.integers(0, 256, size=(count, 4, 5, 3), dtype=np.uint8) for count in (12, 6)]
    labels = [_rng.integers(0, 7, size=(count, 1)) for count in (12, 6)]  # not every class is there
    return images[0], labels[0], images[1], labels[1]


def _block_is_right(number):
    first, second, pool, dropout = _student_model().layers[4 * number : 4 * number + 4]
    for convolution, padding in ((first, "same"), (second, "valid")):
        assert convolution.filters == (32, 64)[number]
        assert tuple(convolution.kernel_size) == (3, 3)
        assert convolution.activation.__name__ == "relu"
        assert convolution.padding == padding
    assert tuple(pool.pool_size) == (2, 2)
    assert dropout.rate == 0.25


def test_load():
    given = load_cifar10()
    expected = (_DATA[0][0], _DATA[0][1], _DATA[1][0], _DATA[1][1])
    assert len(given) == 4
    assert all(np.array_equal(a, b) for a, b in zip(given, expected, strict=True))


def test_scaled():
    x_train, y_train, x_test, y_test = _examples()
    prepared = prepare(x_train.copy(), y_train, x_test.copy(), y_test)
    assert np.allclose(prepared[0], x_train / 255)
    assert np.allclose(prepared[2], x_test / 255)


def test_one_hot():
    x_train, y_train, x_test, y_test = _examples()
    for flat in (False, True):
        labels = (y_train.ravel(), y_test.ravel()) if flat else (y_train, y_test)
        prepared = prepare(x_train.copy(), labels[0], x_test.copy(), labels[1])
        assert np.array_equal(prepared[1], np.eye(10)[y_train.ravel()])
        assert np.array_equal(prepared[3], np.eye(10)[y_test.ravel()])


def test_prepare_form():
    given = _examples()
    before = [array.copy() for array in given]
    once, twice = prepare(*given), prepare(*given)
    assert once[0].dtype == np.float32
    assert once[2].dtype == np.float32
    assert all(np.array_equal(a, b) for a, b in zip(given, before, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(once, twice, strict=True))


def test_model():
    assert isinstance(_student_model(), keras.Sequential)


def test_block_1():
    _block_is_right(0)


def test_block_2():
    _block_is_right(1)


def test_head():
    flatten, dense, dropout, last = _student_model().layers[8:]
    assert isinstance(flatten, keras.layers.Flatten)
    assert (dense.units, dense.activation.__name__) == (512, "relu")
    assert dropout.rate == 0.5
    assert (last.units, last.activation.__name__) == (10, "softmax")


def test_layers():
    assert [type(layer) for layer in _student_model().layers] == [type(layer) for layer in _reference().layers]
    _reference().set_weights(_student_model().get_weights())
    images = _rng.normal(size=(2, 32, 32, 3)).astype("float32")
    expected = _reference().predict(images, verbose=0)
    assert np.allclose(_student_model().predict(images, verbose=0), expected, atol=1e-5)


def test_compile():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model = compile_cifar10_model(model)
    assert isinstance(model.optimizer, keras.optimizers.Adam)
    loss = model.loss if isinstance(model.loss, str) else getattr(model.loss, "name", "") or model.loss.__name__
    assert loss == "categorical_crossentropy"
    metrics = model.evaluate(_rng.normal(size=(6, 4)), np.eye(3)[[0, 1, 2, 0, 1, 2]], verbose=0, return_dict=True)
    assert "accuracy" in metrics


def test_counts():
    expected = {
        "conv_1_weights": 864,
        "conv_1_biases": 32,
        "conv_2_weights": 9216,
        "conv_2_biases": 32,
        "total": 1250858,
    }
    assert weight_counts() == expected


def _pictures(count=40):
    return _rng.uniform(0.2, 1, size=(count, 20, 20, 3)).astype("float32")


def _drawn(images, seed=1):
    return np.asarray(make_augmentation(images, seed=seed)(images, training=True))


def test_normalise():
    images = _pictures()
    augmentation = make_augmentation(images, seed=1)
    expected = (images - images.mean(axis=(0, 1, 2))) / images.std(axis=(0, 1, 2))
    for some in (slice(None), slice(3)):
        assert np.allclose(np.asarray(augmentation(images[some], training=False)), expected[some], atol=1e-3)


def _centres(images):
    """Where one bright spot of each picture lies, in rows and columns."""
    bright = images.sum(axis=3)
    bright = bright - bright.min(axis=(1, 2), keepdims=True)
    total = bright.sum(axis=(1, 2))
    rows = (bright.sum(axis=2) * np.arange(bright.shape[1])).sum(axis=1) / total
    columns = (bright.sum(axis=1) * np.arange(bright.shape[2])).sum(axis=1) / total
    return rows, columns


def _spots(row, column):
    images = np.zeros((60, 40, 40, 3), "float32")
    images[:, row : row + 4, column : column + 4] = 1
    return images


def test_shift():
    rows, columns = _centres(_drawn(_spots(18, 18)))
    for places in (rows, columns):
        assert places.min() < 19
        assert places.max() > 20
    assert np.abs(rows - 19.5).max() <= 5
    assert np.abs(columns - 19.5).max() <= 5


def test_flip():
    rows, columns = _centres(_drawn(_spots(8, 8)))
    flipped = (columns > 20).mean()
    assert 0.2 < flipped < 0.8
    assert (rows < 20).all()


def test_fresh():
    images = _pictures()
    augmentation = make_augmentation(images, seed=1)
    first, second = (np.asarray(augmentation(images, training=True)) for _ in range(2))
    assert not np.allclose(first, second)
    assert np.allclose(_drawn(images, seed=5), _drawn(images, seed=5))
    assert not np.allclose(_drawn(images, seed=5), _drawn(images, seed=6))


class _Recorder(keras.layers.Layer):
    """An augmentation that counts the pictures that pass through it, in training and otherwise."""

    def __init__(self):
        super().__init__(name="recorder")
        self.trained = self.add_weight(shape=(), initializer="zeros", trainable=False, name="trained")
        self.settled = self.add_weight(shape=(), initializer="zeros", trainable=False, name="settled")

    def call(self, images, training=False):
        count = keras.ops.cast(keras.ops.shape(images)[0], "float32")
        (self.trained if training else self.settled).assign_add(count)
        return images - 0.5


@cache
def _training():
    with np.load("digits.npz") as file:
        images, labels = (file["images"][..., np.newaxis] / 16).astype("float32"), np.eye(10)[file["labels"]]
    dense = keras.layers.Dense
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), dense(32, "relu"), dense(10, "softmax")])
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    model.optimizer.learning_rate = 0.01
    recorder = _Recorder()
    arguments = (model, recorder, images[:300], labels[:300], images[300:420], labels[300:420])
    history = train(*arguments, epochs=_EPOCHS, batch_size=_BATCH)
    return model, recorder, history, images[420:] - 0.5, labels[420:]


def test_history():
    history = _training()[2]
    assert isinstance(history, keras.callbacks.History)
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert len(history.history[name]) == _EPOCHS


def test_learns():
    model, _, _, images, labels = _training()
    right = model.predict(images, verbose=0).argmax(axis=1) == labels.argmax(axis=1)
    assert right.mean() > 0.55
    parameters = inspect.signature(train).parameters
    assert (parameters["epochs"].default, parameters["batch_size"].default) == (200, 32)


def test_augments():
    assert _EPOCHS * 300 <= float(_training()[1].trained.numpy()) <= (_EPOCHS + 1) * 300


def test_validates():
    model, recorder, history, _, _ = _training()
    assert float(recorder.settled.numpy()) >= 120
    with np.load("digits.npz") as file:
        images, labels = (file["images"][300:420, ..., np.newaxis] / 16).astype("float32"), file["labels"][300:420]
    right = model.predict(images - 0.5, verbose=0).argmax(axis=1) == labels
    assert abs(history.history["val_accuracy"][-1] - right.mean()) < 0.02
