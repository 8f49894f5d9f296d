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
    out_h = image_shape[0] - filter_shape[0] + 1
    out_w = image_shape[1] - filter_shape[1] + 1
    if out_h < 1 or out_w < 1:
        raise ValueError("filter is bigger than the image")
    return (out_h, out_w)


def convolve(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    out = np.zeros((rows, cols))
    for i in range(rows):
        for j in range(cols):
            out[i, j] = np.sum(image[i:i + h, j:j + w] * filter_matrix.astype(float))
    return out
