"""Exercise 2"""
from __future__ import annotations

import imageio.v3 as iio
import numpy as np

from multiply_sum import multiply_sum


def load_image(path: str, grayscale: bool = False) -> np.ndarray:
    image = iio.imread(path)
    if grayscale:
        return image @ np.array([0.299, 0.587, 0.114])
    return image


def top_left(image: np.ndarray, rows: int, cols: int) -> np.ndarray:
    return np.asarray(image)[:rows, :cols]


def filtered_shape(image_shape: tuple[int, ...], filter_shape: tuple[int, ...]) -> tuple[int, int]:
    height, width = image_shape[:2]
    h, w = filter_shape[:2]
    if h > height or w > width:
        raise ValueError(f"A filter of {h} x {w} does not fit into an image of {height} x {width}.")
    return height - h + 1, width - w + 1


def convolve(image: np.ndarray, filter_matrix: np.ndarray) -> np.ndarray:
    image, filter_matrix = np.asarray(image), np.asarray(filter_matrix)
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError(f"Channels disagree. Received: {image.shape} and {filter_matrix.shape}.")
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    h, w = filter_matrix.shape[:2]
    answers = np.empty((rows, cols))
    for row in range(rows):
        for col in range(cols):
            answers[row, col] = multiply_sum(image[row:row + h, col:col + w], filter_matrix)
    return answers
