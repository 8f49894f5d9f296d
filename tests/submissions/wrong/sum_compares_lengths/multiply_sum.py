import numpy as np

def multiply_sum(a, b):
    if len(a) != len(b):
        raise ValueError("the arrays do not have the same length")
    a = a.astype("float64")
    b = b.astype("float64")
    result = np.multiply(a, b)
    while np.ndim(result) > 0:
        result = np.sum(result, axis=0)
    return result
