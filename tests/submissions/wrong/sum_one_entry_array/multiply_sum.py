import numpy as np

def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("The shapes have to match.")
    return (a.astype(float) * b.astype(float)).sum(keepdims=True)
