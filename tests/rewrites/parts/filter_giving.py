"""Containers for filters of whole numbers, and for dictionaries of them or of words."""

from __future__ import annotations

from collections import OrderedDict
from types import MappingProxyType

import numpy as np


# Filters of whole numbers ------------------------------------------------------------------------------------------
def whole__as_it_is(x):
    return x


def whole__int8(x):
    return np.asarray(x).astype(np.int8)


def whole__float32(x):
    return np.asarray(x).astype("float32")


def whole__half(x):
    return np.asarray(x).astype(np.float16)


def whole__lists(x):
    return np.asarray(x).tolist()


def whole__tuples(x):
    return tuple(tuple(float(item) for item in row) for row in np.asarray(x))


def whole__matrix(x):
    return np.asmatrix(np.asarray(x))


def whole__masked(x):
    return np.ma.array(np.asarray(x), mask=False)


def whole__fortran(x):
    return np.asarray(x, order="F")


def whole__one_more_view(x):
    return np.asarray(x).T.copy().T


def whole__object_numbers(x):
    return np.array(x, dtype=object)


def whole__strings_of_rows(x):
    return [[int(word) for word in " ".join(str(int(i)) for i in row).split()] for row in np.asarray(x)]


# Named things ------------------------------------------------------------------------------------------------------
def variants__as_it_is(x):
    return x


def variants__dict(x):
    return dict(x)


def variants__ordered(x):
    return OrderedDict(sorted(x.items()))


def variants__lists(x):
    return {name: np.asarray(weights).tolist() for name, weights in x.items()}


def variants__tuples(x):
    return {name: tuple(map(tuple, np.asarray(weights).tolist())) for name, weights in x.items()}


def variants__with_more(x):
    return {"original": np.eye(3)} | dict(x)


def variants__subclass(x):
    return Named(x)


def variants__floats(x):
    return {key: np.array(x[key], dtype=np.float32) for key in ("flipped", "transposed")}


def words__as_it_is(x):
    return x


def words__dict(x):
    return {str(key): str(value) for key, value in x.items()}


def words__ordered(x):
    return OrderedDict(x)


def words__numpy_text(x):
    return {key: np.str_(value) for key, value in x.items()}


def words__numpy_keys(x):
    return {np.str_(key): value for key, value in x.items()}


def words__own_text(x):
    return {key: Word(value) for key, value in x.items()}


def words__subclass(x):
    return Named(x)


def words__read_only_and_copied(x):
    return dict(MappingProxyType(dict(x)))


class Named(dict):
    """A dictionary with a name."""


class Word(str):
    """A word."""

    __slots__ = ()
