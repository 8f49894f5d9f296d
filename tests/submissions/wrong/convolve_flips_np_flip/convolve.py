import numpy as np
from PIL import Image


def load_image(path, grayscale=False):
    img = Image.open(path)
    if grayscale:
        return np.array(img.convert("L"))
    return np.array(img.convert("RGB"))


def top_left(image, rows, cols):
    return image[:rows, :cols]


def filtered_shape(image_shape, filter_shape):
    H, W = image_shape[:2]
    h, w = filter_shape[:2]
    if h > H or w > W:
        raise ValueError("The filter does not fit: %s, %s" % (image_shape, filter_shape))
    return H - h + 1, W - w + 1


def convolve(image, filter_matrix):
    filter_matrix = np.flip(filter_matrix)
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("image and filter do not match")
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    windows = np.lib.stride_tricks.sliding_window_view(image, filter_matrix.shape)
    windows = windows.reshape(rows, cols, -1)
    return windows.astype(float) @ filter_matrix.astype(float).ravel()
