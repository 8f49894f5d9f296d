import numpy as np


def multiply_sum(a, b):
    if a.size != b.size:
        raise ValueError("sizes differ")
    return float(np.dot(a.astype(float).ravel(), b.astype(float).ravel()))
