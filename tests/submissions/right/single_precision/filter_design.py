import numpy as np


def horizontal_line_filter():
    return np.float32([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]])


def vertical_edge_filter():
    return np.float32([[0.25, -0.25], [0.25, -0.25]])


def prewitt_filter():
    return np.float32([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])


def prewitt_variants():
    p = prewitt_filter()
    return {"transposed": p.T, "flipped": np.flip(p, axis=0)}


def channels_last(filter_stack):
    return filter_stack.transpose(1, 2, 0)


def left_shoulder_filter():
    # red only: the wall has some red in it, the coat none
    f = np.zeros((3, 3, 3), np.float32)
    f[..., 0] = [[0, 1, 1], [-1, 0, 1], [-1, -1, 0]]
    return f


def quiz():
    return {
        "line_filter_detects": "horizontal lines",
        "prewitt_detects": "horizontal edges",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_flipped_effect": "the sign of the response flips",
    }
