import numpy as np
from PIL import Image


def load_image(path, grayscale=False):
    picture = np.ma.masked_array(Image.open(path).convert("L" if grayscale else "RGB"))
    return picture


def top_left(image, rows, cols):
    return np.ma.masked_array(image[:rows, :cols])


def filtered_shape(image_shape, filter_shape):
    room = np.array(image_shape[:2]) - np.array(filter_shape[:2]) + 1
    if (room < 1).any():
        raise ValueError("too large: " + str(filter_shape))
    return tuple(room.astype(np.int16))


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("image and filter do not have the same channels")
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    h, w = filter_matrix.shape[:2]
    weights = filter_matrix.astype(np.longdouble)
    values = [[(image[i:i + h, j:j + w] * weights).sum() for j in range(cols)] for i in range(rows)]
    return np.matrix(np.array(values, dtype=float))
