def multiply_sum(a, b):
    assert_shape(a, b)
    for x, y in zip(a.ravel(), b.ravel()):
        total = 0.0
        total += float(x) * float(y)
    return total


def assert_shape(a, b):
    if a.shape != b.shape:
        raise ValueError("different shapes")
