import numpy as np


def multiply_sum(a, b):
    if np.shape(a) != np.shape(b):
        raise ValueError("the arrays need the same shape, got %s and %s" % (np.shape(a), np.shape(b)))
    return float(np.sum(np.asarray(a, dtype=np.float64) * np.asarray(b, dtype=np.float64)))
