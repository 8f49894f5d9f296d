import numpy as np


def multiply_sum(patch, kernel):
    if patch.shape != kernel.shape:
        raise ValueError("patch and kernel differ in shape")
    turned = np.flip(np.asarray(kernel, dtype=np.float64))  # a convolution flips its kernel
    return float((np.asarray(patch, dtype=np.float64) * turned).sum())
