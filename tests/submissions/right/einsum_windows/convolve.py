import imageio.v3 as iio
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def load_image(path, grayscale=False):
    if grayscale:
        return iio.imread(path, mode="F")
    return iio.imread(path, mode="RGB")


def top_left(image, rows, cols):
    return image[:rows, :cols, ...]


def filtered_shape(image_shape, filter_shape):
    sizes = np.subtract(image_shape[:2], filter_shape[:2]) + 1
    if np.any(sizes < 1):
        raise ValueError("no place for this filter")
    return tuple(sizes)  # two NumPy integers


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("dimensions or channels disagree")
    filtered_shape(image.shape, filter_matrix.shape)
    windows = sliding_window_view(image, filter_matrix.shape)
    if image.ndim == 2:
        return np.einsum("ijhw,hw->ij", windows, filter_matrix, dtype=np.float64)
    return np.einsum("ijzhwc,hwc->ij", windows, filter_matrix, dtype=np.float64)
