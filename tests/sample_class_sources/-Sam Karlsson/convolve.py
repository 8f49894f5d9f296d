import cv2
import numpy as np


def load_image(path, grayscale=False):
    image = cv2.imread(path)
    if image is None:
        raise FileNotFoundError(path)
    if grayscale:
        return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def top_left(image, rows, cols):
    return image[0:rows, 0:cols]


def filtered_shape(image_shape, filter_shape):
    rows = image_shape[0] - filter_shape[0] + 1
    cols = image_shape[1] - filter_shape[1] + 1
    if rows <= 0 or cols <= 0:
        raise ValueError("filter is too large")
    return rows, cols


def convolve(image, filter_matrix):
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    result = np.zeros((rows, cols))
    row = 0
    col = 0
    while row < rows:
        while col < cols:
            patch = image[row:row + filter_matrix.shape[0], col:col + filter_matrix.shape[1]]
            result[row, col] = np.sum(patch * filter_matrix.astype(float))
            col += 1
        # next row, start at the left again
        col = 0
    return result
