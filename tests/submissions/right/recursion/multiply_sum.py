import numpy as np


def multiply_sum(a, b):
    if np.shape(a) != np.shape(b):
        raise ValueError("shapes are different")
    if np.ndim(a) == 0:
        return float(a) * float(b)
    return sum(multiply_sum(x, y) for x, y in zip(a, b))
