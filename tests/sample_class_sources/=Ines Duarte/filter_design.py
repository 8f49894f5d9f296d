import numpy as np


def horizontal_line_filter():
    return np.array([[-1, -1, -1],
                     [ 2,  2,  2],
                     [-1, -1, -1])


def vertical_edge_filter():
    return np.array([[-1, 0, 1]])


def prewitt_filter():
    return np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])


def prewitt_variants():
    return {"transposed": prewitt_filter().T, "flipped": prewitt_filter()[::-1]}
