import numpy as np

DEBUG = True


def multiply_sum(a, b):
    if DEBUG:
        print("multiply_sum: a has shape", a.shape, "and type", a.dtype)
        print("multiply_sum: b has shape", b.shape, "and type", b.dtype)
    if a.shape != b.shape:
        raise ValueError("shape error")
    products = a.astype(float) * b.astype(float)
    if DEBUG:
        print("products:")
        print(products)
    return products.sum()


print("-" * 60)
print("testing multiply_sum:", multiply_sum(np.array([[1, 2], [3, 4]]), np.array([[5, 6], [7, 8]])), "(70 is right)")
print("-" * 60)
