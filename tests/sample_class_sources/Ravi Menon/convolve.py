import numpy as np
from PIL import Image


def load_image(path, grayscale=False):
    return np.array(Image.open(path).convert("F" if grayscale else "RGB"))


def top_left(image, rows, cols):
    return image[:rows, :cols]


def filtered_shape(image_shape, filter_shape):
    if filter_shape[0] > image_shape[0] or filter_shape[1] > image_shape[1]:
        raise ValueError("The filter does not fit.")
    return image_shape[0] - filter_shape[0] + 1, image_shape[1] - filter_shape[1] + 1


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("image %s, filter %s" % (image.shape, filter_matrix.shape))
    k = filter_matrix.shape[0]        # size of the filter
    H, W = filtered_shape(image.shape, filter_matrix.shape)
    result = np.zeros((H, W))
    for y in range(H):
        for x in range(W):
            result[y, x] = np.sum(image[y:y+k, x:x+k] * filter_matrix.astype(float))
    return result
