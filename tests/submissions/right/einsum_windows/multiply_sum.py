import numpy as np


def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("shapes differ: " + repr(a.shape) + " " + repr(b.shape))
    letters = "abcd"[: a.ndim]
    return np.einsum(f"{letters},{letters}->", a.astype("f8"), b.astype("f8"))
