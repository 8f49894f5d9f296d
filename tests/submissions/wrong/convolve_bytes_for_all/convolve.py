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
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("image %s does not go with filter %s" % (image.shape, filter_matrix.shape))
    H, W = image.shape[0], image.shape[1]
    h, w = filter_matrix.shape[0], filter_matrix.shape[1]
    if h > H or w > W:
        raise ValueError("filter too large")
    result = np.zeros((H - h + 1, W - w + 1), dtype=np.int64)
    for i in range(H - h + 1):
        for j in range(W - w + 1):
            result[i, j] = int(np.sum(image[i:i+h, j:j+w] * filter_matrix.astype(float)))
    return result.astype(np.uint8)    # so that it can be shown
