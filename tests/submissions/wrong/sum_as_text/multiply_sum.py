import numpy as np

def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("shapes do not fit")
    result = np.sum(a.astype(float) * b.astype(float))
    return "multiply_sum = %.1f" % result
