"""Checks of `convolve` as an instructor would write them without this grader: one function a check."""

from __future__ import annotations

import imageio.v3 as iio
import numpy as np
from scipy.signal import correlate2d

from convolve import convolve, filtered_shape, load_image, top_left

_rng = np.random.default_rng(21)


def _refuses(function, *arguments, error=ValueError):
    try:
        function(*arguments)
    except error:
        return True
    return False


def _close(given, expected):
    given = np.asarray(given, float)
    return given.shape == np.shape(expected) and np.allclose(given, expected, rtol=1e-4, atol=1e-4)


def _by_channel(image, weights):
    return sum(correlate2d(image[..., c], weights[..., c], mode="valid") for c in range(image.shape[2]))


def test_load_colour():
    image = np.asarray(load_image("grace_hopper.jpg"))
    assert image.shape == (600, 512, 3)
    assert np.abs(image.astype(float) - iio.imread("grace_hopper.jpg")).max() <= 2


def test_load_grey():
    grey = np.asarray(load_image("grace_hopper.jpg", grayscale=True))
    colour = iio.imread("grace_hopper.jpg").astype(float)
    assert grey.shape == (600, 512)
    assert np.abs(grey.astype(float) - colour @ [0.299, 0.587, 0.114]).max() <= 2


def test_load_missing():
    assert _refuses(load_image, "none.png", error=Exception)


def test_top_left():
    image = np.arange(12).reshape(3, 4)
    before = image.copy()
    assert np.array_equal(top_left(image, 2, 3), before[:2, :3])
    assert np.array_equal(top_left(np.arange(36).reshape(3, 4, 3), 1, 2), np.arange(36).reshape(3, 4, 3)[:1, :2])
    assert (image == before).all()


def test_shape():
    assert tuple(filtered_shape((600, 512, 3), (3, 5, 3))) == (598, 508)
    assert tuple(filtered_shape((9, 7), (4, 2))) == (6, 6)
    assert all(isinstance(side, int | np.integer) for side in filtered_shape((9, 7), (4, 2)))


def test_shape_misfit():
    assert _refuses(filtered_shape, (3, 3), (4, 1))
    assert _refuses(filtered_shape, (3, 3), (1, 4))


def test_hand():
    image, weights = np.array([[1, 0, 2, 1], [3, 1, 0, 2], [0, 2, 1, 1]]), np.array([[1, 2], [0, -1]])
    assert _close(convolve(image, weights), [[0, 4, 2], [3, 0, 3]])


def test_grey():
    for _ in range(25):
        image, weights = _rng.normal(size=_rng.integers(6, 14, size=2)), _rng.normal(size=_rng.integers(1, 6, size=2))
        assert _close(convolve(image, weights), correlate2d(image, weights, mode="valid"))
    image = _rng.normal(size=(5, 4))
    for weights in (image + 1, image[:1], image[:, :1]):
        assert _close(convolve(image, weights), correlate2d(image, weights, mode="valid"))


def test_families():
    for _ in range(20):
        image, weights = _rng.normal(size=(9, 8)), _rng.normal(size=(3, 2))
        assert _close(convolve(image, 3 * weights), 3 * np.asarray(convolve(image, weights), float))
        assert _close(convolve(image, np.ones((1, 1))), image)


def test_colour():
    for _ in range(20):
        image, weights = _rng.normal(size=(9, 8, 3)), _rng.normal(size=(3, 2, 3))
        assert _close(convolve(image, weights), _by_channel(image, weights))
    image, weights = _rng.normal(size=(7, 6, 5)), _rng.normal(size=(2, 3, 5))
    assert _close(convolve(image, weights), _by_channel(image, weights))


def test_keras():
    image, weights = _rng.normal(size=(24, 24, 3)), _rng.normal(size=(5, 5, 3))
    assert _close(convolve(image, weights), _by_channel(image, weights))


def test_dtypes():
    for _ in range(10):
        image, weights = _rng.integers(0, 256, size=(9, 8), dtype=np.uint8), _rng.integers(-9, 9, size=(3, 3))
        assert _close(convolve(image, weights), correlate2d(image.astype(float), weights, mode="valid"))
    image, weights = _rng.integers(0, 256, size=(2, 8, 8), dtype=np.uint8)
    assert _close(convolve(image, weights[:3, :3]), correlate2d(image.astype(float), weights[:3, :3], "valid"))


def test_intact():
    for shape in ((9, 8), (9, 8, 3)):
        image, weights = _rng.normal(size=shape), _rng.normal(size=(3, 3, *shape[2:]))
        first, second = image.copy(), weights.copy()
        answers = np.array(convolve(image, weights), float)
        assert image.shape == shape
        assert (image == first).all()
        assert (weights == second).all()
        assert _close(convolve(image, weights), answers)


def test_misfit():
    assert _refuses(convolve, np.ones((3, 3)), np.ones((3, 3, 1)))
    assert _refuses(convolve, np.ones((4, 4, 3)), np.ones((2, 2, 2)))
    assert _refuses(convolve, np.ones((4, 4, 3)), np.ones((2, 2, 1)))
    assert _refuses(convolve, np.ones((3, 3)), np.ones((4, 1)))
