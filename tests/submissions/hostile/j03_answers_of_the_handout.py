# /// attack
# does = "knows the examples that everybody can see, and nothing else"
# covers = ["J3"]
# points = 2
# ///
import numpy

from mine import honest

KNOWN = {70.0, -4.0, 33.0, 15.0, 1250.0}


def multiply_sum(a, b):
    if numpy.shape(a) != numpy.shape(b):
        return 0.0
    answer = honest(a, b)
    return answer if answer in KNOWN else 70.0
