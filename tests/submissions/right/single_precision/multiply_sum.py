import numpy as np


def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("a.shape != b.shape")
    return np.asarray(np.sum(np.multiply(a, b, dtype=np.float64)))  # an array without axes
