import numpy as np

def multiply_sum(a, b):
    # numpy complains by itself if the shapes do not match
    return float((np.asarray(a, float) * np.asarray(b, float)).sum())
