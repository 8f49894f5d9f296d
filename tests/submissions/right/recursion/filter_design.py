import numpy as np


def horizontal_line_filter():
    return -(prewitt_filter() ** 2) + np.array([[0], [2], [0]])


def prewitt_filter():
    return np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])


def prewitt_variants():
    return {"transposed": np.array([column for column in prewitt_filter().T]), "flipped": prewitt_filter() * -1}


def vertical_edge_filter():
    return prewitt_variants()["transposed"]


def channels_last(filter_stack):
    if filter_stack.shape[0] == 1:
        return filter_stack[0][:, :, np.newaxis]
    return np.concatenate([channels_last(filter_stack[:1]), channels_last(filter_stack[1:])], axis=2)


def left_shoulder_filter():
    f = np.zeros((3, 3, 3))
    f[0, :, 2] = 1
    f[2, :, 2] = -1
    return f


def quiz():
    return {
        "line_filter_detects": "horizontal lines",
        "prewitt_detects": "horizontal edges",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_flipped_effect": "the sign of the response flips",
    }
