import numpy as np
from scipy.misc import imread


def load_image(path, grayscale=False):
    return imread(path, flatten=grayscale)


def top_left(image, rows, cols):
    # first index = row, second index = column
    corner = image[0:rows, 0:cols].copy()
    return corner


def filtered_shape(image_shape, filter_shape):
    H, W = image_shape[:2]
    h, w = filter_shape[:2]
    if h > H or w > W:
        raise ValueError("The filter does not fit: %s, %s" % (image_shape, filter_shape))
    return H - h + 1, W - w + 1


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim:
        raise ValueError("image and filter need the same number of dimensions")
    if image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("image and filter need the same number of channels")
    out_h, out_w = filtered_shape(image.shape, filter_matrix.shape)
    h = filter_matrix.shape[0]
    w = filter_matrix.shape[1]
    result = np.zeros((out_h, out_w))
    for i in range(out_h):
        for j in range(out_w):
            patch = image[i:i+h, j:j+w].astype(float)
            result[i, j] = np.sum(patch * filter_matrix)
    return result
