import numpy as np


def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("shapes differ")
    return (np.asarray(a, float) * np.asarray(b, float)).max()
