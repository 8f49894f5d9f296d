import numpy as np


def as_float(array):
    return np.asarray(array, dtype=np.float64)
