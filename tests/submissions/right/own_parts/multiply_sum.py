import numpy as np


def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError(f"cannot multiply {a.shape} with {b.shape} entry by entry")
    return float(np.sum(a.astype(np.float64) * b.astype(np.float64)))
