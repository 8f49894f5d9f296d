from decimal import Decimal
from fractions import Fraction

import numpy as np

THIRD = Fraction(1, 3)


def horizontal_line_filter():
    return np.array([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]], dtype=object)


def vertical_edge_filter():
    return [[-THIRD, -THIRD, 2 * THIRD]] * 3


def prewitt_filter():
    one, zero = Fraction(1), Fraction(0)
    return [[one] * 3, [zero] * 3, [-one] * 3]


def prewitt_variants():
    p = np.array(prewitt_filter())
    return {"transposed": p.T, "flipped": p[::-1]}


def channels_last(filter_stack):
    return np.moveaxis(filter_stack.astype(object), 0, -1)


def left_shoulder_filter():
    blue, red = Decimal("0.7"), Decimal("0.3")
    sky, coat = (red, Decimal(0), blue), (-red, Decimal(0), -blue)
    return [[sky, sky], [coat, sky], [coat, coat]]


def quiz():
    return {
        "line_filter_detects": "horizontal lines",
        "prewitt_detects": "horizontal edges",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_flipped_effect": "the sign of the response flips",
    }
