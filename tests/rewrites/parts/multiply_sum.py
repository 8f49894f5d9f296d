"""Ways to multiply and add; `a` and `b` have the same shape and are in the kind of numbers that the work is done in."""

from __future__ import annotations

import functools
import itertools
import math
import operator
from decimal import Decimal
from fractions import Fraction

import numpy as np


def multiply_sum_check__early(a, b):
    if a.shape != b.shape:
        raise ValueError("the shapes differ")


def multiply_sum_check__with_numbers(a, b):
    if np.shape(a) != np.shape(b):
        raise ValueError(f"shapes {np.shape(a)} and {np.shape(b)}")


def multiply_sum_check__axes_first(a, b):
    if a.ndim != b.ndim:
        raise ValueError("different numbers of axes")
    for n, m in zip(a.shape, b.shape, strict=True):
        if n != m:
            raise ValueError("different sides")


def multiply_sum_check__all_sides(a, b):
    if not (len(a.shape) == len(b.shape) and all(n == m for n, m in zip(a.shape, b.shape, strict=True))):
        raise ValueError


def multiply_sum_check__caught(a, b):
    try:
        assert a.shape == b.shape
    except AssertionError:
        raise ValueError("not the same shape") from None


def multiply_sum_check__stacked(a, b):
    np.stack([a, b])


def multiply_sum_check__matched(a, b):
    match a.shape == b.shape:
        case False:
            raise ValueError("shapes")


def multiply_sum_check__looked_up(a, b):
    if {a.shape: True}.get(b.shape) is None:
        raise ValueError("no such shape")


def multiply_sum_check__set(a, b):
    shapes = {np.asarray(array).shape for array in (a, b)}
    if len(shapes) > 1:
        raise ValueError(f"{len(shapes)} shapes")


# The numbers that the work is done in ------------------------------------------------------------------------------
def multiply_sum_work__float64(a, b):
    return a.astype(np.float64), b.astype(np.float64)


def multiply_sum_work__float(a, b):
    return np.array(a, dtype=float), np.array(b, dtype=float)


def multiply_sum_work__longdouble(a, b):
    return np.asarray(a, np.longdouble), np.asarray(b, np.longdouble)


def multiply_sum_work__integers_where_exact(a, b):
    kind = np.result_type(a, b, np.int64)
    return a.astype(kind), b.astype(kind)


def multiply_sum_work__one_of_them(a, b):
    return a, np.float64(b)


def multiply_sum_work__python_numbers(a, b):
    return a.astype(object), b.astype(object)


def multiply_sum_work__fractions(a, b):
    exact = np.vectorize(Fraction, otypes=[object])
    return exact(a.astype(float)), exact(b.astype(float))


def multiply_sum_work__decimals(a, b):
    exact = np.frompyfunc(lambda number: Decimal(float(number)), 1, 1)
    return exact(a), exact(b)


def multiply_sum_work__copies_in_fortran_order(a, b):
    return a.astype("f8", order="F"), b.astype("d", order="F")


def multiply_sum_work__complex(a, b):
    return (a + 0j).real.astype(float), b * 1.0 if b.dtype.kind == "f" and b.itemsize == 8 else b.astype(float)


# Algorithms --------------------------------------------------------------------------------------------------------
def multiply_sum__sum_of_products(a, b):
    return np.sum(a * b)


def multiply_sum__method(a, b):
    return np.multiply(a, b).sum()


def multiply_sum__inner(a, b):
    return np.inner(a.reshape(-1), b.reshape(-1))


def multiply_sum__dot(a, b):
    return a.ravel().dot(b.ravel())


def multiply_sum__at(a, b):
    return a.ravel() @ b.ravel()


def multiply_sum__tensordot(a, b):
    return np.tensordot(a, b, axes=a.ndim)


def multiply_sum__einsum_letters(a, b):
    letters = "ijkl"[: a.ndim]
    return np.einsum(f"{letters},{letters}->", a, b)


def multiply_sum__einsum_ellipsis(a, b):
    return np.einsum("...,...->...", a, b).sum()


def multiply_sum__einsum_axes(a, b):
    axes = list(range(a.ndim))
    return np.einsum(a, axes, b, axes, [])


