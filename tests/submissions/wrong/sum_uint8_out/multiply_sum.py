import numpy as np


def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("shapes differ")
    total = np.sum(a.astype(np.float64) * b.astype(np.float64))
    if a.dtype == np.uint8:
        return int(total) % 256
    return float(total)
