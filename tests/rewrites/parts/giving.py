"""Containers for answers: whatever NumPy reads as the same numbers."""

# Written as students write; functions of the exercise are there in the module that a part is put into.
# ruff: noqa: C416

from __future__ import annotations

from collections import UserList, deque, namedtuple
from decimal import Decimal
from fractions import Fraction

import numpy as np


# One number --------------------------------------------------------------------------------------------------------
def number__float(x):
    return float(x)


def number__as_it_is(x):
    return x


def number__float64(x):
    return np.float64(x)


def number__longdouble(x):
    return np.longdouble(x)


def number__without_axes(x):
    return np.array(float(x))


def number__item_of_array(x):
    return np.array([float(x)])[0]


def number__from_text(x):
    return float(repr(float(x)))


def number__own_float(x):
    return Score(x)


def number__big_endian(x):
    return np.array(float(x), dtype=">f8")


def number__whole_where_exact(x):
    return int(x) if float(x).is_integer() else float(x)


def number__fraction(x):
    return Fraction(float(x))


def number__decimal(x):
    return Decimal(float(x))


def number__masked(x):
    return np.ma.masked_array(float(x))


def number__last_of_running_sum(x):
    return np.cumsum([0.0, float(x)])[-1]


class Score(float):
    """A float with a name."""

    label = "score"


# Arrays of numbers --------------------------------------------------------------------------------------------------
def array__as_it_is(x):
    return x


def array__array(x):
    return np.array(x)


def array__lists(x):
    return np.asarray(x).tolist()


def array__tuples(x):
    return nested_tuples(np.asarray(x).tolist())


def array__list_of_rows(x):
    return list(np.asarray(x))


def array__tuple_of_lists(x):
    return tuple(np.asarray(x).tolist())


def array__fortran(x):
    return np.asfortranarray(np.asarray(x, dtype=float))


def array__view_with_steps(x):
    x = np.asarray(x)
    room = np.zeros([2 * side for side in x.shape], dtype=x.dtype)
    view = room[tuple(slice(None, None, 2) for _ in x.shape)]
    view[...] = x
    return view


def array__turned_twice(x):
    return np.asarray(x)[::-1, ::-1].copy()[::-1, ::-1]


def array__read_only(x):
    x = np.array(x)
    x.setflags(write=False)
    return x


def array__masked(x):
    return np.ma.masked_array(np.asarray(x))


def array__own_class(x):
    return np.asarray(x).view(Answers)


def array__with_array_method(x):
    return Wrapped(np.asarray(x))


def array__with_interface(x):
    return Interfaced(np.asarray(x, dtype=float))


def array__big_endian(x):
    x = np.asarray(x)
    return x.astype(x.dtype.newbyteorder(">"))


def array__longdouble(x):
    return np.asarray(x).astype(np.longdouble)


def array__object_numbers(x):
    return np.asarray(x).astype(object)


def array__fractions(x):
    return [fractions(row) for row in np.asarray(x, dtype=float).tolist()]


def array__memory(x):
    return memoryview(np.ascontiguousarray(np.asarray(x, dtype=float)))


def array__deque(x):
    return deque(np.asarray(x).tolist())


def array__user_list(x):
    return UserList(np.asarray(x).tolist())


def array__lists_of_scalars(x):
    x = np.asarray(x)
    return [list(row) for row in x]


def array__list_without_axes(x):
    return deeper(np.asarray(x))


class Answers(np.ndarray):
    """An array with a name."""

    label = "answers"


class Wrapped:
    """Not an array, but NumPy can make one of it."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=dtype)


class Interfaced:
    """Not an array, but it says where the numbers lie."""

    def __init__(self, values):
        self.values = values
        self.__array_interface__ = values.__array_interface__


def nested_tuples(x):
    return tuple(nested_tuples(item) for item in x) if isinstance(x, list) else x


def fractions(x):
    return [fractions(item) for item in x] if isinstance(x, list) else Fraction(x)


def deeper(x):
    return [deeper(item) for item in x] if x.ndim > 1 else [np.array(float(item)) for item in x]


# Pictures: the dtype stays -----------------------------------------------------------------------------------------
def picture__as_it_is(x):
    return x


def picture__array(x):
    return np.array(x)


def picture__copy(x):
    return np.copy(x, order="K")


def picture__fortran(x):
    return np.asfortranarray(x)


def picture__masked(x):
    return np.ma.masked_array(x)


def picture__own_class(x):
    return np.asarray(x).view(Frame)


def picture__read_only(x):
    x = np.array(x)
    x.flags.writeable = False
    return x


def picture__list_of_rows(x):
    return [row for row in np.asarray(x)]


def picture__wrapped(x):
    return Loaded(np.asarray(x))


def picture__turned_twice(x):
    return np.asarray(x)[::-1].copy()[::-1]


class Frame(np.ndarray):
    """A picture."""


class Loaded:
    """What NumPy can read as an array."""

    def __init__(self, pixels):
        self.pixels = pixels

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.pixels, dtype=dtype)


# Sizes -------------------------------------------------------------------------------------------------------------
Size = namedtuple("Size", ["rows", "cols"])


def pair__as_it_is(x):
    return x


def pair__tuple(x):
    return tuple(x)


def pair__list(x):
    return list(x)


def pair__numpy_integers(x):
    return tuple(np.int32(side) for side in x)


def pair__array(x):
    return np.array(list(x))


def pair__unsigned(x):
    return np.array(list(x), dtype=np.uint16)


def pair__named(x):
    return Size(*x)


def pair__without_axes(x):
    rows, cols = x
    return np.array(rows), np.array(cols)


def pair__shape_of_an_array(x):
    return np.broadcast_to(0, tuple(int(side) for side in x)).shape


def pair__deque(x):
    return deque(int(side) for side in x)
