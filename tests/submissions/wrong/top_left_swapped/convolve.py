import imageio.v3 as iio
import numpy as np


def load_image(path, grayscale=False):
    img = iio.imread(path)
    if grayscale == True:
        img = 0.299 * img[:, :, 0] + 0.587 * img[:, :, 1] + 0.114 * img[:, :, 2]
    return img


def top_left(image, rows, cols):
    # x from 0 to rows, y from 0 to cols
    return image[0:cols, 0:rows]


def filtered_shape(image_shape, filter_shape):
    out_h = image_shape[0] - filter_shape[0] + 1
    out_w = image_shape[1] - filter_shape[1] + 1
    if out_h < 1 or out_w < 1:
        raise ValueError("filter is bigger than the image")
    return (out_h, out_w)


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
