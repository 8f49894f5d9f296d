"""What comes before the sliding: pairs that do not go together, and the kind of numbers that the work is done in."""

# Written as students write; functions of the exercise are there in the module that a part is put into.
# ruff: noqa: F821

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np


def convolve_check__early(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("dimensions or channels")
    if image.shape[0] < filter_matrix.shape[0] or image.shape[1] < filter_matrix.shape[1]:
        raise ValueError("the filter is too large")


def convolve_check__one_by_one(image, filter_matrix):
    if image.ndim != filter_matrix.ndim:
        raise ValueError("one is grey and one is not")
    if image.ndim == 3 and image.shape[2] != filter_matrix.shape[2]:
        raise ValueError(f"{image.shape[2]} channels and {filter_matrix.shape[2]}")
    for side, length in zip(image.shape[:2], filter_matrix.shape[:2], strict=True):
        if length > side:
            raise ValueError(f"{length} is more than {side}")


def convolve_check__matched(image, filter_matrix):
    match image.shape, filter_matrix.shape:
        case (height, width), (h, w) if h <= height and w <= width:
            pass
        case (height, width, channels), (h, w, others) if h <= height and w <= width and channels == others:
            pass
        case shapes:
            raise ValueError(f"no convolution of {shapes[0]} with {shapes[1]}")


def convolve_check__caught(image, filter_matrix):
    try:
        assert np.ndim(image) == np.ndim(filter_matrix)
        assert np.ndim(image) == 2 or image.shape[-1] == filter_matrix.shape[-1]
        assert all(n >= m for n, m in zip(image.shape, filter_matrix.shape, strict=True))
    except AssertionError:
        raise ValueError("these do not go together") from None


def convolve_check__windows(image, filter_matrix):
    if image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("channels")
    np.lib.stride_tricks.sliding_window_view(image, filter_matrix.shape)


def convolve_check__list_of_reasons(image, filter_matrix):
    reasons = []
    if len(image.shape) != len(filter_matrix.shape):
        reasons.append("axes")
    elif len(image.shape) > 2 and image.shape[2] - filter_matrix.shape[2]:
        reasons.append("channels")
    if filter_matrix.shape[0] > image.shape[0]:
        reasons.append("rows")
    if filter_matrix.shape[1] > image.shape[1]:
        reasons.append("columns")
    if reasons:
        raise ValueError(", ".join(reasons))


def convolve_check__room(image, filter_matrix):
    if image.shape[2:] != filter_matrix.shape[2:] or len({image.ndim, filter_matrix.ndim}) == 2:
        raise ValueError("channels")
    room = np.subtract(image.shape[:2], filter_matrix.shape[:2]) + 1
    if not (room > 0).all():
        raise ValueError(f"no room: {room}")


def convolve_check__with_filtered_shape(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("channels")
    filtered_shape(image.shape, filter_matrix.shape)


# Numbers -----------------------------------------------------------------------------------------------------------
def convolve_work__float64(image, filter_matrix):
    return image.astype(np.float64), filter_matrix.astype(np.float64)


def convolve_work__float(image, filter_matrix):
    return np.array(image, dtype=float), np.array(filter_matrix, dtype=float)


def convolve_work__longdouble(image, filter_matrix):
    return image.astype(np.longdouble), filter_matrix.astype(np.longdouble)


def convolve_work__integers_where_exact(image, filter_matrix):
    kind = np.result_type(image, filter_matrix, np.int64)
    return image.astype(kind), filter_matrix.astype(kind)


def convolve_work__single_where_single(image, filter_matrix):
    single = image.dtype == filter_matrix.dtype == np.float32
    kind = np.float32 if single else np.float64
    return image.astype(kind), filter_matrix.astype(kind)


def convolve_work__filter_alone(image, filter_matrix):
    return image, np.float64(filter_matrix)


def convolve_work__image_alone(image, filter_matrix):
    return np.asarray(image, dtype="d"), filter_matrix


def convolve_work__python_numbers(image, filter_matrix):
    return image.astype(object), filter_matrix.astype(object)


def convolve_work__fractions(image, filter_matrix):
    exact = np.vectorize(Fraction, otypes=[object])
    return exact(image.astype(float)), exact(filter_matrix.astype(float))


def convolve_work__decimals(image, filter_matrix):
    exact = np.frompyfunc(lambda number: Decimal(float(number)), 1, 1)
    return exact(image), exact(filter_matrix)


def convolve_work__fortran_order(image, filter_matrix):
    return image.astype(float, order="F"), filter_matrix.astype(float, order="F")


def convolve_work__big_endian(image, filter_matrix):
    return image.astype(">f8"), filter_matrix.astype(">f8")


def convolve_work__scaled(image, filter_matrix):
    return image / 256.0, filter_matrix * 256.0
