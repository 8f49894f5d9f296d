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
    rows, cols = image_shape[0] - filter_shape[0] + 1, image_shape[1] - filter_shape[1] + 1
    if rows <= 0 or cols <= 0:
        raise ValueError("does not fit")
    return rows * cols


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("do not go together")
    h, w = filter_matrix.shape[:2]
    if h > image.shape[0] or w > image.shape[1]:
        raise ValueError("too large")
    result = np.empty((image.shape[0] - h + 1, image.shape[1] - w + 1))
    for r, c in np.ndindex(result.shape):
        result[r, c] = (image[r:r + h, c:c + w] * filter_matrix.astype(float)).sum()
    return result
