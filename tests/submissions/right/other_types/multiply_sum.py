from fractions import Fraction

import numpy as np


def multiply_sum(a, b):
    """Exact with fractions, a NumPy scalar in the end."""
    if a.shape != b.shape:
        raise ValueError("shape")
    exact = sum(Fraction(x) * Fraction(y) for x, y in zip(a.astype(float).ravel().tolist(), b.astype(float).ravel().tolist()))
    return np.longdouble(float(exact))
