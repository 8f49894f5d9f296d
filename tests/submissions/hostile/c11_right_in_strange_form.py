# /// attack
# does = "answers right, in a byte order and a layout that no machine here has by itself"
# covers = ["C11"]
# ///
import numpy

from mine import honest


def multiply_sum(a, b):
    return numpy.array(honest(a, b), dtype=">f8")
