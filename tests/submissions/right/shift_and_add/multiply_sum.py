import numpy as np


def multiply_sum(a, b):
    # outermost axis first, until only numbers are left
    if a.shape != b.shape:
        raise ValueError("a has shape %s, b has shape %s" % (a.shape, b.shape))
    total = a.astype(float) * b
    while total.ndim:
        total = np.add.reduce(total)
    return total
