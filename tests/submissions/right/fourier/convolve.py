# Cross-correlation by way of the Fourier transform: conj() is what keeps the kernel from being turned.
import numpy as np
from PIL import Image


def load_image(path, grayscale=False):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("F" if grayscale else "RGB"))


def top_left(image, rows, cols):
    return np.asarray(image)[:rows, :cols]


def filtered_shape(image_shape, filter_shape):
    (H, W), (h, w) = image_shape[:2], filter_shape[:2]
    if H < h or W < w:
        raise ValueError(f"{h} x {w} does not fit into {H} x {W}")
    return [H - h + 1, W - w + 1]


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("image and filter have different axes or channels")
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    axes = (0, 1)
    spectrum = np.fft.fft2(image.astype(float), axes=axes)
    kernel = np.fft.fft2(filter_matrix.astype(float), s=image.shape[:2], axes=axes)
    answer = np.fft.ifft2(spectrum * np.conj(kernel), axes=axes).real
    if answer.ndim == 3:
        answer = answer.sum(axis=2)
    return answer[:rows, :cols]
