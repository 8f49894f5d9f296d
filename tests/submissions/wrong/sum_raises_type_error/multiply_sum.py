import numpy as np

def multiply_sum(a, b):
    if a.shape != b.shape:
        raise TypeError("a and b must have the same shape")
    return np.einsum("i,i->", a.ravel().astype(float), b.ravel().astype(float))
