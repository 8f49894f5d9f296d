"""What `convolve` should answer: cross-correlation by SciPy, and by a Keras layer where Keras is installed."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import correlate2d

from grader.probing import Raises, largest_sum

__all__ = ["answer_shape", "convolved", "correlate", "fits", "layer", "scale", "single_scale"]

# Tiny entries are legal, but below this a product or a Fourier transform may round to nothing.
FLOOR = 1e-6
# Products in single precision are good for this many times the error of double precision.
SINGLE = 100.0


def answer_shape(image: NDArray[Any], kernel: NDArray[Any]) -> tuple[int, int]:
    """Rows and columns of a valid answer; not positive where the filter is too large."""
    return image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1


def fits(image: NDArray[Any], kernel: NDArray[Any]) -> bool:
    """Whether image and filter go together: dimensions, channels, size."""
    alike = image.ndim == kernel.ndim and image.ndim in (2, 3) and image.shape[2:] == kernel.shape[2:]
    return alike and min(answer_shape(image, kernel)) >= 1


def correlate(image: NDArray[Any], kernel: NDArray[Any]) -> NDArray[np.float64]:
    """The valid cross-correlation of a pair that fits, in float64, summed over channels."""
    pixels = image.astype(np.float64).reshape(*image.shape[:2], -1)
    weights = kernel.astype(np.float64).reshape(*kernel.shape[:2], -1)
    planes = [correlate2d(pixels[..., c], weights[..., c], mode="valid") for c in range(weights.shape[2])]
    total: NDArray[np.float64] = np.sum(planes, axis=0)
    return total


def convolved(image: NDArray[Any], kernel: NDArray[Any]) -> Any:
    """The answer that the contract asks for, or ValueError where the pair does not fit."""
    return correlate(image, kernel) if fits(image, kernel) else Raises("ValueError")


def layer(image: NDArray[Any], kernel: NDArray[Any]) -> NDArray[Any]:
    """The answer of a Conv2D layer (valid, no bias) that holds the filter; SciPy's where there is no Keras.

    `image` (H, W, C) and `kernel` (h, w, C) are float32. Both ways agree far within the tolerance of the check, so
    recorded answers stay current whichever of them computed the file.
    """
    if importlib.util.find_spec("tensorflow") is None or importlib.util.find_spec("keras") is None:
        return correlate(image, kernel)
    import keras

    conv = keras.layers.Conv2D(1, kernel.shape[:2], padding="valid", use_bias=False)
    conv.build((None, *image.shape))
    conv.set_weights([kernel[..., np.newaxis]])
    answers = np.asarray(conv(image[np.newaxis]), dtype=np.float64)
    return answers[0, :, :, 0]


def scale(image: NDArray[Any], kernel: NDArray[Any]) -> float:
    """What the relative tolerance is taken of: the largest sum of absolute products."""
    return max(largest_sum(image, kernel), FLOOR)


def single_scale(image: NDArray[Any], kernel: NDArray[Any]) -> float:
    """The same, a hundredfold where an array is float32: 1e-6 of it is then the 1e-4 of the contract."""
    single = np.float32 in (image.dtype, kernel.dtype)
    return scale(image, kernel) * (SINGLE if single else 1.0)
