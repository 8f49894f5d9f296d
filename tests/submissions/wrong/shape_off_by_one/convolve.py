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
    # the image gets smaller by the size of the filter
    h = image_shape[0] - filter_shape[0]
    w = image_shape[1] - filter_shape[1]
    if h < 0 or w < 0:
        raise ValueError("does not fit")
    return h, w


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("image %s does not go with filter %s" % (image.shape, filter_matrix.shape))
    H, W = image.shape[0], image.shape[1]
    h, w = filter_matrix.shape[0], filter_matrix.shape[1]
    if h > H or w > W:
        raise ValueError("filter too large")
    weights = filter_matrix.astype(float)
    rows = []
    for y in range(H - h + 1):
        row = []
        for x in range(W - w + 1):
            row.append(np.sum(image[y:y + h, x:x + w] * weights))
        rows.append(row)
    return np.array(rows)
