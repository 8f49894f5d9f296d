import numpy as np
from PIL import Image


def load_image(path, grayscale=False):
    img = Image.open(path)
    if grayscale:
        return np.array(img.convert("L"))
    return np.array(img.convert("RGB"))


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
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise Exception("image and filter do not have the same channels")
    h, w = filter_matrix.shape[:2]
    H, W = image.shape[:2]
    if h > H or w > W:
        raise Exception("filter too big")
    out = np.zeros((H - h + 1, W - w + 1))
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            out[i, j] = np.sum(image[i:i + h, j:j + w] * filter_matrix.astype(float))
    return out
