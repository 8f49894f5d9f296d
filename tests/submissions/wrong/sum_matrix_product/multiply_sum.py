import numpy as np

def multiply_sum(a, b):
    """Multiply two arrays and sum everything up."""
    if a.shape != b.shape:
        raise ValueError("shapes differ")
    product = a.astype(float) @ b.astype(float)   # multiply
    return float(np.sum(product))                 # ... and sum
