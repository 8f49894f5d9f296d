import numpy as np


def multiply_sum(a, b):
    a = np.array(a, dtype=float, order="F")
    b = np.array(b, dtype=float, order="F")
    if a.shape != b.shape:
        raise ValueError("shapes are not equal")
    return np.inner(a.ravel(order="F"), b.ravel(order="F"))