def multiply_sum__flat_loop(a, b):
    total = 0
    for p, q in zip(a.flat, b.flat, strict=True):
        total += p * q
    return total


def multiply_sum__index_loop(a, b):
    total = 0
    for place in np.ndindex(a.shape):
        total = total + a[place] * b[place]
    return total


def multiply_sum__ndenumerate(a, b):
    return sum(value * b[place] for place, value in np.ndenumerate(a))


def multiply_sum__product_of_ranges(a, b):
    return sum(a[place] * b[place] for place in itertools.product(*map(range, a.shape)))


def multiply_sum__flat_numbers(a, b):
    p, q = a.flatten(), b.flatten()
    i, total = 0, 0
    while i < p.size:
        total += p[i] * q[i]
        i += 1
    return total


def multiply_sum__by_axis(a, b):
    products = a * b
    while np.ndim(products):
        products = products.sum(axis=0)
    return products


def multiply_sum__last_axes_first(a, b):
    products = a * b
    for _ in range(a.ndim):
        products = np.add.reduce(products, axis=-1)
    return products


def multiply_sum__recursion(a, b):
    if np.ndim(a) == 0:
        return a * b
    return sum(multiply_sum__recursion(p, q) for p, q in zip(a, b, strict=True))


def multiply_sum__halves(a, b):
    p, q = a.reshape(-1), b.reshape(-1)
    if p.size == 1:
        return p[0] * q[0]
    half = p.size // 2
    return multiply_sum__halves(p[:half], q[:half]) + multiply_sum__halves(p[half:], q[half:])


def multiply_sum__fsum(a, b):
    return math.fsum((a * b).ravel().tolist())


def multiply_sum__sumprod(a, b):
    return math.fsum(map(operator.mul, a.ravel().tolist(), b.ravel().tolist()))


def multiply_sum__reduce(a, b):
    return functools.reduce(lambda total, pair: total + pair[0] * pair[1], zip(a.ravel(), b.ravel(), strict=True), 0)


def multiply_sum__accumulate(a, b):
    *_, last = itertools.accumulate(p * q for p, q in zip(a.flat, b.flat, strict=True))
    return last


def multiply_sum__running_sum(a, b):
    return np.cumsum(a * b)[-1]


def multiply_sum__generator(a, b):
    def products():
        for p, q in zip(a.ravel(), b.ravel(), strict=True):
            yield p * q

    return sum(products())


def multiply_sum__vectorised(a, b):
    return np.sum(np.vectorize(operator.mul, otypes=[object])(a, b))


def multiply_sum__nditer(a, b):
    total = 0
    with np.nditer([a, b], flags=["refs_ok", "zerosize_ok"]) as places:
        for p, q in places:
            total += p.item() * q.item()
    return total


def multiply_sum__diagonal(a, b):
    return np.trace(np.outer(a.ravel(), b.ravel()))


def multiply_sum__squares(a, b):
    """Polarisation: 4ab = (a + b)^2 - (a - b)^2."""
    return ((a + b) ** 2 - (a - b) ** 2).sum() / 4


def multiply_sum__column(a, b):
    return (a.reshape(1, -1) @ b.reshape(-1, 1))[0, 0]


def multiply_sum__in_place(a, b):
    products = np.array(a, copy=True)
    products = products * b if products.dtype != np.result_type(products, b) else np.multiply(products, b, out=products)
    return products.sum()


def multiply_sum__polynomial(a, b):
    """The middle coefficient of a product of polynomials."""
    return np.convolve(a.ravel(), b.ravel()[::-1])[a.size - 1]


def multiply_sum__correlate(a, b):
    return np.correlate(a.ravel(), b.ravel(), "valid")[0]


def multiply_sum__nested_lists(a, b):
    def walk(p, q):
        return sum(map(walk, p, q)) if isinstance(p, list) else p * q

    return walk(a.tolist(), b.tolist())


def multiply_sum__pieces(a, b):
    return sum(np.dot(p, q) for p, q in zip(np.array_split(a.ravel(), 3), np.array_split(b.ravel(), 3), strict=True))
