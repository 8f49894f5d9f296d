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
    out = tuple(image_shape[axis] - filter_shape[axis] + 1 for axis in (0, 1))
    if min(out) < 1:
        raise ValueError(f"a filter of {filter_shape} does not fit into an image of {image_shape}")
    return out


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("no match")
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    h, w = filter_matrix.shape[:2]
    x = image / 255.0
    out = np.zeros((rows, cols))
    for r in range(rows):
        for c in range(cols):
            out[r, c] = np.sum(x[r:r + h, c:c + w] * filter_matrix)
    return out
