"""Ways to slide: image and filter go together, and are in the kind of numbers that the work is done in."""

from __future__ import annotations

import functools
import itertools
import operator

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from multiply_sum import multiply_sum


def convolve__four_loops(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    rows, cols = image.shape[0] - h + 1, image.shape[1] - w + 1
    pixels, weights = image.reshape(*image.shape[:2], -1), filter_matrix.reshape(h, w, -1)
    answers = [[0] * cols for _ in range(rows)]
    for i in range(rows):
        for j in range(cols):
            for k in range(h):
                for m in range(w):
                    for p, q in zip(pixels[i + k, j + m], weights[k, m], strict=True):
                        answers[i][j] += p * q
    return np.array(answers)


def convolve__two_loops(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    answers = np.zeros((image.shape[0] - h + 1, image.shape[1] - w + 1), dtype=(image[:1, :1] * filter_matrix).dtype)
    for i in range(answers.shape[0]):
        for j in range(answers.shape[1]):
            answers[i, j] = (image[i : i + h, j : j + w] * filter_matrix).sum()
    return answers


def convolve__offsets(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    rows, cols = image.shape[0] - h + 1, image.shape[1] - w + 1
    total = 0
    for k in range(h):
        for m in range(w):
            part = image[k : k + rows, m : m + cols] * filter_matrix[k, m]
            total = total + (part if part.ndim == 2 else part.sum(axis=2))
    return total


def convolve__windows_einsum(image, filter_matrix):
    windows = sliding_window_view(image, filter_matrix.shape)
    windows = windows.reshape(*windows.shape[:2], *filter_matrix.shape)
    return np.einsum("ij...,...->ij...", windows, filter_matrix).reshape(*windows.shape[:2], -1).sum(axis=-1)


def convolve__windows_tensordot(image, filter_matrix):
    windows = sliding_window_view(image, filter_matrix.shape[:2], axis=(0, 1))
    if image.ndim == 3:
        windows = np.moveaxis(windows, 2, -1)
    return np.tensordot(windows, filter_matrix, axes=filter_matrix.ndim)


def convolve__windows_matmul(image, filter_matrix):
    windows = sliding_window_view(image, filter_matrix.shape)
    return windows.reshape(*windows.shape[:2], -1) @ filter_matrix.ravel()


def convolve__windows_sum(image, filter_matrix):
    windows = sliding_window_view(image, filter_matrix.shape)
    products = windows * filter_matrix
    return products.sum(axis=tuple(range(2, products.ndim)))


def convolve__patches_in_columns(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    rows, cols = image.shape[0] - h + 1, image.shape[1] - w + 1
    columns = np.stack([image[i : i + h, j : j + w].reshape(-1) for i in range(rows) for j in range(cols)], axis=1)
    return (filter_matrix.reshape(1, -1) @ columns).reshape(rows, cols)


def convolve__patches_in_rows(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    rows, cols = image.shape[0] - h + 1, image.shape[1] - w + 1
    top, left = np.mgrid[:rows, :cols].reshape(2, -1, 1)
    down, right = np.mgrid[:h, :w].reshape(2, 1, -1)
    patches = image[top + down, left + right].reshape(rows * cols, -1)
    return np.dot(patches, filter_matrix.reshape(-1)).reshape((rows, cols))


def convolve__strided(image, filter_matrix):
    image = np.ascontiguousarray(image)
    h, w = filter_matrix.shape[:2]
    rows, cols = image.shape[0] - h + 1, image.shape[1] - w + 1
    view = as_strided(image, (rows, cols, *filter_matrix.shape), image.strides[:2] + image.strides, writeable=False)
    return (view.reshape(rows, cols, -1) * filter_matrix.reshape(-1)).sum(-1)


def convolve__spectra(image, filter_matrix):
    axes = (0, 1)
    pixels, weights = image.astype(float), filter_matrix.astype(float)
    kernel = np.conj(np.fft.rfft2(weights, s=pixels.shape[:2], axes=axes))
    full = np.fft.irfft2(np.fft.rfft2(pixels, axes=axes) * kernel, s=pixels.shape[:2], axes=axes)
    full = full.reshape(*full.shape[:2], -1).sum(axis=2)
    return full[: full.shape[0] - weights.shape[0] + 1, : full.shape[1] - weights.shape[1] + 1]


def convolve__vectorised(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    at = np.vectorize(lambda i, j: (image[i : i + h, j : j + w] * filter_matrix).sum(), otypes=[object])
    answers = at(*np.indices((image.shape[0] - h + 1, image.shape[1] - w + 1)))
    return np.array(answers.tolist())


def convolve__from_function(image, filter_matrix):
    h, w = filter_matrix.shape[:2]

    @np.vectorize
    def at(i, j):
        return float(np.vdot(image[int(i) : int(i) + h, int(j) : int(j) + w], filter_matrix))

    return np.fromfunction(at, (image.shape[0] - h + 1, image.shape[1] - w + 1))


def convolve__channel_by_channel(image, filter_matrix):
    if image.ndim == 3:
        planes = zip(np.moveaxis(image, 2, 0), np.moveaxis(filter_matrix, 2, 0), strict=True)
        return sum(convolve__channel_by_channel(plane, weights) for plane, weights in planes)
    h, w = filter_matrix.shape
    rows, cols = image.shape[0] - h + 1, image.shape[1] - w + 1
    return np.array([[np.sum(image[i : i + h, j : j + w] * filter_matrix) for j in range(cols)] for i in range(rows)])


def convolve__recursion_over_channels(image, filter_matrix):
    if image.ndim == 2:
        return convolve__offsets(image, filter_matrix)
    first = convolve__offsets(image[..., 0], filter_matrix[..., 0])
    if image.shape[2] == 1:
        return first
    return first + convolve__recursion_over_channels(image[..., 1:], filter_matrix[..., 1:])


def convolve__comprehension(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    return [
        [np.sum(image[i : i + h, j : j + w] * filter_matrix) for j in range(image.shape[1] - w + 1)]
        for i in range(image.shape[0] - h + 1)
    ]


def convolve__generator(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    rows, cols = image.shape[0] - h + 1, image.shape[1] - w + 1

    def answers():
        for i in range(rows):
            for j in range(cols):
                yield np.sum(image[i : i + h, j : j + w] * filter_matrix)

    return np.reshape(list(answers()), (rows, cols))


def convolve__multiply_sum(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    rows, cols = image.shape[0] - h + 1, image.shape[1] - w + 1
    answers = np.empty((rows, cols))
    for i in range(rows):
        for j in range(cols):
            answers[i, j] = multiply_sum(image[i : i + h, j : j + w], filter_matrix)
    return answers


def convolve__product(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    shape = image.shape[0] - h + 1, image.shape[1] - w + 1
    answers = dict.fromkeys(itertools.product(*map(range, shape)), 0)
    for i, j in answers:
        answers[i, j] = (image[i : i + h, j : j + w] * filter_matrix).sum()
    return np.array(list(answers.values())).reshape(shape)


def convolve__ndindex(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    answers = np.empty((image.shape[0] - h + 1, image.shape[1] - w + 1), dtype=np.float64)
    for place in np.ndindex(*answers.shape):
        patch = image[place[0] :][:h, place[1] :][:, :w]
        answers[place] = np.add.reduce((patch * filter_matrix).ravel())
    return answers


def convolve__flat_indices(image, filter_matrix):
    height, width = image.shape[:2]
    h, w = filter_matrix.shape[:2]
    channels = image[:1, :1].size
    flat, weights = image.reshape(-1), filter_matrix.reshape(-1)
    offsets = [(k * width + m) * channels + c for k in range(h) for m in range(w) for c in range(channels)]
    answers = []
    for start in (i * width + j for i in range(height - h + 1) for j in range(width - w + 1)):
        answers.append((flat[[start * channels + offset for offset in offsets]] * weights).sum())
    return np.asarray(answers).reshape(height - h + 1, width - w + 1)


def convolve__one_counter(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    rows, cols = image.shape[0] - h + 1, image.shape[1] - w + 1
    answers, number = [], 0
    while number < rows * cols:
        i, j = divmod(number, cols)
        answers.append(np.multiply(image[i : i + h, j : j + w], filter_matrix).sum())
        number += 1
    return np.array(answers).reshape((rows, cols))


def convolve__row_by_row(image, filter_matrix):
    """One-dimensional correlations of rows, added up."""
    h = filter_matrix.shape[0]
    pixels, weights = image.reshape(*image.shape[:2], -1), filter_matrix.reshape(*filter_matrix.shape[:2], -1)
    lines = []
    for i in range(len(pixels) - h + 1):
        line = 0
        for k, c in itertools.product(range(h), range(pixels.shape[2])):
            line = line + short_correlate(pixels[i + k, :, c], weights[k, :, c])
        lines.append(line)
    return np.array(lines)


def short_correlate(signal, weights):
    count = len(signal) - len(weights) + 1
    return sum(signal[m : m + count] * weights[m] for m in range(len(weights)))


def convolve__np_correlate(image, filter_matrix):
    pixels = np.atleast_3d(image).astype(float)
    weights = np.atleast_3d(filter_matrix).astype(float)
    h, _, channels = weights.shape
    return [
        sum(np.correlate(pixels[i + k, :, c], weights[k, :, c], "valid") for k in range(h) for c in range(channels))
        for i in range(pixels.shape[0] - h + 1)
    ]


def convolve__matrix(image, filter_matrix):
    """The convolution as one matrix that is applied to all pixels."""
    (height, width), (h, w) = image.shape[:2], filter_matrix.shape[:2]
    rows, cols = height - h + 1, width - w + 1
    total = 0
    for c in range(image[:1, :1].size):
        pixels = image.reshape(height, width, -1)[..., c]
        weights = filter_matrix.reshape(h, w, -1)[..., c]
        for k in range(h):
            band = sum(np.eye(width, cols, -m) * float(weights[k, m]) for m in range(w))
            total = total + pixels[k : k + rows].astype(float) @ band
    return total


def convolve__reduce(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    rows, cols = image.shape[0] - h + 1, image.shape[1] - w + 1
    shifted = (
        (image[k : k + rows, m : m + cols] * filter_matrix[k, m]).reshape(rows, cols, -1).sum(axis=2)
        for k, m in np.ndindex(h, w)
    )
    return functools.reduce(operator.add, shifted)


def convolve__columns_first(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    columns = []
    for j in range(image.shape[1] - w + 1):
        band = image[:, j : j + w]
        columns.append([np.sum(band[i : i + h] * filter_matrix) for i in range(image.shape[0] - h + 1)])
    return np.array(columns).T


def convolve__turned_twice(image, filter_matrix):
    """A true convolution of the turned filter, placed on the full answer."""
    h, w = filter_matrix.shape[:2]
    turned = filter_matrix[::-1, ::-1].reshape(h, w, -1)
    pixels = image.reshape(*image.shape[:2], -1)
    full = np.zeros((image.shape[0] + h - 1, image.shape[1] + w - 1), dtype=np.result_type(image, filter_matrix))
    for k, m in itertools.product(range(h), range(w)):
        full[k : k + len(pixels), m : m + pixels.shape[1]] += (pixels * turned[k, m]).sum(axis=2)
    return full[h - 1 : image.shape[0], w - 1 : image.shape[1]]


def convolve__roll(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    total = 0
    for k in range(h):
        for m in range(w):
            moved = np.roll(image, (-k, -m), axis=(0, 1)) * filter_matrix[k, m]
            total = total + moved.reshape(*image.shape[:2], -1).sum(axis=-1)
    return total[: image.shape[0] - h + 1, : image.shape[1] - w + 1]


def convolve__along_axis(image, filter_matrix):
    h, w = filter_matrix.shape[:2]
    rows, cols = image.shape[0] - h + 1, image.shape[1] - w + 1
    places = np.indices((rows, cols)).reshape(2, -1)

    def at(place):
        i, j = place
        return float((image[i : i + h, j : j + w] * filter_matrix).sum())

    return np.apply_along_axis(at, 0, places).reshape(rows, cols)


def convolve__lists(image, filter_matrix):
    pixels, weights = image.tolist(), filter_matrix.tolist()
    h, w = len(weights), len(weights[0])

    def products(p, q):
        return sum(map(products, p, q)) if isinstance(p, list) else p * q

    return [
        [products([row[j : j + w] for row in pixels[i : i + h]], weights) for j in range(len(pixels[0]) - w + 1)]
        for i in range(len(pixels) - h + 1)
    ]
