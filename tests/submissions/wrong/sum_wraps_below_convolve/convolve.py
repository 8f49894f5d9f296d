import numpy as np
from PIL import Image

from multiply_sum import multiply_sum


def load_image(path, grayscale=False):
    return np.array(Image.open(path).convert("L" if grayscale else "RGB"))


def top_left(image, rows, cols):
    return image[:rows, :cols]


def filtered_shape(image_shape, filter_shape):
    rows = image_shape[0] - filter_shape[0] + 1
    cols = image_shape[1] - filter_shape[1] + 1
    if rows < 1 or cols < 1:
        raise ValueError("filter larger than image")
    return rows, cols


def convolve(image, filter_matrix):
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    h, w = filter_matrix.shape[:2]
    return [[multiply_sum(image[i:i+h, j:j+w], filter_matrix) for j in range(cols)] for i in range(rows)]
