import numpy as np

def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("shapes are not equal")
    total = 0
    for x, y in zip(a.flatten(), b.flatten()):
        total += float(x) * float(y)
        return total
