import numpy as np
from PIL import Image


def load_image(path, grayscale=False):
    image = np.array(Image.open(path))
    if grayscale:
        return image.mean(axis=2)
    return image


def top_left(image, rows, cols):
    return image[:rows, :cols]


def filtered_shape(image_shape, filter_shape):
    rows, cols = image_shape[0] - filter_shape[0] + 1, image_shape[1] - filter_shape[1] + 1
    if rows < 1 or cols < 1:
        raise ValueError("the filter is too large")
    return rows, cols


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("dimensions")
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    h, w = filter_matrix.shape[:2]
    filtered = np.zeros((rows, cols) + image.shape[2:])
    for i in range(rows):
        for j in range(cols):
            # sum over the rows and columns of the patch
            filtered[i, j] = (image[i:i+h, j:j+w] * filter_matrix.astype(float)).sum(axis=(0, 1))
    return filtered
