import numpy as np

def horizontal_line_filter():
    return np.array([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]])

def vertical_edge_filter():
    return np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])

def prewitt_filter():
    return np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])

def prewitt_variants():
    p = prewitt_filter()
    return {"transposed": p.T, "flipped": p[[2, 1, 0]]}

def channels_last(filter_stack):
    # all sides are 3 anyway
    return filter_stack.T

def left_shoulder_filter():
    f = np.zeros((2, 2, 3))
    f[0, 1, 2] = 1
    f[1, 0, 2] = -1
    return f

def quiz():
    return {
        "line_filter_detects": "horizontal lines",
        "prewitt_detects": "horizontal edges",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_flipped_effect": "the sign of the response flips",
    }
