# /// attack
# does = "returns an object that is equal to everything, close to everything and larger than everything"
# covers = ["B9"]
# effect = "forged"
# control = "pytest"
# points = 0
# ///
import numpy


class Equal:
    def __eq__(self, other):
        return True

    def __array__(self, *args, **kwargs):
        return numpy.array(numpy.nan)

    def __array_function__(self, function, types, args, kwargs):
        return True

    def __array_ufunc__(self, *args, **kwargs):
        return numpy.True_


def multiply_sum(a, b):
    if numpy.shape(a) != numpy.shape(b):
        raise ValueError
    return Equal()
