"""Checks of `vgg_assembly` as an instructor would write them without this grader: one function a check."""

from __future__ import annotations

import inspect
from functools import cache
from pathlib import Path

import h5py
import imageio.v3 as iio
import keras
import numpy as np

from vgg_assembly import (
    build_vgg16,
    compile_vgg16,
    first_layer_filters,
    get_layer_output,
    load_labels,
    load_vgg16_weights,
    read_bgr,
    tile_filters,
    top_k,
    transform_image,
)

_BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
_STARTS = (0, 5, 10, 17, 24)
_rng = np.random.default_rng(22)


@cache
def _student_model():
    return build_vgg16((64, 64, 3), 10)


@cache
def _reference():
    layers = [keras.Input((64, 64, 3))]
    for depth, filters in _BLOCKS:
        for _ in range(depth):
            layers += [keras.layers.ZeroPadding2D(1), keras.layers.Conv2D(filters, 3, activation="relu")]
        layers.append(keras.layers.MaxPooling2D(2))
    layers.append(keras.layers.Flatten())
    for _ in range(2):
        layers += [keras.layers.Dense(4096, activation="relu"), keras.layers.Dropout(0.5)]
    return keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])


def _small_model(classes=5):
    pad, convolution = keras.layers.ZeroPadding2D, keras.layers.Conv2D
    return keras.Sequential(
        [
            keras.Input((6, 8, 3)),
            pad(1),
            convolution(4, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            pad(1),
            convolution(4, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(6, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )


def _write_published(path, model, leave_out=0):
    """The layout of the published file: a group a layer, its weights by name."""
    learning = [layer for layer in model.layers if layer.weights]
    learning = learning[: len(learning) - leave_out]
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [f"layer_{n}".encode() for n in range(len(learning))]
        file.attrs["backend"], file.attrs["keras_version"] = b"tensorflow", b"2.0.0"
        for number, layer in enumerate(learning):
            group = file.create_group(f"layer_{number}")
            names = [f"layer_{number}/{kind}:0".encode() for kind in ("kernel", "bias")]
            group.attrs["weight_names"] = names
            for name, array in zip(names, layer.get_weights(), strict=True):
                group.create_dataset(name.decode(), data=array)


def _same_weights(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one.get_weights(), other.get_weights(), strict=True))


def _raises(model, path):
    try:
        load_vgg16_weights(model, path)
    except Exception:
        return True
    return False


def _block_is_right(number):
    layers, (depth, filters) = _student_model().layers[_STARTS[number] :], _BLOCKS[number]
    for place in range(depth):
        pad, convolution = layers[2 * place : 2 * place + 2]
        assert pad.padding == ((1, 1), (1, 1))
        assert convolution.filters == filters
        assert tuple(convolution.kernel_size) == (3, 3)
        assert convolution.activation.__name__ == "relu"
        assert convolution.padding == "valid"
    assert tuple(layers[2 * depth].pool_size) == (2, 2)
    assert tuple(layers[2 * depth].strides) == (2, 2)


def test_model():
    assert isinstance(_student_model(), keras.Sequential)


def test_block_1():
    _block_is_right(0)


def test_block_2():
    _block_is_right(1)


def test_block_3():
    _block_is_right(2)


def test_block_4():
    _block_is_right(3)


def test_block_5():
    _block_is_right(4)


def test_head():
    flatten, one, first, two, second, last = _student_model().layers[31:]
    assert isinstance(flatten, keras.layers.Flatten)
    assert [one.units, two.units, last.units] == [4096, 4096, 10]
    assert [one.activation.__name__, two.activation.__name__] == ["relu", "relu"]  # outputs tell of the last one
    assert [first.rate, second.rate] == [0.5, 0.5]


def test_layers():
    assert [type(layer) for layer in _student_model().layers] == [type(layer) for layer in _reference().layers]
    names = [layer.name for layer in _student_model().layers if isinstance(layer, keras.layers.Conv2D)]
    assert names == [f"conv{b}_{n + 1}" for b, (depth, _) in enumerate(_BLOCKS, 1) for n in range(depth)]


def test_outputs():
    _reference().set_weights(_student_model().get_weights())
    images = _rng.normal(size=(1, 64, 64, 3)).astype("float32")
    expected = _reference().predict(images, verbose=0)
    assert np.allclose(_student_model().predict(images, verbose=0), expected, atol=1e-4)


def test_sizes():
    model = build_vgg16((32, 32, 3), classes=2)
    assert model.output_shape == (None, 2)
    assert model.input_shape == (None, 32, 32, 3)
    defaults = [one.default for one in inspect.signature(build_vgg16).parameters.values()]
    assert [tuple(defaults[0]), defaults[1]] == [(224, 224, 3), 1000]


def test_load_legacy():
    saved, model = _small_model(), _small_model()
    _write_published("published.h5", saved)
    assert _same_weights(load_vgg16_weights(model, "published.h5"), saved)


def test_load_keras():
    saved, model = _small_model(), _small_model()
    saved.save_weights("own.weights.h5")
    assert _same_weights(load_vgg16_weights(model, "own.weights.h5"), saved)


def test_load_broken():
    _write_published("short.h5", _small_model(), leave_out=1)
    _write_published("whole.h5", _small_model())
    _write_published("other.h5", _small_model(classes=3))
    Path("truncated.h5").write_bytes(Path("whole.h5").read_bytes()[:4000])
    Path("page.h5").write_bytes(b"<!doctype html><title>Not found</title>")
    for path in ("short.h5", "other.h5", "truncated.h5", "page.h5", "no_such_weights.h5"):
        assert _raises(_small_model(), path)


def test_compile():
    model = compile_vgg16(_small_model())
    assert model.compiled
    assert isinstance(model.optimizer, keras.optimizers.SGD)
    loss = model.loss if isinstance(model.loss, str) else getattr(model.loss, "name", "") or model.loss.__name__
    assert loss == "categorical_crossentropy"


def test_read_bgr():
    picture = iio.imread("grace_hopper.jpg")[..., ::-1].astype(float)
    image = np.asarray(read_bgr("grace_hopper.jpg", size=(512, 600)))
    assert image.shape == (600, 512, 3)
    assert np.abs(image - picture).mean() <= 2  # decoders differ a little
    small = np.asarray(read_bgr("grace_hopper.jpg", size=(64, 60)))
    assert small.shape == (60, 64, 3)
    assert np.abs(small - picture.reshape(60, 10, 64, 8, 3).mean(axis=(1, 3))).mean() < 30  # and so do ways to resize


def test_transform():
    image = _rng.integers(0, 256, size=(4, 5, 3), dtype=np.uint8)
    batch = transform_image(image)
    assert batch.shape == (1, 4, 5, 3)
    assert batch.dtype == np.float32
    assert np.allclose(batch[0], image - np.array([103.939, 116.779, 123.68]), atol=1e-3)


def test_transform_intact():
    for dtype in (np.uint8, np.float32):
        image = _rng.integers(0, 256, size=(4, 5, 3)).astype(dtype)
        before = image.copy()
        assert np.array_equal(transform_image(image), transform_image(image))
        assert (image == before).all()


def test_labels():
    Path("words.txt").write_text("n02123045 tabby, tabby cat\nn01484850 great white shark, man-eater\nn02084071 dog\n")
    assert load_labels("words.txt") == ["tabby, tabby cat", "great white shark, man-eater", "dog"]


def test_top_k():
    probabilities, labels = _rng.permutation(20) / 190, [f"class {n}" for n in range(20)]
    order = np.argsort(-probabilities)
    for k in (1, 5, 20):
        best = top_k(probabilities, labels, k=k)
        assert [label for label, _ in best] == [labels[i] for i in order[:k]]
        assert np.allclose([share for _, share in best], probabilities[order[:k]])


def test_first_filters():
    for before in ([], [keras.layers.ZeroPadding2D(1)]):
        convolutions = [keras.layers.Conv2D(4, (5, 2)), keras.layers.Conv2D(2, 2)]
        model = keras.Sequential([keras.Input((8, 8, 3)), *before, *convolutions])
        kernel = convolutions[0].get_weights()[0]
        assert np.array_equal(first_layer_filters(model), np.moveaxis(kernel, 3, 0))


def test_layer_output():
    model, images = _small_model(), _rng.normal(size=(2, 6, 8, 3)).astype("float32")
    for layer in (1, 5, 7, -1):
        answers = images
        for one in model.layers[: layer % len(model.layers) + 1]:
            answers = one(answers, training=False) if isinstance(one, keras.layers.Dropout) else one(answers)
        assert np.allclose(get_layer_output(model, images, layer), answers, atol=1e-5)


def _tiled(weights, pad, value):
    weights = np.asarray(weights, float)
    spread = np.ptp(weights)
    weights = (weights - weights.min()) / (spread or 1)
    side = int(np.ceil(np.sqrt(len(weights))))
    height, width = weights.shape[1] + pad, weights.shape[2] + pad
    grid = np.full((side * height, side * width, *weights.shape[3:]), float(value))
    for number, tile in enumerate(weights):
        row, column = number // side * height, number % side * width
        grid[row : row + tile.shape[0], column : column + tile.shape[1]] = tile
    return grid


def test_tiles():
    for shape in ((5, 3, 4), (9, 2, 2, 3), (1, 4, 3)):
        weights = _rng.normal(size=shape)
        assert np.allclose(tile_filters(weights), _tiled(weights, 1, 0))


def test_tiles_special():
    weights = _rng.integers(0, 9, size=(6, 3, 2))
    before = weights.copy()
    assert np.allclose(tile_filters(weights, pad_size=2, pad_value=9), _tiled(weights, 2, 9))
    assert np.allclose(tile_filters(weights, pad_size=0), _tiled(weights, 0, 0))
    assert np.allclose(tile_filters(np.full((2, 2, 2), 7.0)), _tiled(np.full((2, 2, 2), 7.0), 1, 0))
    assert (weights == before).all()
