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
    if image.ndim == 2:
        image = image[..., np.newaxis]
        filter_matrix = filter_matrix[..., np.newaxis]
    # convolution theorem
    F = np.fft.rfft2(image.astype(float), axes=(0, 1))
    G = np.fft.rfft2(filter_matrix.astype(float), s=(H, W), axes=(0, 1))
    full = np.fft.irfft2(F * G, s=(H, W), axes=(0, 1)).sum(axis=2)
    return full[h - 1:, w - 1:]
