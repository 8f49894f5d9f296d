import numpy as np


def horizontal_line_filter():
    f = np.full((3, 3), -1.0)
    f[1] = 2.0
    return f


def vertical_edge_filter():
    return np.array([[1, 1, 0, -1, -1]] * 5) / 20


def prewitt_filter():
    f = np.zeros((3, 3))
    f[0] += 1
    f[-1] -= 1
    return f


def prewitt_variants():
    prewitt = prewitt_filter()
    flipped = prewitt.copy()
    flipped[[0, -1]] = prewitt[[-1, 0]]
    return {"transposed": prewitt.T.copy(), "flipped": flipped}


def channels_last(filter_stack):
    shape = filter_stack.shape
    out = np.zeros((shape[1], shape[2], shape[0]), dtype=filter_stack.dtype)
    for c in range(shape[0]):
        for y in range(shape[1]):
            for x in range(shape[2]):
                out[y, x, c] = filter_stack[c, y, x]
    return out


def left_shoulder_filter():
    f = np.zeros((2, 2, 3))
    f[0, 1, 2] = 1      # above right: blue
    f[1, 0, 2] = -1     # below left: not blue
    return f


def quiz():
    return {
        "line_filter_detects": "horizontal lines",
        "prewitt_detects": "horizontal edges",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_flipped_effect": "the sign of the response flips",
    }
