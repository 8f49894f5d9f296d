"""Pictures in reports: the right pixels, a frame that hides nothing, captions with the range of values."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from grader.model import Picture
from grader.report.pictures import picture_caption, png

__all__: list[str] = []

ORANGE = (255, 176, 0)


def picture(array: NDArray[Any], mark: tuple[int, int, int, int] | None = None, caption: str = "Input") -> Picture:
    return Picture(caption=caption, shape=array.shape, dtype=str(array.dtype), data=array.tobytes(), mark=mark)


def drawn(*arguments: Any, **options: Any) -> NDArray[Any]:
    with Image.open(io.BytesIO(png(*arguments, **options))) as image:
        return np.asarray(image)


def test_bytes_are_drawn_as_they_are() -> None:
    grey = np.array([[0, 100], [200, 255]], dtype=np.uint8)
    colour = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert np.array_equal(drawn(picture(grey), scale=1), grey)
    assert np.array_equal(drawn(picture(colour), scale=1), colour)
    assert np.array_equal(drawn(picture(grey), scale=3), grey.repeat(3, axis=0).repeat(3, axis=1))


def test_floats_run_from_black_to_white_and_constants_are_grey() -> None:
    values = np.array([[-1.0, 0.0, 1.0]], dtype=np.float32)
    assert drawn(picture(values), scale=1).tolist() == [[0, 128, 255]]
    assert set(drawn(picture(np.full((2, 2), 7, dtype=np.float32))).flat) == {128}
    huge = np.array([[-3e38, 3e38]], dtype=np.float32)
    assert drawn(picture(huge), scale=1).tolist() == [[0, 255]]


@pytest.mark.parametrize(
    ("array", "told"),
    [
        (np.array([[3, 9]], dtype=np.uint8), "Input (1 x 2): from 3 to 9"),
        (np.full((1, 2, 3), 0.5, dtype=np.float32), "Input (1 x 2 x 3): every value is 0.5"),
        (np.zeros((0, 2), dtype=np.float32), "Input (0 x 2): no entries"),
        (np.array([[0.5, 2.0]], dtype=np.float32), "Input (1 x 2): from 0.5 (black) to 2 (white)"),
    ],
)
def test_captions_tell_the_range(array: NDArray[Any], told: str) -> None:
    assert picture_caption(picture(array)) == told
    assert drawn(picture(array)).size


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((3, 3), (240, 240)),
        ((1, 1), (240, 240)),
        ((96, 48), (192, 96)),
        ((600, 512), (600, 512)),
    ],
)
def test_small_arrays_are_enlarged(shape: tuple[int, int], size: tuple[int, int]) -> None:
    assert drawn(picture(np.zeros(shape, dtype=np.uint8))).shape == size


@pytest.mark.parametrize("level", [0, 255])
def test_the_patch_is_framed_and_left_visible(level: int) -> None:
    array = np.full((4, 5), level, dtype=np.uint8)
    image = drawn(picture(array, mark=(1, 2, 2, 3)), scale=10)
    assert image.shape == (48, 58, 3)
    orange = np.argwhere((image == ORANGE).all(axis=2))
    assert orange.min(axis=0).tolist() == [11, 21]
    assert orange.max(axis=0).tolist() == [36, 56]
    assert (image[14:34, 24:54] == level).all()


@pytest.mark.parametrize("mark", [(9, 9, 2, 2), (0, 0, 0, 3), (-5, -5, 2, 2)])
def test_a_mark_outside_draws_nothing(mark: tuple[int, int, int, int]) -> None:
    image = drawn(picture(np.zeros((4, 4), dtype=np.uint8), mark=mark), scale=4)
    assert not (image == ORANGE).all(axis=2).any()
