import numpy as np

def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("unequal shapes")
    a = a.astype(float)
    b = a.astype(float)
    return np.sum(a * b)
