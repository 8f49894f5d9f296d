import logging
import sys

import numpy as np

logging.basicConfig(level=logging.DEBUG)
print("importing multiply_sum with Python", sys.version_info[:2])


def multiply_sum(a, b, verbose=True):
    if a.shape != b.shape:
        print("ERROR in multiply_sum!!!", file=sys.stderr)
        raise ValueError("wrong shapes")
    result = np.sum(np.array(a, dtype=float) * np.array(b, dtype=float))
    if verbose:
        print("a =", a)
        print("b =", b)
        logging.info("multiply_sum gives %s", result)
    return result


A = np.array([[1, 2], [3, 4]])
B = np.array([[5, 6], [7, 8]])
print("test:", multiply_sum(A, B), "should be 70")
