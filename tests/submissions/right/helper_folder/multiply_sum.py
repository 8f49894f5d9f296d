from helpers.checks import same_shape
from helpers.numbers import as_float


def multiply_sum(a, b):
    same_shape(a, b)
    return (as_float(a) * as_float(b)).sum()
