import numpy as np

def multiply_sum(a, b):
    if a.shape == b.shape:
        return float(np.sum(np.float64(a) * np.float64(b)))
    raise ValueError("shapes differ")
