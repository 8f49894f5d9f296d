# without numpy


def flatten(x):
    if isinstance(x, list):
        return [number for part in x for number in flatten(part)]
    return [x]


def multiply_sum(a, b):
    if tuple(a.shape) != tuple(b.shape):
        raise ValueError("different shapes")
    result = 0.0
    for x, y in zip(flatten(a.tolist()), flatten(b.tolist())):
        result += float(x) * float(y)
    return result
