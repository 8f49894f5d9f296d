"""Known mistakes of `convolve`: what code with each of them answers, and what to tell its author."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import Misconception, Raises, ShapeOf
from grader.suites.convolve_oracles import answer_shape, correlate, fits
from grader.suites.exercise_texts import texts

__all__ = ["CHANNELS", "LYING", "MISFITS", "NUMBERS", "RANGE", "SIZES", "SQUARE", "TURNED"]

TEXTS = texts("convolve")

Pixels = NDArray[Any]
Model = Callable[[Pixels, Pixels], Any]


def slid(image: Pixels, kernel: Pixels, shape: tuple[int, int], patch: tuple[int, int]) -> Any:
    """What a loop over `shape` places with patches of size `patch` comes to in NumPy, its ValueError included."""
    h, w = patch
    answers = np.zeros(shape)
    try:
        for row, column in np.ndindex(*shape):
            answers[row, column] = np.sum(image[row : row + h, column : column + w] * kernel)
    except ValueError:
        return Raises("ValueError")
    return answers


def known(key: str, answer: Model, fitting: bool = True) -> Misconception:
    """A misconception whose model speaks of pairs that fit only, or of those that do not."""

    def model(image: Pixels, kernel: Pixels) -> Any:
        return answer(image, kernel) if fits(image, kernel) is fitting else None

    return TEXTS.mistake(key, model)


def _with(change: Callable[[Pixels], Pixels]) -> Model:
    """The right answer for a changed filter."""

    def answer(image: Pixels, kernel: Pixels) -> Any:
        changed = change(kernel)
        return correlate(image, changed) if fits(image, changed) else Raises("ValueError")

    return answer


def _after(change: Callable[[Pixels], Pixels]) -> Model:
    """The right answer, changed afterwards."""
    return lambda image, kernel: change(correlate(image, kernel))


def _sized(rows: Callable[[int, int], int]) -> Model:
    """Only a shape: `rows` says how many rows an image of so many rows and a filter of so many give; columns alike."""

    def answer(image: Pixels, kernel: Pixels) -> Any:
        height, width = (max(rows(image.shape[axis], kernel.shape[axis]), 0) for axis in (0, 1))
        return ShapeOf((height, width))

    return answer


TURNED = (
    known("turned", _with(lambda k: k[::-1, ::-1])),
    known("turned_channels_reversed", _with(np.flip)),
    known("upside_down", _with(lambda k: k[::-1])),
    known("mirrored", _with(lambda k: k[:, ::-1])),
)


def _on_its_side(image: Pixels, kernel: Pixels) -> Any:
    square = kernel.shape[0] == kernel.shape[1]
    return correlate(image, kernel.swapaxes(0, 1)) if square else Raises("ValueError")


def _swapped(image: Pixels, kernel: Pixels) -> Any:
    height, width = image.shape[1] - kernel.shape[0] + 1, image.shape[0] - kernel.shape[1] + 1
    return slid(image, kernel, (height, width), kernel.shape[:2]) if min(height, width) >= 1 else None


LYING = (
    known("answer_transposed", _after(np.transpose)),
    known("filter_transposed", _with(lambda k: k.swapaxes(0, 1))),
    known("filter_transposed", _on_its_side),
    known("swapped_height_and_width", _swapped),
)


def _rim_of_zeros(image: Pixels, kernel: Pixels) -> Any:
    answers = correlate(image, kernel)
    answers[-1] = 0.0
    answers[:, -1] = 0.0
    return answers


SIZES = (
    known("same_instead_of_valid", _sized(lambda n, k: n)),
    known("full_instead_of_valid", _sized(lambda n, k: n + k - 1)),
    known("size_too_small", _sized(lambda n, k: n - k)),
    known("size_too_large", _sized(lambda n, k: n - k + 2)),
    known("rim_left_at_zero", _rim_of_zeros),
    known("strides", lambda image, kernel: correlate(image, kernel)[:: kernel.shape[0], :: kernel.shape[1]]),
)


def _side(axis: int) -> Model:
    """One side of the filter is used for both."""

    def answer(image: Pixels, kernel: Pixels) -> Any:
        k = kernel.shape[axis]
        rows, columns = image.shape[0] - k + 1, image.shape[1] - k + 1
        return slid(image, kernel, (rows, columns), (k, k)) if min(rows, columns) >= 1 else None

    return answer


def _three(image: Pixels, kernel: Pixels) -> Any:
    rows, columns = image.shape[0] - 2, image.shape[1] - 2
    return slid(image, kernel, (rows, columns), (3, 3)) if min(rows, columns) >= 1 else None


def _three_by_index(image: Pixels, kernel: Pixels) -> Any:
    if min(image.shape[:2]) < 3:
        return None
    return Raises("IndexError") if min(kernel.shape[:2]) < 3 else _three(image, kernel)


SQUARE = (
    known("height_for_both_sides", _side(0)),
    known("width_for_both_sides", _side(1)),
    known("three_by_three", _three),
    known("three_by_three", _three_by_index),
)


def _mean(image: Pixels, kernel: Pixels) -> Any:
    return correlate(image, kernel) / kernel.size


def _unit_sum(image: Pixels, kernel: Pixels) -> Any:
    return correlate(image, kernel) / (float(kernel.sum()) or 1.0)


def _unit_magnitude(image: Pixels, kernel: Pixels) -> Any:
    return correlate(image, kernel) / (float(np.abs(kernel).sum()) or 1.0)


def _stretched(top: float) -> Callable[[Pixels], Pixels]:
    """From the smallest to the largest answer becomes from 0 to `top`."""

    def stretch(answers: Pixels) -> Pixels:
        low, high = float(answers.min()), float(answers.max())
        return (answers - low) / (high - low) * top if high > low else answers

    return stretch


RANGE = (
    known("clipped", _after(lambda a: np.clip(a, 0, 255))),
    known("negative_set_to_zero", _after(lambda a: np.maximum(a, 0))),
    known("absolute_value", _after(np.abs)),
    known("cut_to_whole", _after(np.trunc)),
    known("rounded_down", _after(np.floor)),
    known("rounded", _after(np.rint)),
    known("mean_of_products", _mean),
    known("divided_by_sum", _unit_sum),
    known("divided_by_magnitudes", _unit_magnitude),
    known("stretched_to_255", _after(_stretched(255.0))),
    known("stretched_to_1", _after(_stretched(1.0))),
)


def _channel(position: int) -> Model:
    """The answer of one channel alone."""

    def answer(image: Pixels, kernel: Pixels) -> Any:
        if image.ndim == 2:
            return correlate(image, kernel)
        return correlate(image[..., position], kernel[..., position])

    return answer


def _averaged(image: Pixels, kernel: Pixels) -> Any:
    return correlate(image, kernel) / (kernel.shape[2] if kernel.ndim == 3 else 1)


CHANNELS = (
    known("first_channel_only", _channel(0)),
    known("last_channel_only", _channel(-1)),
    known("three_channels_kept", lambda image, kernel: ShapeOf((*answer_shape(image, kernel), *image.shape[2:]))),
    known("three_channels_kept", lambda image, kernel: ShapeOf((*image.shape[2:], *answer_shape(image, kernel)))),
    known("mean_of_channels", _averaged),
)


def _promoted(image: Pixels, kernel: Pixels) -> Any:
    """Products in the dtype that NumPy gives them; only the sum is wide."""
    with np.errstate(all="ignore"):
        return slid(image, kernel, answer_shape(image, kernel), kernel.shape[:2])


def _narrow(image: Pixels, kernel: Pixels) -> Any:
    """Products and sum in the dtype that NumPy gives the products."""
    dtype = np.result_type(image, kernel)
    return correlate(image, kernel) if dtype.kind == "f" else _as_dtype(_promoted(image, kernel), dtype)


def _as_dtype(answers: Pixels, dtype: Any) -> Pixels:
    # By way of int64: what a float outside the range of a small integer becomes is up to the processor.
    return answers.astype(np.int64).astype(dtype)


def _like_image(image: Pixels, kernel: Pixels) -> Any:
    answers = correlate(image, kernel)
    return answers if image.dtype.kind == "f" else _as_dtype(answers, image.dtype)


def _like_bytes(image: Pixels, kernel: Pixels) -> Any:
    answers = correlate(image, kernel)
    return _as_dtype(answers, np.uint8) if image.dtype == np.uint8 else answers


def _clipped_bytes(image: Pixels, kernel: Pixels) -> Any:
    answers = correlate(image, kernel)
    return np.clip(answers, 0, 255).astype(np.uint8) if image.dtype == np.uint8 else answers


NUMBERS = (
    known("products_wrapped", _promoted),
    known("sums_wrapped", _narrow),
    known("collected_as_uint8", _like_bytes),
    known("collected_as_image", _like_image),
    known("collected_as_uint8", lambda image, kernel: _as_dtype(correlate(image, kernel), np.uint8)),
    known("bytes_clipped", _clipped_bytes),
)


def _broadcast(image: Pixels, kernel: Pixels) -> Any:
    """Nothing but NumPy looks at the shapes; what too large a filter leads to is left open."""
    shape = answer_shape(image, kernel)
    if min(shape) < 1:
        return None
    answers = slid(image, kernel, shape, kernel.shape[:2])
    return answers if isinstance(answers, Raises) else ShapeOf(shape)


def _one_is_none(image: Pixels, kernel: Pixels) -> Any:
    """One channel counts as none."""
    shape = answer_shape(image, kernel)
    if min(shape) < 1:
        return None
    alike = {image.shape[2:], kernel.shape[2:]} == {(), (1,)}
    return ShapeOf(shape) if alike else Raises("ValueError")


MISFITS = (
    known("broadcast", _broadcast, fitting=False),
    known("one_channel_as_none", _one_is_none, fitting=False),
)
