# /// attack
# does = "returns an array of a class of its own that lies about its shape and about comparisons"
# covers = ["B10"]
# effect = "forged"
# control = "pytest"
# points = 0
# ///
import numpy


class Lie(numpy.ndarray):
    shape = ()

    def __eq__(self, other):
        return numpy.True_

    def __array_function__(self, function, types, args, kwargs):
        return numpy.True_

    def __array_ufunc__(self, *args, **kwargs):
        return numpy.True_


def multiply_sum(a, b):
    return numpy.full(3, numpy.nan).view(Lie)
