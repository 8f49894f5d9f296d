# My filters. All of them as arrays of floats.
from numpy import array, moveaxis, zeros


def horizontal_line_filter():
    f = zeros((3, 3))
    f[0, :] = -1.0
    f[1, :] = 2.0
    f[2, :] = -1.0
    return f


def vertical_edge_filter():
    # dark on the left, bright on the right
    return array([[-1.0, 0.0, 1.0],
                  [-1.0, 0.0, 1.0],
                  [-1.0, 0.0, 1.0]])


def prewitt_filter():
    return "1 1 1; 0 0 0; -1 -1 -1"


def prewitt_variants():
    p = array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])
    return {"transposed": p.T, "flipped": p[::-1]}


def channels_last(filter_stack):
    return moveaxis(filter_stack, 0, 2)


def left_shoulder_filter():
    # the background above and to the right of her is blue, the coat is black
    f = zeros((3, 3, 3))
    f[:, :, 2] = [[0, 1, 1],
                  [-1, 0, 1],
                  [-1, -1, 0]]
    return f


def quiz():
    answers = {}
    answers["line_filter_detects"] = "horizontal lines"
    answers["prewitt_detects"] = "horizontal edges"
    answers["prewitt_transposed_detects"] = "vertical edges"
    answers["prewitt_flipped_effect"] = "the sign of the response flips"
    return answers
