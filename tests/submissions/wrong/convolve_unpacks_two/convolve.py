import numpy as np
from PIL import Image


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
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("image and filter have different channels")
    height, width = image.shape
    kheight, kwidth = filter_matrix.shape
    if kheight > height or kwidth > width:
        raise ValueError("the filter is larger than the image")
    output = np.zeros((height - kheight + 1, width - kwidth + 1))
    for y in range(output.shape[0]):
        for x in range(output.shape[1]):
            output[y, x] = (filter_matrix * 1.0 * image[y: y + kheight, x: x + kwidth]).sum()
    return output
