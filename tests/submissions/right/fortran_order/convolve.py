"""Columns first inside, rows first outside."""
import numpy as np
from PIL import Image


def load_image(path, grayscale=False):
    rgb = np.asfortranarray(Image.open(path).convert("RGB"))
    if grayscale:
        r, g, b = np.moveaxis(rgb.astype(">f8"), 2, 0)
        return r * 0.299 + g * 0.587 + b * 0.114
    return rgb


def top_left(image, rows, cols):
    return np.asfortranarray(image[:rows, :cols])


def filtered_shape(image_shape, filter_shape):
    shape = (image_shape[0] + 1 - filter_shape[0], image_shape[1] + 1 - filter_shape[1])
    if shape[0] <= 0 or shape[1] <= 0:
        raise ValueError("no room")
    return shape


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("these do not belong together: %s and %s" % (image.shape, filter_matrix.shape))
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    out = np.empty((rows, cols), dtype=">f8", order="F")
    for j in range(cols):
        for i in range(rows):
            patch = image[i:i + filter_matrix.shape[0], j:j + filter_matrix.shape[1]]
            out[i, j] = np.multiply(patch, filter_matrix, dtype=float).sum()
    return out
