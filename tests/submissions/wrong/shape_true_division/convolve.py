import imageio.v3 as iio
import numpy as np


def load_image(path, grayscale=False):
    """Reads a picture, either in colour or as luminance."""
    rgb = iio.imread(path)[:, :, :3]
    if not grayscale:
        return rgb
    return rgb @ np.array([0.299, 0.587, 0.114])


def top_left(image, rows, cols):
    return image[:rows, :cols]


def filtered_shape(image_shape, filter_shape):
    stride = 1
    rows = (image_shape[0] - filter_shape[0]) / stride + 1
    cols = (image_shape[1] - filter_shape[1]) / stride + 1
    if rows < 1 or cols < 1:
        raise ValueError("filter too large")
    return rows, cols


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("do not go together")
    rows, cols = map(int, filtered_shape(image.shape, filter_matrix.shape))
    h, w = filter_matrix.shape[:2]
    return np.array([[(image[r:r + h, c:c + w] * filter_matrix.astype(float)).sum() for c in range(cols)] for r in range(rows)])
