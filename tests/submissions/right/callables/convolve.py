from dataclasses import dataclass

import imageio.v3 as iio
import numpy as np


class Misfit(ValueError):
    """The filter and the image do not go together."""


class Loader:
    weights = np.array([299, 587, 114]) / 1000

    def __call__(self, path, grayscale=False):
        image = iio.imread(path)
        return image.dot(self.weights) if grayscale else image


@dataclass(frozen=True)
class Sizes:
    padding: int = 0
    stride: int = 1

    def __call__(self, image_shape, filter_shape):
        pairs = list(zip(image_shape[:2], filter_shape[:2]))
        if any(k > n + 2 * self.padding for n, k in pairs):
            raise Misfit(f"{filter_shape} does not fit into {image_shape}")
        return tuple((n + 2 * self.padding - k) // self.stride + 1 for n, k in pairs)


class Layer:
    def __init__(self, sizes):
        self.sizes = sizes

    def __call__(self, image, filter_matrix):
        if image.shape[2:] != filter_matrix.shape[2:] or image.ndim != filter_matrix.ndim:
            raise Misfit("channels")
        rows, cols = self.sizes(image.shape, filter_matrix.shape)
        return np.fromiter(
            (self.answer(image, filter_matrix, i, j) for i in range(rows) for j in range(cols)), float
        ).reshape(rows, cols)

    @staticmethod
    def answer(image, filter_matrix, i, j):
        h, w = filter_matrix.shape[:2]
        return float((image[i:i + h, j:j + w].astype(float) * filter_matrix).sum())


load_image = Loader()
filtered_shape = Sizes()
convolve = Layer(filtered_shape)


class Corner:
    @staticmethod
    def cut(image, rows, cols):
        return image[:rows, :cols]


top_left = Corner.cut
