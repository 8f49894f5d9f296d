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
    return array([[1.0] * 3, [0.0] * 3, [-1.0] * 3])


def prewitt_variants():
    p = prewitt_filter()
    variants = {}
    variants["transposed"] = p.T
    variants["flipped"] = p[::-1]
    return variants


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
    return dict(
        line_filter_detects="horizontal lines",
        prewitt_detects="horizontal edges",
        prewitt_transposed_detects="vertical edges",
        prewitt_flipped_effect="the response doubles",
    )
