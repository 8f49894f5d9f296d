import numpy as np


def multiply_sum(a, b):
    """A row times a column: the matrix product that is a sum of products."""
    if a.shape != b.shape:
        raise ValueError("shapes")
    row = np.asarray(a, float).reshape(1, -1)
    column = np.asarray(b, float).reshape(-1, 1)
    return (row @ column).item()
