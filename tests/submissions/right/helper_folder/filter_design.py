from helpers.stencils import *
from helpers.stencils import column_stencil, row_stencil

import numpy as np


def horizontal_line_filter():
    return row_stencil(-1, 2, -1)


def vertical_edge_filter():
    return column_stencil(2, 1, 0, -1, -2)


def prewitt_filter():
    return row_stencil(1, 0, -1)


def prewitt_variants():
    return {"transposed": column_stencil(1, 0, -1), "flipped": row_stencil(-1, 0, 1)}


def left_shoulder_filter():
    blue = row_stencil(2, 1, 0, -1, -2)
    return np.stack([blue * 0, blue * 0.1, blue], axis=-1)


def quiz():
    return {
        "line_filter_detects": "horizontal lines",
        "prewitt_detects": "horizontal edges",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_flipped_effect": "the sign of the response flips",
    }
