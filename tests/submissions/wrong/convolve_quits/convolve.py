import imageio.v3 as iio
import numpy as np
import sys


def load_image(path, grayscale=False):
    img = iio.imread(path)
    if grayscale == True:
        img = 0.299 * img[:, :, 0] + 0.587 * img[:, :, 1] + 0.114 * img[:, :, 2]
    return img


def top_left(image, rows, cols):
    return image[:rows, :cols]


def filtered_shape(image_shape, filter_shape):
    out_h = image_shape[0] - filter_shape[0] + 1
    out_w = image_shape[1] - filter_shape[1] + 1
    if out_h < 1 or out_w < 1:
        raise ValueError("filter is bigger than the image")
    return (out_h, out_w)


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        sys.exit("error: image and filter have different dimensions")
    H, W = image.shape[:2]
    h, w = filter_matrix.shape[:2]
    if h > H or w > W:
        sys.exit("error: filter too large")
    return [[float(np.sum(image[i:i+h, j:j+w] * filter_matrix.astype(float))) for j in range(W - w + 1)]
            for i in range(H - h + 1)]
