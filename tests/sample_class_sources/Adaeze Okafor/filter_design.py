"""Exercise 3"""
from __future__ import annotations

import numpy as np


def horizontal_line_filter() -> np.ndarray:
    return np.array([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]])


def vertical_edge_filter() -> np.ndarray:
    # each row sums to 0, so nothing that is the same from left to right gets an answer
    return np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])


def prewitt_filter() -> np.ndarray:
    return np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])


def prewitt_variants() -> dict[str, np.ndarray]:
    prewitt = prewitt_filter()
    return {"transposed": prewitt.T, "flipped": prewitt[::-1]}


def channels_last(filter_stack: np.ndarray) -> np.ndarray:
    return np.transpose(filter_stack, (1, 2, 0))


def left_shoulder_filter() -> np.ndarray:
    # background above and to the right: blue counts for, and against on the coat
    weights = np.zeros((3, 3, 3))
    weights[:, :, 2] = [[0, 1, 1], [-1, 0, 1], [-1, -1, 0]]
    return weights


def quiz() -> dict[str, str]:
    return {
        "line_filter_detects": "horizontal lines",
        "prewitt_detects": "horizontal edges",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_flipped_effect": "the sign of the response flips",
    }
