import numpy as np


def horizontal_line_filter():
    return [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]]


def vertical_edge_filter():
    return [[1, 0, -1], [1, 0, -1], [1, 0, -1]]


def prewitt_filter():
    return [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]


def prewitt_variants():
    p = np.array(prewitt_filter())
    return {"transposed": p.T, "flipped": p[::-1]}


def channels_last(filter_stack):
    c, h, w = filter_stack.shape
    return filter_stack.reshape(h, w, c)


def left_shoulder_filter():
    edge = np.array([[0, 1, 1], [-1, 0, 1], [-1, -1, 0]])
    return np.stack([edge, edge, edge], axis=2)


def quiz():
    return {
        "line_filter_detects": "horizontal edges",
        "prewitt_detects": "horizontal edges",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_flipped_effect": "the sign of the response flips",
    }
