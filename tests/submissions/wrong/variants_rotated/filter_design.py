import numpy as np
# all my filters are lists first, np.array makes arrays of them


def horizontal_line_filter():
    line = [[-1.0, -1.0, -1.0], [2.0, 2.0, 2.0], [-1.0, -1.0, -1.0]]
    return np.array(line)


def vertical_edge_filter():
    edge = [[-1, 1],
            [-1, 1]]
    return np.array(edge)


def prewitt_filter():
    p = [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]
    return np.array(p)


def prewitt_variants():
    p = prewitt_filter()
    turned = np.rot90(p, -1)
    swapped = p[[2, 1, 0]]
    return {"transposed": turned, "flipped": swapped}


def channels_last(filter_stack):
    return np.stack([channel for channel in filter_stack], axis=-1)


def left_shoulder_filter():
    blue = [[-1, 0, 1],
            [-1, 0, 1],
            [-1, 0, 1]]
    nothing = np.zeros((3, 3))
    return np.stack([nothing, nothing, np.array(blue)], axis=2)


def quiz():
    return dict(line_filter_detects="horizontal lines",
                prewitt_detects="horizontal edges",
                prewitt_transposed_detects="vertical edges",
                prewitt_flipped_effect="the sign of the response flips")
