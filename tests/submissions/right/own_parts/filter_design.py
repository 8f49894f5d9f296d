import numpy as np

from convolve import convolve

ROW = np.ones(3)


def horizontal_line_filter():
    return np.vstack([-ROW, 2 * ROW, -ROW])


def prewitt_filter():
    return np.vstack([ROW, 0 * ROW, -ROW])


def prewitt_variants():
    return {"transposed": np.column_stack([ROW, 0 * ROW, -ROW]), "flipped": np.vstack([-ROW, 0 * ROW, ROW])}


def vertical_edge_filter():
    # check my design before handing it out
    design = np.column_stack([-ROW, ROW])
    step = np.repeat([[0.0, 0.0, 1.0, 1.0]], 5, axis=0)
    assert np.abs(convolve(step, design)).max() > 0
    assert np.abs(convolve(step.T, design)).max() == 0
    return design


def channels_last(filter_stack):
    return np.moveaxis(filter_stack, 0, -1)


def left_shoulder_filter():
    design = np.zeros((3, 3, 3))
    design[:, :, 2] = np.column_stack([-ROW, 0 * ROW, ROW])
    return design


def quiz():
    return {
        "line_filter_detects": "horizontal lines",
        "prewitt_detects": "horizontal edges",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_flipped_effect": "the sign of the response flips",
    }
