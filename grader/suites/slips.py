"""Slips around loops, axes and sizes in `convolve`: what code with each of them answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import Misconception, Raises, ShapeOf
from grader.suites.convolve_oracles import correlate, fits
from grader.suites.sum_slips import ADDED, LARGEST

__all__ = ["COLOUR_SLIPS", "PLACE_SLIPS", "SIZE_SLIPS", "full_size_refused"]

Array = NDArray[Any]
Model = Callable[[Array, Array], Any]


def _slip(name: str, answer: Model, observation: str, reason: str, next_step: str) -> Misconception:
    """A misconception whose model speaks of pairs that fit only."""

    def model(image: Array, kernel: Array) -> Any:
        return answer(image, kernel) if fits(image, kernel) else None

    return Misconception(name, model, observation, reason, next_step)


def full_size_refused(image_shape: Any, filter_shape: Any) -> bool:
    """Whether `>=` in the place of `>` refuses the filter."""
    return any(filter_shape[axis] >= image_shape[axis] for axis in (0, 1))


def _strict(image: Array, kernel: Array) -> Any:
    return Raises("ValueError") if full_size_refused(image.shape, kernel.shape) else correlate(image, kernel)


def _odd_only(image: Array, kernel: Array) -> Any:
    """Slices of `k // 2` pixels on both sides of a middle, which even filters do not have."""
    even = kernel.shape[0] % 2 == 0 or kernel.shape[1] % 2 == 0
    return Raises("ValueError") if even else correlate(image, kernel)


def _halves(image: Array, kernel: Array) -> Any:
    """The size where `k // 2` pixels of padding are laid around, or are cut away."""
    return ShapeOf((*(n + 2 * (k // 2) - k + 1 for n, k in zip(image.shape[:2], kernel.shape[:2], strict=True)),))


def _rims(image: Array, kernel: Array) -> Any:
    return ShapeOf((*(max(n - 2 * (k // 2), 0) for n, k in zip(image.shape[:2], kernel.shape[:2], strict=True)),))


def _lists(image: Array, kernel: Array) -> Any:
    return ShapeOf((correlate(image, kernel).size,))


def _by_letters(image: Array, kernel: Array) -> Any:
    """Multiplies by einsum, with the letters of the filter exchanged; sides of length 1 are stretched."""
    if image.ndim != 2:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), kernel.shape)
    try:
        return np.einsum("ijab,ba->ij", windows, kernel.astype(float))
    except ValueError:
        return Raises("ValueError")


def _products(image: Array, kernel: Array, weigh: Callable[[Array], Any]) -> Any:
    """`weigh` of what the patch and the filter give at each place; grey and small images only."""
    if image.ndim != 2:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), kernel.shape)
    return weigh(windows) if windows.size < 1 << 16 else ShapeOf(windows.shape[:2])


def _sums(image: Array, kernel: Array) -> Any:
    return _products(image, kernel, lambda windows: (windows + kernel).sum(axis=(2, 3)))


def _pooled(image: Array, kernel: Array) -> Any:
    return _products(image, kernel, lambda windows: (windows * kernel).max(axis=(2, 3)))


def _whole_pixels(image: Array, kernel: Array) -> Any:
    return correlate(np.trunc(image), kernel)


def _whole_weights(image: Array, kernel: Array) -> Any:
    return correlate(image, np.trunc(kernel))


def _whole(image: Array, kernel: Array) -> Any:
    return correlate(np.trunc(image), np.trunc(kernel))


def _divided(image: Array, kernel: Array) -> Any:
    return correlate(image, kernel) / 255.0


def _first_product(image: Array, kernel: Array) -> Any:
    answers = np.zeros_like(correlate(image, kernel))
    answers[0, 0] = correlate(image, kernel)[0, 0]
    return answers


def _first_row(image: Array, kernel: Array) -> Any:
    answers = correlate(image, kernel)
    answers[1:] = 0.0
    return answers


STRICT = (
    "A filter as large as the image was refused.",
    "Such a filter has one place: 5 - 5 + 1 = 1. It is too large only from one row or column more.",
    "Compare with `>` in the place of `>=`.",
)
ODD = (
    "Filters with an even number of rows or columns do not get through.",
    "`k // 2` pixels on both sides of a middle are k pixels for odd k only; a filter of 2 by 2 has no middle.",
    "Begin each patch at its top-left pixel: `image[i : i + h, j : j + w]`.",
)
HALVES = (
    "The answer has a size that comes from padding by half the filter.",
    "Without padding, the filter stays inside the image, so a filter of (h, w) gives (H - h + 1, W - w + 1) answers.",
    "Leave out the padding, and count places: try 5 pixels with a filter of 3, and with one of 2.",
)
FLAT = (
    "The answers stand in one long row.",
    "Where an answer stands says which patch it belongs to, so the answers keep rows and columns.",
    "Fill an array of shape (H - h + 1, W - w + 1), or reshape the list to it.",
)
LYING = (
    "Rows and columns of the filter have changed places.",
    "The first index of an array counts rows (down), the second counts columns (to the right).",
    "Let the letters or indices of patch and filter stand in the same order.",
)
SQUEEZED = (
    "Axes of length 1 are missing in the answer.",
    "A filter as wide as the image leaves one column of answers, and a column is still two-dimensional.",
    "Leave out squeeze, or say which axis it may take away.",
)
STARTED = (
    "Only the beginning of the answer is filled in; the rest is 0.",
    "`return` ends the function at once, so inside a loop it ends all further turns.",
    "Move `return` to the left, below the outermost loop.",
)

DIGITS = (
    "The digits behind the decimal point were lost before anything was multiplied.",
    "Weights of filters are seldom whole numbers, and neither are images that were filtered before.",
    "Convert with `.astype(float)`, not with int.",
)
DIVIDED_BY_255 = (
    "The answers are those for an image that was divided by 255.",
    "Image and filter come as they are meant; what an answer of 5 means depends on it.",
    "Leave out the division.",
)

SIZE_SLIPS = (
    _slip("filter as large as the image refused", _strict, *STRICT),
    _slip("odd sides only", _odd_only, *ODD),
    _slip("axes of length 1 dropped", lambda i, k: np.squeeze(correlate(i, k)), *SQUEEZED),
)
PLACE_SLIPS = (
    *SIZE_SLIPS,
    _slip("same instead of valid", _halves, *HALVES),
    _slip("odd sides only", _rims, *HALVES),
    _slip("flattened answer", _lists, *FLAT),
    _slip("transposed axes", _by_letters, *LYING),
    _slip("added instead of multiplied", _sums, *ADDED),
    _slip("largest instead of sum", _pooled, *LARGEST),
    *(_slip("integer result", whole, *DIGITS) for whole in (_whole_pixels, _whole_weights, _whole)),
    _slip("values scaled to 0..1", _divided, *DIVIDED_BY_255),
    _slip("return inside the loop", _first_product, *STARTED),
    _slip("return inside the loop", _first_row, *STARTED),
)


# Colour -------------------------------------------------------------------------------------------------------------
def _dealt_anew(image: Array, kernel: Array) -> Any:
    """Channels brought to the front by reshape, which leaves the numbers in their order."""
    planes = image.reshape(image.shape[2], *image.shape[:2]), kernel.reshape(kernel.shape[2], *kernel.shape[:2])
    return correlate(*(np.moveaxis(stack, 0, -1) for stack in planes))


def _three_alone(image: Array, kernel: Array) -> Any:
    if image.shape[2] < 3:
        return Raises("IndexError")
    return correlate(image[..., :3], kernel[..., :3])


def _three_unpacked(image: Array, kernel: Array) -> Any:
    return correlate(image, kernel) if image.shape[2] == 3 else Raises("Exception")


def _grey_first(pool: Callable[..., Any], weigh: Callable[..., Any]) -> Model:
    return lambda image, kernel: correlate(pool(image.astype(float), axis=2), weigh(kernel.astype(float), axis=2))


def _place_mean(image: Array, kernel: Array) -> Any:
    return correlate(image, kernel) / (kernel.shape[0] * kernel.shape[1])


def _largest_channel(image: Array, kernel: Array) -> Any:
    return np.max([correlate(image[..., c], kernel[..., c]) for c in range(image.shape[2])], axis=0)


def _above_zero(image: Array, kernel: Array) -> Any:
    return np.maximum(_largest_channel(image, kernel), 0.0)


def _stretched_weights(image: Array, kernel: Array) -> Any:
    """The first channel of the filter on every channel of the image."""
    return correlate(image.sum(axis=2, dtype=np.float64), kernel[..., 0])


DEALT = (
    "reshape brought the channels to the front, and the numbers stayed in their old order.",
    "reshape draws the borders anew: what was a pixel's red, green and blue becomes three neighbours in a row.",
    "Leave the channels where they are, or move the axis with np.moveaxis.",
)
THREE = (
    "Images with another number of channels than 3 do not get through.",
    "Inside a network an image may have 1, 2 or 64 channels; the sum runs over all there are.",
    "Sum over the whole patch, or let the loop count to `image.shape[2]`.",
)
GREYED = (
    "The channels were put together before the filter was applied.",
    "Each channel has weights of its own. Once the channels are added or averaged, these weights cannot tell them "
    "apart.",
    "Multiply channel by channel first, and add up afterwards.",
)
SHARED = (
    "The weights of the first channel were used for all channels.",
    "A colour filter has a layer of weights for each channel of the image.",
    "Take `filter_matrix[:, :, c]` together with `image[:, :, c]`.",
)
BEST = (
    "At each place, only the channel with the largest answer counts.",
    "All channels have a say: what one adds, another may take away.",
    "Add the answers of the channels up.",
)
DIVIDED = (
    "The answers were divided by the number of places in the filter.",
    "The answer at each place is the plain sum of the products; a network learns the size of the weights itself.",
    "Return the sums without dividing them.",
)


def _on_colour(name: str, answer: Model, observation: str, reason: str, next_step: str) -> Misconception:
    """A slip that grey images do not show."""
    both = lambda i, k: answer(i, k) if i.ndim == 3 else correlate(i, k)  # noqa: E731 - one line says it
    return _slip(name, both, observation, reason, next_step)


POOLS: tuple[tuple[Callable[..., Any], Callable[..., Any]], ...] = (
    (np.mean, np.mean),
    (np.mean, np.sum),
    (np.sum, np.mean),
    (np.sum, np.sum),
)
COLOUR_SLIPS = (
    _on_colour("reshaped instead of transposed", _dealt_anew, *DEALT),
    _on_colour("three channels only", _three_alone, *THREE),
    _on_colour("three channels only", _three_unpacked, *THREE),
    _on_colour("one channel only", _stretched_weights, *SHARED),
    _on_colour("one channel only", _largest_channel, *BEST),
    _on_colour("one channel only", _above_zero, *BEST),
    *(_on_colour("channels added up first", _grey_first(*pools), *GREYED) for pools in POOLS),
    _on_colour("normalised result", _place_mean, *DIVIDED),
    *SIZE_SLIPS,
)
