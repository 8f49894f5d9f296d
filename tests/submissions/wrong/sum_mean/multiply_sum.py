import numpy as np

def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("need same shape")
    return np.mean(a.astype(float) * b.astype(float))
