import cv2
import numpy as np
from numpy.lib.stride_tricks import as_strided


def load_image(path, grayscale=False):
    bgr = cv2.imread(path, cv2.IMREAD_COLOR)
    if bgr is None:
        raise OSError(f"no picture at {path}")
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY) if grayscale else bgr[:, :, ::-1]


def top_left(image, rows, cols):
    strides = image.strides
    rows, cols = min(rows, image.shape[0]), min(cols, image.shape[1])
    return as_strided(image, (rows, cols) + image.shape[2:], strides, writeable=False)


def filtered_shape(image_shape, filter_shape):
    places = [n - k + 1 for n, k in zip(image_shape[:2], filter_shape[:2])]
    for p in places:
        if p < 1:
            raise ValueError("does not fit")
    return tuple(places)


def convolve(image, filter_matrix):
    if image.shape[2:] != filter_matrix.shape[2:] or image.ndim != filter_matrix.ndim:
        raise ValueError("channels do not match")
    places = filtered_shape(image.shape, filter_matrix.shape)
    image = np.ascontiguousarray(image, dtype=float)
    view = as_strided(image, places + filter_matrix.shape, image.strides[:2] + image.strides, writeable=False)
    return np.tensordot(view, filter_matrix.astype(float), axes=filter_matrix.ndim)
