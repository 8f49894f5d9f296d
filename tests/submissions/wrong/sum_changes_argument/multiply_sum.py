import numpy as np

def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("Oops! shapes %s %s" % (a.shape, b.shape))
    a = np.asarray(a, dtype=np.float64)
    a *= b                      # saves memory
    return a.sum()
