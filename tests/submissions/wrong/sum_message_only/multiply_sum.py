import numpy as np

def multiply_sum(a, b):
    if a.shape != b.shape:
        print("ValueError: the shapes are different")
        return 0
    else:
        return np.sum(a.astype(float) * b.astype(float))
