import numpy as np

def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError('different shapes!')
    return sum(a * 1.0 * b)
