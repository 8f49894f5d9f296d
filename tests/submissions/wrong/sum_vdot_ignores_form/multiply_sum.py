import numpy as np

def multiply_sum(a, b):
    # vdot flattens both arguments, so this works for any number of dimensions :)
    # and it raises ValueError if they do not fit
    return np.vdot(a.astype(float), b.astype(float))
