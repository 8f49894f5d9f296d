# Übung 3 - Jürgen Müller
import numpy as np

EINSEN = np.ones(3)


def horizontal_line_filter():
    return np.outer([-1, 2, -1], EINSEN)


def vertical_edge_filter():
    return np.array([[-1, 1]])


def prewitt_filter():
    return np.outer([1, 0, -1], EINSEN)


def prewitt_variants():
    return {"transposed": np.outer(EINSEN, [1, 0, -1]), "flipped": np.flipud(prewitt_filter())}


def channels_last(filter_stack):
    return np.moveaxis(filter_stack, 0, -1)


def left_shoulder_filter():
    # Blau minus Rot: nur was wirklich blau ist, zählt
    kante = np.outer([1, 0, -1], EINSEN)
    return np.dstack([-0.5 * kante, 0 * kante, kante])


def quiz():
    return dict(
        line_filter_detects="horizontal lines",
        prewitt_detects="horizontal edges",
        prewitt_transposed_detects="vertical edges",
        prewitt_flipped_effect="the sign of the response flips",
    )
