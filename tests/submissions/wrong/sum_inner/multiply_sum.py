import numpy as np


def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError
    return float(np.sum(np.inner(a.astype(np.float64), b.astype(np.float64))))
