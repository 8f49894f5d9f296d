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
    H, W = image_shape[:2]
    h, w = filter_shape[:2]
    if h > H or w > W:
        raise ValueError("The filter does not fit: %s, %s" % (image_shape, filter_shape))
    return H - h + 1, W - w + 1


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("dimensions")
    width, height = image.shape[:2]
    h, w = filter_matrix.shape[:2]
    if h > height or w > width:
        raise ValueError("filter does not fit")
    result = np.zeros((height - h + 1, width - w + 1))
    for y in range(height - h + 1):
        for x in range(width - w + 1):
            result[y, x] = np.sum(image[y:y+h, x:x+w] * filter_matrix.astype(float))
    return result
