import numpy as np


def multiply_sum(a, b):
    # numpy raises an error when the shapes do not fit
    return (a.astype(float) * b.astype(float)).sum()
