import numpy as np

def multiply_sum(a, b):
    if np.shape(a) != np.shape(b): raise ValueError(np.shape(a))
    total = 0.0
    for x, y in zip(np.ravel(a).tolist(), np.ravel(b).tolist()):
        total += x + y
    return total
