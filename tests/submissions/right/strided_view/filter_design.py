import numpy as np


def horizontal_line_filter():
    return np.array([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]], dtype=np.int8)


def vertical_edge_filter():
    """Sobel"""
    return np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=np.int8)


def prewitt_filter():
    return np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]], dtype=np.int8)


def prewitt_variants():
    p = prewitt_filter()
    return {"transposed": p.T, "flipped": p[::-1]}


def channels_last(filter_stack):
    s = filter_stack.strides
    C, h, w = filter_stack.shape
    return np.lib.stride_tricks.as_strided(filter_stack, (h, w, C), (s[1], s[2], s[0]), writeable=False)


def left_shoulder_filter():
    # blue minus red: only things that are really blue count
    edge = np.array([[0, 1, 1], [-1, 0, 1], [-1, -1, 0]])
    f = np.zeros((3, 3, 3), dtype=np.int8)
    f[:, :, 0] = -edge
    f[:, :, 2] = 2 * edge
    return f


def quiz():
    return {
        "line_filter_detects": np.str_("horizontal lines"),
        "prewitt_detects": np.str_("horizontal edges"),
        "prewitt_transposed_detects": np.str_("vertical edges"),
        "prewitt_flipped_effect": np.str_("the sign of the response flips"),
    }
