import numpy as np

def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("wrong shapes")
    result = np.sum(a.astype(float) * b.astype(float))
    print("The result is", result)
