import numpy as np

# multiply_sum: the inner function of the convolution
def multiply_sum(A, B):
    A = np.array(A, dtype=float)
    B = np.array(B, dtype=float)
    if A.shape == B.shape:
        C = np.multiply(A, B)
        return C.sum(-1)
    else:
        raise ValueError("can not multiply %s with %s" % (A.shape, B.shape))
