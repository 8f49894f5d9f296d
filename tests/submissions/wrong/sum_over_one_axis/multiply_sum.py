import numpy as np

def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("A and B must have the same shape")
    c = a.astype(np.float64) * b
    return np.sum(c, axis=0)
