from helpers import checks
from helpers.numbers import as_float
from helpers.pictures import read as load_image
from multiply_sum import multiply_sum

import numpy as np

__all__ = ["convolve", "filtered_shape", "load_image", "top_left"]


def top_left(image, rows, cols):
    return image[:rows, :cols]


def filtered_shape(image_shape, filter_shape):
    return checks.fits(image_shape, filter_shape)


def convolve(image, filter_matrix):
    checks.same_channels(image, filter_matrix)
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    result = np.zeros((rows, cols))
    image, filter_matrix = as_float(image), as_float(filter_matrix)
    for r in range(rows):
        for c in range(cols):
            result[r, c] = multiply_sum(image[r:r + len(filter_matrix), c:c + filter_matrix.shape[1]], filter_matrix)
    return result
