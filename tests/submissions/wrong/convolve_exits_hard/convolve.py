import cv2
import numpy as np
import os


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
        print("dimensions are wrong")
        os._exit(1)
    H, W = image.shape[:2]
    h, w = filter_matrix.shape[:2]
    if h > H or w > W:
        print("filter is too large")
        os._exit(1)      # sys.exit did not stop the notebook
    out = np.zeros((H - h + 1, W - w + 1))
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            out[i, j] = np.sum(image[i:i+h, j:j+w] * filter_matrix.astype(float))
    return out
