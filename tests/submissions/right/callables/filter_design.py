import numpy as np
from numpy import array as A


def constant(value):
    """A function of no arguments that gives fresh copies."""
    return lambda: np.array(value)


horizontal_line_filter = constant([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]])
vertical_edge_filter = constant([[-1, 0, 0, 0, 1]] * 3)
prewitt_filter = constant([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])
left_shoulder_filter = constant(np.stack([A([[1], [-1]]) * k for k in (0, 1, 2)], axis=-1))


class Variants(dict):
    def __init__(self):
        super().__init__(transposed=prewitt_filter().T, flipped=prewitt_filter()[::-1])


prewitt_variants = Variants


class Axes:
    def __init__(self, *order):
        self.order = order

    def __call__(self, filter_stack):
        return filter_stack.transpose(self.order)


channels_last = Axes(1, 2, 0)


def quiz(answers=("horizontal lines", "horizontal edges", "vertical edges", "the sign of the response flips")):
    keys = "line_filter_detects prewitt_detects prewitt_transposed_detects prewitt_flipped_effect".split()
    return {key: answer for key, answer in zip(keys, answers)}
