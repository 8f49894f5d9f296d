import numpy as np


def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("a and b have to be of one shape")
    products = np.multiply(a, b, dtype=float)
    while products.ndim > 1:
        products = products.sum(axis=0)
    return products
