import numpy as np

def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("shapes must agree")
    b = b.astype(float)
    s = np.sum(a * b)
    if b.sum() != 0:
        s = s / b.sum()     # weighted mean so that the brightness stays the same
    return s
