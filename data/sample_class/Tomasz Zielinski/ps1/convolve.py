import imageio.v3 as iio
import numpy as np

from multiply_sum import multiply_sum


def load_image(path, grayscale=False):
    if grayscale:
        return iio.imread(path, mode="F")
    return iio.imread(path)


def top_left(image, rows, cols):
    return image[:rows, :cols]


def filtered_shape(image_shape, filter_shape):
    rows = image_shape[0] - filter_shape[0] + 1
    cols = image_shape[1] - filter_shape[1] + 1
    if rows < 1 or cols < 1:
        raise ValueError("filter larger than image")
    return rows, cols


def convolve(image, filter_matrix):
    if image.shape[2:] != filter_matrix.shape[2:] or image.ndim != filter_matrix.ndim:
        raise ValueError("not the same channels")
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    h, w = filter_matrix.shape[0], filter_matrix.shape[1]
    result = np.zeros((rows, cols))
    for i in range(rows):
        for j in range(cols):
            result[i, j] = multiply_sum(image[i:i+h, j:j+w], filter_matrix)
    return result
