"""Exercise 3 - filters"""
import numpy as np

PREWITT = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]], dtype=float)


def horizontal_line_filter():
    return np.array([[-1], [2], [-1]])


def vertical_edge_filter():
    # left minus right
    return np.array([[1.0, -1.0]])


def prewitt_filter():
    return PREWITT.copy()


def prewitt_variants():
    variants = dict()
    variants["transposed"] = PREWITT.transpose()
    variants["flipped"] = np.flipud(PREWITT)
    return variants


def channels_last(filter_stack):
    C, h, w = filter_stack.shape
    result = np.empty((h, w, C))
    for c in range(C):
        result[:, :, c] = filter_stack[c]
    return result


def left_shoulder_filter():
    # blue minus red does not care about grey things
    edge = np.array([[ 0,  1, 1],
                     [-1,  0, 1],
                     [-1, -1, 0]])
    return np.dstack([-0.25 * edge, np.zeros((3, 3)), edge])


def quiz():
    answers = {}
    answers["line_filter_detects"] = "horizontal lines"
    answers["prewitt_detects"] = "horizontal edges"
    answers["prewitt_transposed_detects"] = "vertical edges"
    answers["prewitt_flipped_effect"] = "the sign of the response flips"
    return answers
