import numpy as np


def multiply_sum(a, b):
    # found this: the trace of the product is the sum of the element wise product
    # (I think one of them has to be transposed but it works for the identity)
    if np.shape(a) != np.shape(b):
        raise ValueError("not the same shape")
    a = np.atleast_2d(np.asarray(a, dtype=float))
    b = np.atleast_2d(np.asarray(b, dtype=float))
    return np.trace(np.dot(a, b))
