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
    out_h = image_shape[0] - filter_shape[0] + 1
    out_w = image_shape[1] - filter_shape[1] + 1
    if out_h < 1 or out_w < 1:
        raise ValueError("filter is bigger than the image")
    return (out_h, out_w)


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("image %s does not go with filter %s" % (image.shape, filter_matrix.shape))
    H, W = image.shape[0], image.shape[1]
    h, w = filter_matrix.shape[0], filter_matrix.shape[1]
    if h > H or w > W:
        raise ValueError("filter too large")
    out = np.zeros((H - 2, W - 2))
    for i in range(H - 2):
        for j in range(W - 2):
            for a in range(3):
                for b in range(3):
                    out[i, j] += np.sum(1.0 * image[i + a, j + b] * filter_matrix[a, b])
    return out
