# vim: set fileencoding=cp1252 :
from __future__ import annotations

import numpy as np

# ---- “lines” – and edges


def horizontal_line_filter() -> np.ndarray:
	return np.array([[-1] * 3, [2] * 3, [-1] * 3])


def vertical_edge_filter() -> np.ndarray:
	return np.array([[1, 0, -1], [1, 0, -1]])


def prewitt_filter() -> np.ndarray:
	return np.array([[1] * 3, [0] * 3, [-1] * 3])


def prewitt_variants() -> dict[str, np.ndarray]:
	p = prewitt_filter()
	return {"transposed": p.T, "flipped": p[::-1]}


def channels_last(filter_stack: np.ndarray) -> np.ndarray:
	return filter_stack.transpose(1, 2, 0)


def left_shoulder_filter() -> np.ndarray:
	"""Blue above – black below."""
	f = np.zeros((2, 2, 3))
	f[0, :, 2], f[1, :, 2] = 1, -1
	return f


def quiz() -> dict[str, str]:
	return {
		"line_filter_detects": "horizontal lines",
		"prewitt_detects": "horizontal edges",
		"prewitt_transposed_detects": "vertical edges",
		"prewitt_flipped_effect": "the sign of the response flips",
	}
