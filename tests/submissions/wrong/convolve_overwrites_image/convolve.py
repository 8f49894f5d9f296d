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
        raise ValueError("image %s does not go with filter %s" % (image.shape, filter_matrix.shape))
    H, W = image.shape[0], image.shape[1]
    h, w = filter_matrix.shape[0], filter_matrix.shape[1]
    if h > H or w > W:
        raise ValueError("filter too large")
    work = np.require(image, dtype=np.float64, requirements=["W"])
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            # work[i, j] is not needed any more after this step
            s = np.sum(work[i:i+h, j:j+w] * filter_matrix)
            work[i, j] = s
    if work.ndim == 3:
        return work[:H - h + 1, :W - w + 1, 0]
    return work[:H - h + 1, :W - w + 1].copy()
