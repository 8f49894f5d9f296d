import imageio.v3 as iio
import numpy as np


def load_image(path, grayscale=False):
    with open(path, "rb"):
        picture = iio.imread(path)[..., :3]
    if grayscale:
        return picture @ [0.2126, 0.7152, 0.0722]
    return picture


def top_left(image, rows, cols):
    return image[:rows, :cols]


def filtered_shape(image_shape, filter_shape):
    out = tuple(image_shape[axis] - filter_shape[axis] + 1 for axis in (0, 1))
    if min(out) < 1:
        raise ValueError(f"a filter of {filter_shape} does not fit into an image of {image_shape}")
    return out


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError(f"image {image.shape} and filter {filter_matrix.shape} do not go together")
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    h, w = filter_matrix.shape[:2]
    weights = filter_matrix.astype(float)
    result = np.empty((rows, cols))
    for r in range(rows):
        for c in range(cols):
            result[r, c] = (image[r:r + h, c:c + w] * weights).sum()
    return result
