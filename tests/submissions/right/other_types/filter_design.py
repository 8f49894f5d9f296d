import numpy as np


def horizontal_line_filter():
    return np.matrix("-1 -1 -1; 2 2 2; -1 -1 -1")


def vertical_edge_filter():
    return np.matrix("1 0 -1; 1 0 -1")


def prewitt_filter():
    return np.ma.masked_array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])


def prewitt_variants():
    p = np.matrix("1 1 1; 0 0 0; -1 -1 -1")
    return {"transposed": p.T, "flipped": p[::-1]}


def channels_last(filter_stack):
    return np.ma.masked_array(np.moveaxis(filter_stack, 0, -1))


def left_shoulder_filter():
    f = np.zeros((3, 3, 3), dtype=np.float16)
    f[0, 1:, 2] = 1
    f[1:, 0, 2] = -1
    f[0, 1:, 0] = -0.5
    f[1:, 0, 0] = 0.5
    return f


def quiz():
    from collections import OrderedDict
    return OrderedDict([
        ("line_filter_detects", "horizontal lines"),
        ("prewitt_detects", "horizontal edges"),
        ("prewitt_transposed_detects", "vertical edges"),
        ("prewitt_flipped_effect", "the sign of the response flips"),
    ])
