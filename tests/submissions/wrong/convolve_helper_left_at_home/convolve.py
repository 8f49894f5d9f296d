import numpy as np
from PIL import Image
from my_helpers import show_image


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
    H, W = image_shape[:2]
    h, w = filter_shape[:2]
    if h > H or w > W:
        raise ValueError("The filter does not fit: %s, %s" % (image_shape, filter_shape))
    return H - h + 1, W - w + 1


def convolve(image, filter_matrix):
    """adds up shifted copies of the image, one for each weight (faster than a loop over the pixels)"""
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("shapes do not go together")
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    if image.ndim == 2:
        image = image[:, :, None]
        filter_matrix = filter_matrix[:, :, None]
    total = np.zeros((rows, cols))
    for (i, j, k), weight in np.ndenumerate(filter_matrix):
        total += float(weight) * image[i:i + rows, j:j + cols, k]
    return total
