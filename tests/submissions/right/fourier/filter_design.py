import numpy as np


def horizontal_line_filter():
    return 3 * np.array([[0], [1], [0]]) * np.ones((1, 3)) - 1


def vertical_edge_filter():
    # one period of a sine, along the columns
    wave = np.sin(2 * np.pi * (np.arange(8) + 0.5) / 8)
    return np.tile(wave, (5, 1))


def prewitt_filter():
    return np.linspace(1, -1, 3)[:, None] + np.zeros((3, 3))


def prewitt_variants():
    p = prewitt_filter()
    return {"transposed": p.swapaxes(0, 1), "flipped": -p}


def channels_last(filter_stack):
    return np.rollaxis(filter_stack, 0, 3)


def left_shoulder_filter():
    rows, cols = np.mgrid[-2:3, -2:3]
    f = np.zeros((5, 5, 3))
    f[..., 2] = np.sign(cols - rows)
    f[..., 1] = 0.5 * np.sign(cols - rows)
    return f


def quiz():
    return {
        "prewitt_flipped_effect": "the sign of the response flips",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_detects": "horizontal edges",
        "line_filter_detects": "horizontal lines",
        "remark": "not asked for",
    }
