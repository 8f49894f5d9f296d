import numpy as np


def multiply_sum(a, b):
    """ sum of the products """
    if a.shape != b.shape:
        raise ValueError("A and B must have the same shape")
    return np.sum(a * b)
