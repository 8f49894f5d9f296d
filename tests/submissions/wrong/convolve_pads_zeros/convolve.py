import imageio.v3 as iio
import numpy as np


def load_image(path, grayscale=False):
    img = iio.imread(path)
    if grayscale == True:
        img = 0.299 * img[:, :, 0] + 0.587 * img[:, :, 1] + 0.114 * img[:, :, 2]
    return img


def top_left(image, rows, cols):
    return image[:rows, :cols]


def filtered_shape(image_shape, filter_shape):
    H, W = image_shape[:2]
    h, w = filter_shape[:2]
    if h > H or w > W:
        raise ValueError("The filter does not fit: %s, %s" % (image_shape, filter_shape))
    return H - h + 1, W - w + 1


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("image %s does not go with filter %s" % (image.shape, filter_matrix.shape))
    H, W = image.shape[0], image.shape[1]
    h, w = filter_matrix.shape[0], filter_matrix.shape[1]
    if h > H or w > W:
        raise ValueError("filter too large")
    # add a border so that the output has the same size
    top, left = h // 2, w // 2
    padding = [(top, h - 1 - top), (left, w - 1 - left)] + [(0, 0)] * (image.ndim - 2)
    padded = np.pad(image.astype(float), padding)
    result = np.zeros((H, W))
    for i in range(H):
        for j in range(W):
            result[i, j] = np.sum(padded[i:i+h, j:j+w] * filter_matrix)
    return result
