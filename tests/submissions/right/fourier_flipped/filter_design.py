import numpy as np

horizontal_line_filter = lambda: np.array([[-1.0] * 3, [2.0] * 3, [-1.0] * 3])
vertical_edge_filter = lambda: np.array([[1.0, -1.0]])
prewitt_filter = lambda: np.array([[1] * 3, [0] * 3, [-1] * 3])
prewitt_variants = lambda: {"transposed": np.rot90(prewitt_filter()), "flipped": np.rot90(prewitt_filter(), 2)}
channels_last = lambda filter_stack: np.dstack(list(filter_stack))
left_shoulder_filter = lambda: np.array([[[0, 0, -1], [0, 0, 1]]])
quiz = lambda: dict(zip(
    ("line_filter_detects", "prewitt_detects", "prewitt_transposed_detects", "prewitt_flipped_effect"),
    ("horizontal lines", "horizontal edges", "vertical edges", "the sign of the response flips"),
))
