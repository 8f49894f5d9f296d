import numpy as np


def horizontal_line_filter():
    return np.array([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]])


def vertical_edge_filter():
    # Laplace finds all edges, so it finds the vertical ones too
    return np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])


def prewitt_filter():
    return np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])


def prewitt_variants():
    p = prewitt_filter()
    return {"transposed": p.transpose(), "flipped": p[::-1, :]}


def channels_last(filter_stack):
    return np.moveaxis(filter_stack, 0, -1)


def left_shoulder_filter():
    edge = np.array([[0, 1, 1], [-1, 0, 1], [-1, -1, 0]])
    return np.stack([0 * edge, 0 * edge, edge], axis=-1)


def quiz():
    return {
        "line_filter_detects": "horizontal lines",
        "prewitt_detects": "horizontal edges",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_flipped_effect": "the edges rotate",
    }
