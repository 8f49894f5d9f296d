import cv2
import numpy as np


def load_image(path, grayscale=False):
    img = cv2.imread(path)
    if img is None:
        raise FileNotFoundError(path)
    # opencv has the colours the other way round!
    if grayscale:
        return cv2.cvtColor(img, cv2.COLOR_BGR2GRAY)
    return cv2.cvtColor(img, cv2.COLOR_BGR2RGB)


def top_left(image, rows=200, cols=600):
    return image[:200, :600]


def filtered_shape(image_shape, filter_shape):
    out_h = image_shape[0] - filter_shape[0] + 1
    out_w = image_shape[1] - filter_shape[1] + 1
    if out_h < 1 or out_w < 1:
        raise ValueError("filter is bigger than the image")
    return (out_h, out_w)


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
