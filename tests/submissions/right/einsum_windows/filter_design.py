import numpy as np


def horizontal_line_filter():
    return np.outer([-1, 2, -1], [1, 1, 1])


def vertical_edge_filter():
    # smooth along the edge, differentiate across it
    return np.outer([1, 4, 6, 4, 1], [-1, -2, 0, 2, 1])


def prewitt_filter():
    return np.outer([1, 0, -1], [1, 1, 1])


def prewitt_variants():
    return {
        "transposed": np.einsum("ij->ji", prewitt_filter()),
        "flipped": np.outer([-1, 0, 1], [1, 1, 1]),
    }


def channels_last(filter_stack):
    return np.einsum("chw->hwc", filter_stack)


def left_shoulder_filter():
    return np.einsum("ij,c->ijc", [[0, 1, 1], [-1, 0, 1], [-1, -1, 0]], [0, 0, 1])


def quiz():
    line, edge = "horizontal lines", "{} edges"
    return {
        "line_filter_detects": line,
        "prewitt_detects": edge.format("horizontal"),
        "prewitt_transposed_detects": edge.format("vertical"),
        "prewitt_flipped_effect": "the sign of the response flips",
    }
