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


def top_left(image, rows, cols):
    # first index = row, second index = column
    corner = image[0:rows, 0:cols].copy()
    return corner


def filtered_shape(image_shape, filter_shape):
    out = [i - f + 1 for i, f in zip(image_shape, filter_shape)]
    if min(out) <= 0:
        raise ValueError("filter too big")
    return tuple(out)


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
