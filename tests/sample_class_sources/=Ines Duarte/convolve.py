import numpy as np
from PIL import Image
from multiply_sum import multiply_sum


def load_image(path, grayscale=False):
    image = np.array(Image.open(path))
    if grayscale:
        image = image.mean(axis=2)
    return image


def top_left(image, rows, cols):
    return image[:rows, :cols]


def filtered_shape(image_shape, filter_shape):
    return image_shape[0] - filter_shape[0] + 1, image_shape[1] - filter_shape[1] + 1


def convolve(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    if rows < 1 or cols < 1:
        raise ValueError("the filter does not fit")
    return np.array([[multiply_sum(image[i:i+h, j:j+w], filter_matrix) for j in range(cols)] for i in range(rows)])
