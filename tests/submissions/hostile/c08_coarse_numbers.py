# /// attack
# does = "returns numbers of so few digits that a tolerance taken from their kind would let anything pass"
# covers = ["C8"]
# points = 4
# ///
import numpy

from mine import honest


def multiply_sum(a, b):
    return numpy.float16(honest(a, b))
