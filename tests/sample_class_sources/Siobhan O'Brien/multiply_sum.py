import numpy as np

def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("shapes %s and %s" % (a.shape, b.shape))
    return np.sum(a.astype(float) * b)
