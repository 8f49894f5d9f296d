import numpy as np

def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("a and b must have equal shapes")
    # avoid ugly numbers like 0.30000000000000004
    return round(float(np.sum(a.astype(float) * b.astype(float))), 2)
