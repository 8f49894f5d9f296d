import numpy as np

def multiply_sum(a, b):
    assert a.shape == b.shape, "same shape please"
    return np.sum(np.float64(a) * np.float64(b))
