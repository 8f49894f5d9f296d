"""Containers for what Keras exercises answer."""

from __future__ import annotations

import functools
from collections import OrderedDict

import keras
import numpy as np


def same__as_it_is(x):
    return x


def same__called_model(model):
    return model


def float32__as_it_is(x):
    return x


def float32__array(x):
    return np.array(x, dtype=np.float32)


def float32__tensor(x):
    return keras.ops.convert_to_tensor(np.asarray(x, dtype="float32"))


def float32__lists(x):
    return np.asarray(x).tolist()


def float32__fortran(x):
    return np.asfortranarray(np.asarray(x))


def float32__big_endian(x):
    return np.asarray(x).astype(">f4")


def float32__masked(x):
    return np.ma.masked_array(np.asarray(x))


def tensor__as_it_is(x):
    return x


def tensor__array(x):
    return np.array(x)


def tensor__tensor(x):
    return keras.ops.convert_to_tensor(np.asarray(x, dtype="float32"))


def tensor__variable(x):
    return keras.Variable(np.asarray(x, dtype="float32"))


def tensor__lists(x):
    return np.asarray(x).tolist()


def tensor__list_of_tensors(x):
    return [keras.ops.convert_to_tensor(np.asarray(row, dtype="float32")) for row in np.asarray(x)]


def tensor__double(x):
    return np.asarray(x).astype(np.float64)


def tensor__view_with_steps(x):
    x = np.asarray(x)
    room = np.zeros([2 * side for side in x.shape], dtype=x.dtype)
    view = room[tuple(slice(None, None, 2) for _ in x.shape)]
    view[...] = x
    return view


def labels__as_it_is(x):
    return x


def labels__list(x):
    return [str(label) for label in x]


def labels__tuple(x):
    return tuple(x)


def labels__array(x):
    return np.array(x)


def labels__numpy_text(x):
    return [np.str_(label) for label in x]


def ranking__as_it_is(x):
    return x


def ranking__tuples(x):
    return tuple((str(label), float(p)) for label, p in x)


def ranking__lists(x):
    return [[label, p] for label, p in x]


def ranking__single(x):
    return [(np.str_(label), np.float32(p)) for label, p in x]


def ranking__without_axes(x):
    return [(label, np.array(float(p))) for label, p in x]


def ranking__tensors(x):
    return [(label, keras.ops.convert_to_tensor(float(p), dtype="float32")) for label, p in x]


def ranking__from_a_dictionary(x):
    return [(pair["label"], pair["p"]) for pair in ({"label": label, "p": float(p)} for label, p in x)]


def four__as_it_is(x):
    return x


def four__tuple(x):
    return tuple(x)


def four__list(x):
    return list(x)


def four__fortran(x):
    return tuple(np.asfortranarray(np.asarray(item)) for item in x)


def four__masked(x):
    return tuple(np.ma.masked_array(np.asarray(item)) for item in x)


def prepared__as_it_is(x):
    return x


def prepared__list(x):
    return list(x)


def prepared__tensors(x):
    return tuple(keras.ops.convert_to_tensor(np.asarray(item, dtype="float32")) for item in x)


def prepared__labels_as_lists(x):
    x_train, y_train, x_test, y_test = x
    return x_train, np.asarray(y_train).tolist(), x_test, np.asarray(y_test).tolist()


def prepared__labels_of_bytes(x):
    x_train, y_train, x_test, y_test = x
    return x_train, np.asarray(y_train).astype(np.uint8), x_test, np.asarray(y_test).astype(np.uint8)


def counts__as_it_is(x):
    return x


def counts__integers(x):
    return {key: int(value) for key, value in x.items()}


def counts__numpy(x):
    return {key: np.int64(value) for key, value in x.items()}


def counts__without_axes(x):
    return OrderedDict((key, np.array(int(value))) for key, value in sorted(x.items()))


def counts__with_more(x):
    return {**x, "dense_1_biases": 512}


def augmented__as_it_is(x):
    return x


def augmented__function(x):
    def augment(images, training=True):
        return x(images, training=training)

    return augment


def augmented__lambda(x):
    return lambda images, training: x(images, training=training)


def augmented__partial(x):
    return functools.partial(x)


def augmented__object(x):
    return Augmentation(x)


def augmented__arrays(x):
    return lambda *args, **kwargs: np.asarray(x(*args, **kwargs))


class Augmentation:
    """Calls a function."""

    def __init__(self, function):
        self.function = function

    def __call__(self, images, training=False):
        return self.function(images, training=training)
