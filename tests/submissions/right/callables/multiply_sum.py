from functools import partial

import numpy as np


def _same_shape(a, b):
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    return True


def _combine(reduce, product, a, b):
    return _same_shape(a, b) and reduce(product(a, b))


multiply_sum = partial(_combine, np.sum, lambda a, b: a.astype(float) * b.astype(float))
