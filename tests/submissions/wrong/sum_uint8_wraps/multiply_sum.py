import numpy as np


def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError(f"shape {a.shape} is not shape {b.shape}")
    return np.sum(a * b)
