import numpy as np

def multiply_sum(a, b):
    """returns the sum of the products"""
    if a.shape != b.shape:
        raise ValueError("not equal")
    return int(np.sum(a.astype(float) * b.astype(float)))
