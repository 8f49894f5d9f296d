import numpy as np

def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("shapes")
    return float(np.sum(np.abs(a.astype(float) * b.astype(float))))
