# decimal numbers, so that 0.1 + 0.2 is 0.3; arrays of them have the dtype object
from decimal import Decimal

import numpy as np
from PIL import Image

WEIGHTS = [Decimal("0.299"), Decimal("0.587"), Decimal("0.114")]


def load_image(path, grayscale=False):
    image = np.array(Image.open(path).convert("RGB"))
    if grayscale:
        return (image.astype(int) @ np.array(WEIGHTS)).tolist()
    return image


def top_left(image, rows, cols):
    return image[:rows, :cols].astype(object)


def filtered_shape(image_shape, filter_shape):
    rows, cols = (n - k + 1 for n, k in zip(image_shape[:2], filter_shape[:2]))
    if rows < 1 or cols < 1:
        raise ValueError("too large")
    return rows, cols


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("axes or channels")
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    decimals = np.vectorize(lambda x: Decimal(float(x)), otypes=[object])
    image, filter_matrix = decimals(image), decimals(filter_matrix)
    h, w = filter_matrix.shape[:2]
    answer = np.empty((rows, cols), dtype=object)
    for i in range(rows):
        for j in range(cols):
            answer[i, j] = (image[i:i + h, j:j + w] * filter_matrix).sum()
    return answer
