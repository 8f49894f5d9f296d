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
    return image[:rows, :cols]


def filtered_shape(image_shape, filter_shape):
    H, W = image_shape[:2]
    h, w = filter_shape[:2]
    if h > H or w > W:
        raise ValueError("The filter does not fit: %s, %s" % (image_shape, filter_shape))
    return H - h + 1, W - w + 1


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("wrong dimensions")
    k = filter_matrix.shape[0]
    H = image.shape[0]
    W = image.shape[1]
    if k > H or filter_matrix.shape[1] > W:
        raise ValueError("kernel larger than image")
    result = np.zeros((H - k + 1, W - k + 1))
    for i in range(H - k + 1):
        for j in range(W - k + 1):
            result[i, j] = np.sum(image[i:i+k, j:j+k] * filter_matrix.astype(float))
    return result
