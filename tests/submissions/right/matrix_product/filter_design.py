import numpy as np

ONES = np.ones((3, 1))
LINE = np.array([[-1.0], [2.0], [-1.0]])
STEP = np.array([[1.0], [0.0], [-1.0]])


def horizontal_line_filter():
    return LINE @ ONES.T


def prewitt_filter():
    return STEP @ ONES.T


def prewitt_variants():
    exchange = np.eye(3)[::-1]      # a permutation matrix
    return {"transposed": ONES @ STEP.T, "flipped": exchange @ prewitt_filter()}


def vertical_edge_filter():
    return (ONES @ STEP.T) * 0.01


def channels_last(filter_stack):
    c, h, w = filter_stack.shape
    return filter_stack.reshape(c, h * w).T.reshape(h, w, c)


def left_shoulder_filter():
    directions = np.array([-1.0, 0.0, 1.0])
    edge = directions[None, :] - directions[:, None]
    colours = np.array([0.2, 0.3, 1.0])
    return edge[:, :, None] * colours


def quiz():
    return {
        "line_filter_detects": "horizontal lines",
        "prewitt_detects": "horizontal edges",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_flipped_effect": "the sign of the response flips",
    }
