import imageio.v3 as iio

from .numbers import as_float


def read(path, grayscale=False):
    pixels = iio.imread(path)
    return as_float(pixels) @ [0.299, 0.587, 0.114] if grayscale else pixels
