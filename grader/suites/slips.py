"""Slips around loops, axes and sizes in `convolve`: what code with each of them answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import Misconception, Raises, ShapeOf
from grader.suites.convolve_oracles import correlate, fits
from grader.suites.exercise_texts import texts

__all__ = ["COLOUR_SLIPS", "PLACE_SLIPS", "SIZE_SLIPS", "full_size_refused"]

TEXTS = texts("convolve")

Array = NDArray[Any]
Model = Callable[[Array, Array], Any]


def _slip(key: str, answer: Model) -> Misconception:
    """A misconception whose model speaks of pairs that fit only."""

    def model(image: Array, kernel: Array) -> Any:
        return answer(image, kernel) if fits(image, kernel) else None

    return TEXTS.mistake(key, model)


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


SIZE_SLIPS = (
    _slip("filter_as_large_as_the_image_refused", _strict),
    _slip("odd_sides_only", _odd_only),
    _slip("axes_of_length_1_dropped", lambda i, k: np.squeeze(correlate(i, k))),
)
PLACE_SLIPS = (
    *SIZE_SLIPS,
    _slip("same_instead_of_valid_halves", _halves),
    _slip("odd_sides_only_halves", _rims),
    _slip("flattened_answer", _lists),
    _slip("transposed_axes", _by_letters),
    _slip("added_instead_of_multiplied", _sums),
    _slip("largest_instead_of_sum", _pooled),
    *(_slip("integer_result", whole) for whole in (_whole_pixels, _whole_weights, _whole)),
    _slip("values_scaled_to_0_1", _divided),
    _slip("return_inside_the_loop", _first_product),
    _slip("return_inside_the_loop", _first_row),
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


def _on_colour(key: str, answer: Model) -> Misconception:
    """A slip that grey images do not show."""
    both = lambda i, k: answer(i, k) if i.ndim == 3 else correlate(i, k)  # noqa: E731 - one line says it
    return _slip(key, both)


POOLS: tuple[tuple[Callable[..., Any], Callable[..., Any]], ...] = (
    (np.mean, np.mean),
    (np.mean, np.sum),
    (np.sum, np.mean),
    (np.sum, np.sum),
)
COLOUR_SLIPS = (
    _on_colour("reshaped_instead_of_transposed", _dealt_anew),
    _on_colour("three_channels_only", _three_alone),
    _on_colour("three_channels_only", _three_unpacked),
    _on_colour("one_channel_only", _stretched_weights),
    _on_colour("one_channel_only_best", _largest_channel),
    _on_colour("one_channel_only_best", _above_zero),
    *(_on_colour("channels_added_up_first", _grey_first(*pools)) for pools in POOLS),
    _on_colour("normalised_result", _place_mean),
    *SIZE_SLIPS,
)
