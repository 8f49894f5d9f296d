import numpy as np


def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("the shapes must be equal")
    return np.einsum("...,...->...", a.astype(float), b.astype(float)).sum()
