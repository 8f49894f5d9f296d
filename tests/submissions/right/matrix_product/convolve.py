import numpy as np
from imageio.v3 import imread


def load_image(path, grayscale=False):
    image = np.array(imread(path))
    if grayscale:
        luma = np.tensordot(image.astype(float), [0.299, 0.587, 0.114], axes=1)
        return np.rint(luma).astype(np.uint8)
    return image


def top_left(image, rows, cols):
    return np.split(np.split(image, [rows])[0], [cols], axis=1)[0]


def filtered_shape(image_shape, filter_shape):
    size = tuple(int(n) - int(k) + 1 for n, k in zip(image_shape[:2], filter_shape[:2]))
    if size < (1, 1) or size[1] < 1:
        raise ValueError(size)
    return size


def im2col(image, h, w):
    """All patches as rows of one large matrix."""
    rows, cols = filtered_shape(image.shape, (h, w))
    patches = [image[i:i + h, j:j + w].reshape(-1) for i in range(rows) for j in range(cols)]
    return np.vstack(patches).astype(float)


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim:
        raise ValueError("different numbers of axes")
    if image.ndim == 3 and image.shape[2] != filter_matrix.shape[2]:
        raise ValueError("different numbers of channels")
    shape = filtered_shape(image.shape, filter_matrix.shape)
    matrix = im2col(image, filter_matrix.shape[0], filter_matrix.shape[1])
    return (matrix @ filter_matrix.reshape(-1).astype(float)).reshape(shape)
