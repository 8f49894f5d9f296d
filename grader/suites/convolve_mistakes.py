"""Known mistakes of `convolve`: what code with each of them answers, and what to tell its author."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import Misconception, Raises, ShapeOf
from grader.suites.convolve_oracles import answer_shape, correlate, fits

__all__ = ["CHANNELS", "LYING", "MISFITS", "NUMBERS", "RANGE", "SIZES", "SQUARE", "TURNED"]

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


def known(
    name: str, answer: Model, observation: str, reason: str, next_step: str, fitting: bool = True
) -> Misconception:
    """A misconception whose model speaks of pairs that fit only, or of those that do not."""

    def model(image: Pixels, kernel: Pixels) -> Any:
        return answer(image, kernel) if fits(image, kernel) is fitting else None

    return Misconception(name, model, observation, reason, next_step)


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


TURN = (
    "This is a convolution in the sense of signal processing, which turns its filter by 180 degrees. Convolutional "
    "networks, and this exercise, do not turn it: they cross-correlate.",
    "Lay the filter on the image as it is written: weight [0, 0] meets the top-left pixel of the patch.",
)
MIRROR = (
    "Where a weight stands in the filter says which pixel of the patch it belongs to: an edge filter that is mirrored "
    "answers the opposite edge.",
    TURN[1],
)
TURNED = (
    known("flipped filter", _with(lambda k: k[::-1, ::-1]), "The filter was turned by 180 degrees.", *TURN),
    known(
        "flipped filter", _with(np.flip), "The filter was turned by 180 degrees, and its channels were reversed.", *TURN
    ),
    known(
        "flipped filter",
        _with(lambda k: k[::-1]),
        "The filter was turned upside down: its last row met the first row of each patch.",
        *MIRROR,
    ),
    known(
        "flipped filter",
        _with(lambda k: k[:, ::-1]),
        "The filter was mirrored: its last column met the first column of each patch.",
        *MIRROR,
    ),
)


def _on_its_side(image: Pixels, kernel: Pixels) -> Any:
    square = kernel.shape[0] == kernel.shape[1]
    return correlate(image, kernel.swapaxes(0, 1)) if square else Raises("ValueError")


def _swapped(image: Pixels, kernel: Pixels) -> Any:
    height, width = image.shape[1] - kernel.shape[0] + 1, image.shape[0] - kernel.shape[1] + 1
    return slid(image, kernel, (height, width), kernel.shape[:2]) if min(height, width) >= 1 else None


ASIDE = (
    "The first index of an array counts rows (down), the second counts columns (to the right). Plots say x before y, "
    "which is the other way round.",
    "Check each pair of indices and each shape: rows first, columns second.",
)
LYING = (
    known("transposed axes", _after(np.transpose), "Rows and columns of the answer have changed places.", *ASIDE),
    known(
        "transposed axes",
        _with(lambda k: k.swapaxes(0, 1)),
        "Rows and columns of the filter have changed places.",
        *ASIDE,
    ),
    known("transposed axes", _on_its_side, "Rows and columns of the filter have changed places.", *ASIDE),
    known(
        "swapped height and width",
        _swapped,
        "The height of the image was taken for its width.",
        "`image.shape` begins with the number of rows, the height. A mix-up stays unseen with square images.",
        "Write `height, width = image.shape[:2]` and use the names from there on.",
    ),
)

VALID = (
    "Without padding, the filter stays inside the image, so a filter of (h, w) gives (H - h + 1, W - w + 1) answers.",
    "Allocate the answer with that shape, and do not pad the image.",
)
COUNT = (
    "A row of W pixels has W - w + 1 places for a filter of w columns: both the first and the last place count.",
    "Try it on paper with 5 pixels and a filter of 3: places 0, 1 and 2.",
)


def _rim_of_zeros(image: Pixels, kernel: Pixels) -> Any:
    answers = correlate(image, kernel)
    answers[-1] = 0.0
    answers[:, -1] = 0.0
    return answers


SIZES = (
    known(
        "same instead of valid",
        _sized(lambda n, k: n),
        "The answer has the size of the image, as with padding.",
        *VALID,
    ),
    known(
        "full instead of valid",
        _sized(lambda n, k: n + k - 1),
        "The answer is larger than the image: the filter hung over the rim on all sides.",
        *VALID,
    ),
    known("size off by one", _sized(lambda n, k: n - k), "One row and one column of answers are missing.", *COUNT),
    known("size off by one", _sized(lambda n, k: n - k + 2), "There is one row and one column too many.", *COUNT),
    known("size off by one", _rim_of_zeros, "The last row and the last column of answers were left at 0.", *COUNT),
    known(
        "strides",
        lambda image, kernel: correlate(image, kernel)[:: kernel.shape[0], :: kernel.shape[1]],
        "The filter jumped by its own size from place to place.",
        "Neighbouring places overlap: the filter moves on by one pixel at a time.",
        "Let both loops count in steps of 1.",
    ),
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


BOTH_SIDES = (
    "A filter has a height, `filter_matrix.shape[0]`, and a width, `filter_matrix.shape[1]`; they need not be equal.",
    "Try a filter of 2 rows and 3 columns, and look for the number that stands for both.",
)
SQUARE = (
    known("square filters only", _side(0), "The height of the filter was used for its width as well.", *BOTH_SIDES),
    known("square filters only", _side(1), "The width of the filter was used for its height as well.", *BOTH_SIDES),
    known("square filters only", _three, "Every filter was treated as one of 3 by 3.", *BOTH_SIDES),
    known("square filters only", _three_by_index, "Every filter was treated as one of 3 by 3.", *BOTH_SIDES),
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


SIGNS = (
    "A negative answer says that the patch looks like the filter's opposite; how negative it is matters as well.",
    "Return the sums as they are; leave it to the display to make them fit.",
)
CLIP = (
    "Answers of a filter are not pixels: they may be negative or larger than 255, and later steps need them so.",
    "Leave out the clipping (np.clip, max with 0); displays scale by themselves.",
)
DIGITS = (
    "Weights of filters are seldom whole numbers, and neither are the answers.",
    "Collect the answers in an array of floats, and leave out rounding.",
)
RAW = (
    "The answer at each place is the plain sum of the products; a network learns the size of the weights itself.",
    "Return the sums without dividing or scaling them.",
)
RANGE = (
    known("clipped", _after(lambda a: np.clip(a, 0, 255)), "The answers were cut off at 0 and at 255.", *CLIP),
    known("clipped", _after(lambda a: np.maximum(a, 0)), "Negative answers were set to 0.", *CLIP),
    known("absolute value", _after(np.abs), "The answers have lost their signs.", *SIGNS),
    known("integer result", _after(np.trunc), "The digits behind the decimal point are missing.", *DIGITS),
    known("integer result", _after(np.floor), "The answers were rounded down to whole numbers.", *DIGITS),
    known("rounded", _after(np.rint), "The answers were rounded to whole numbers.", *DIGITS),
    known("normalised result", _mean, "The answer is the mean of the products, not their sum.", *RAW),
    known("normalised result", _unit_sum, "The answers were divided by the sum of the weights.", *RAW),
    known(
        "normalised result", _unit_magnitude, "The answers were divided by the sum of the weights' magnitudes.", *RAW
    ),
    known("normalised result", _after(_stretched(255.0)), "The answers were stretched to 0..255.", *RAW),
    known("normalised result", _after(_stretched(1.0)), "The answers were stretched to 0..1.", *RAW),
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


BLOCK = (
    "A filter for colour is a block of rows, columns and channels. All its products go into one sum, so the answer has "
    "two axes.",
    "Sum over the whole patch, channel by channel or at once, and add the channels up.",
)
CHANNELS = (
    known("one channel only", _channel(0), "Only the first channel counts in the answer.", *BLOCK),
    known("one channel only", _channel(-1), "Only the last channel counts in the answer.", *BLOCK),
    known(
        "three channels kept",
        lambda image, kernel: ShapeOf((*answer_shape(image, kernel), *image.shape[2:])),
        "There is one answer for each channel in place of one answer for all of them.",
        *BLOCK,
    ),
    known(
        "three channels kept",
        lambda image, kernel: ShapeOf((*image.shape[2:], *answer_shape(image, kernel))),
        "There is one answer for each channel in place of one answer for all of them.",
        *BLOCK,
    ),
    known("normalised result", _averaged, "The answer is the mean of the channels' answers, not their sum.", *RAW),
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


WRAP = (
    "An array of uint8 holds 0 to 255 and wraps round silently: 200 * 2 becomes 144.",
    "Convert image and filter to float before multiplying, for example with `image.astype(float)`.",
)
ROOM = (
    "An array like a uint8 image, made by np.zeros_like for example, holds 0 to 255 only; -3 becomes 253 in it.",
    "Allocate the answer as floats: `np.zeros((rows, cols))`.",
)
NUMBERS = (
    known("uint8 wrap", _promoted, "Products of small integers, such as uint8, have wrapped round.", *WRAP),
    known("uint8 wrap", _narrow, "Sums of small integers, such as uint8, have wrapped round.", *WRAP),
    known("integer result", _like_bytes, "The answers were put into an array of uint8.", *ROOM),
    known("integer result", _like_image, "The answers were put into an array of the image's own dtype.", *ROOM),
    known("clipped", _clipped_bytes, "The answers for 8-bit images were cut off at 0 and at 255.", *CLIP),
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


STRETCH = (
    "NumPy calls this broadcasting: it hides that image and filter disagree on channels.",
    "Compare `image.ndim` with `filter_matrix.ndim` and `image.shape[2:]` with `filter_matrix.shape[2:]` first, and "
    "raise ValueError when they differ.",
)
MISFITS = (
    known("broadcast", _broadcast, "One array was stretched over the channels of the other.", *STRETCH, fitting=False),
    known(
        "broadcast",
        _one_is_none,
        "An image with one channel and a filter without channels, or the reverse, were taken together.",
        *STRETCH,
        fitting=False,
    ),
)
