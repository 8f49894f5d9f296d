"""Checks of `multiply_sum` as an instructor would write them without this grader: one function a check."""

from __future__ import annotations

import numpy as np

from multiply_sum import multiply_sum

_rng = np.random.default_rng(20)


def _refuses(function, *arguments, error=ValueError):
    try:
        function(*arguments)
    except error:
        return True
    return False


def _close(given, expected):
    return np.shape(given) == () and np.isclose(float(given), expected, rtol=1e-4, atol=1e-4)


def test_hand():
    assert _close(multiply_sum(np.array([[3, 5], [2, 7]]), np.array([[1, 0], [2, 1]])), 14)
    assert _close(multiply_sum(np.array([[1, 2, 3], [4, 5, 6]]), np.array([[1, 0, 2], [0, -1, 3]])), 20)


def test_agrees():
    for _ in range(60):
        shape = _rng.integers(1, 6, size=_rng.integers(1, 5))
        a, b = _rng.normal(size=(2, *shape))
        assert _close(multiply_sum(a, b), np.vdot(a, b))


def test_bilinear():
    for _ in range(20):
        a, b, c = _rng.normal(size=(3, 4, 5))
        assert _close(multiply_sum(2 * a + c, b), 2 * float(multiply_sum(a, b)) + float(multiply_sum(c, b)))


def test_uint8():
    for _ in range(20):
        a, b = _rng.integers(0, 256, size=(2, 6, 6), dtype=np.uint8)
        assert _close(multiply_sum(a, b), np.vdot(a.astype(float), b.astype(float)))


def test_layouts():
    for _ in range(20):
        a, b = _rng.normal(size=(2, 5, 6))
        first, second = a.copy(), b.copy()
        assert _close(multiply_sum(a, b), np.vdot(a, b))
        assert _close(multiply_sum(a.T, b.T), np.vdot(first, second))
        assert (a == first).all()
        assert (b == second).all()


def test_mismatch():
    assert _refuses(multiply_sum, np.ones((3, 3)), np.ones(3))
    assert _refuses(multiply_sum, np.ones((3, 3)), np.ones((3, 1)))
    assert _refuses(multiply_sum, np.ones((2, 3)), np.ones((3, 2)))
    assert _refuses(multiply_sum, np.ones((2, 3)), np.ones((2, 4)))
