import imageio.v3 as iio
import numpy as np


def load_image(path, grayscale=False):
    rgb = iio.imread(path).astype(np.float32)
    if grayscale:
        return np.average(rgb, axis=2, weights=[299, 587, 114])
    return rgb.astype(np.uint8)


def top_left(image, rows, cols):
    return image[slice(rows), slice(cols)]


def filtered_shape(image_shape, filter_shape):
    if filter_shape[0] > image_shape[0]:
        raise ValueError("too tall")
    if filter_shape[1] > image_shape[1]:
        raise ValueError("too wide")
    return image_shape[0] - filter_shape[0] + 1, image_shape[1] - filter_shape[1] + 1


def convolve(image, filter_matrix):
    """Single precision in, single precision out; everything else is computed in double precision."""
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("filter and image disagree on channels")
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    single = image.dtype == np.float32 and filter_matrix.dtype == np.float32
    dtype = np.float32 if single else np.float64
    h, w = filter_matrix.shape[:2]
    weights = filter_matrix.astype(dtype)
    out = np.zeros((rows, cols), dtype)
    for i, j in np.ndindex(rows, cols):
        out[i, j] = np.vdot(image[i:i + h, j:j + w].astype(dtype), weights)
    return out
