import numpy as np

def multiply_sum(image_patch, filter_matrix):
    if image_patch.shape != filter_matrix.shape:
        raise ValueError("patch and filter need the same shape")
    product = image_patch * filter_matrix
    product = product.astype(np.float64)   # so that nothing overflows
    total = 0.0
    for value in product.flatten():
        total += value
    return total
