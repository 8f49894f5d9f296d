from math import fsum


def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("not alike")
    return fsum(float(x) * float(y) for x, y in zip(a.flat, b.flat, strict=True))
