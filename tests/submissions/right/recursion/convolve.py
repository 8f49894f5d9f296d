import numpy as np
from PIL import Image


def load_image(path, grayscale=False):
    if grayscale:
        r, g, b = Image.open(path).convert("RGB").split()
        return 0.299 * np.array(r) + 0.587 * np.array(g) + 0.114 * np.array(b)
    return np.stack([np.array(band) for band in Image.open(path).convert("RGB").split()], axis=-1)


def top_left(image, rows, cols):
    if image.shape[0] > rows:
        return top_left(image[:rows], rows, cols)
    return image if image.shape[1] <= cols else image[:, :cols]


def filtered_shape(image_shape, filter_shape):
    if len(image_shape) > 2 or len(filter_shape) > 2:
        return filtered_shape(image_shape[:2], filter_shape[:2])
    H, W = image_shape
    h, w = filter_shape
    if h > H or w > W:
        raise ValueError("the filter does not fit")
    return H - h + 1, W - w + 1


def convolve(image, filter_matrix):
    """Halves the filter until single weights are left."""
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("grey and colour do not mix")
    filtered_shape(image.shape, filter_matrix.shape)
    if image.ndim == 3:
        return sum(convolve(image[..., c], filter_matrix[..., c]) for c in range(image.shape[2]))
    h, w = filter_matrix.shape
    if (h, w) == (1, 1):
        return image * float(filter_matrix[0, 0])
    if h >= w:
        half = h // 2
        upper = convolve(image[:image.shape[0] - (h - half)], filter_matrix[:half])
        return upper + convolve(image[half:], filter_matrix[half:])
    half = w // 2
    left = convolve(image[:, :image.shape[1] - (w - half)], filter_matrix[:, :half])
    return left + convolve(image[:, half:], filter_matrix[:, half:])
