import numpy as np


def horizontal_line_filter():
    return np.array([[-1, 2, -1]] * 3).T


def vertical_edge_filter():
    return np.array([[1], [0], [-1]]).T


def prewitt_filter():
    return np.array([[1, 0, -1]] * 3).T


def prewitt_variants():
    p = prewitt_filter()
    return {"flipped": np.asfortranarray(p[::-1]), "transposed": np.asfortranarray(p.T)}


def channels_last(filter_stack):
    return np.asfortranarray(filter_stack.transpose((1, 2, 0)))


def left_shoulder_filter():
    f = np.zeros((4, 4, 3), order="F")
    for i in range(4):
        for j in range(4):
            if i != j:
                f[i, j, 2] = 1 if j > i else -1
    return f


def quiz():
    return {
        "line_filter_detects": "horizontal lines",
        "prewitt_detects": "horizontal edges",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_flipped_effect": "the sign of the response flips",
    }
