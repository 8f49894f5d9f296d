"""Checks of `convolve`; the index knows their points and which waits for which."""

from __future__ import annotations

from grader.fixture import StudentFixture

__all__: list[str] = []


def test_load_colour(student: StudentFixture) -> None:
    """reads PNG and JPEG pictures as (H, W, 3), red first"""
    student.agrees("load_colour")


def test_load_grey(student: StudentFixture) -> None:
    """turns a picture into luminance from 0 to 255 where grayscale asks for it"""
    student.agrees("load_grey")


def test_load_missing(student: StudentFixture) -> None:
    """raises an exception when there is no such file"""
    student.agrees("load_missing")


def test_top_left(student: StudentFixture) -> None:
    """cuts out the first rows and columns, of grey and of colour"""
    student.agrees("top_left")


def test_shape(student: StudentFixture) -> None:
    """works out the rows and columns of a valid convolution, with or without channels"""
    student.agrees("shape")


def test_shape_misfit(student: StudentFixture) -> None:
    """raises ValueError when the filter has more rows or columns than the image"""
    student.agrees("shape_misfit")


def test_hand(student: StudentFixture) -> None:
    """slides the filter over small images without padding and without turning it"""
    student.agrees("hand")


def test_grey(student: StudentFixture) -> None:
    """does so for grey images and filters of any size, square or not"""
    student.agrees("grey")


def test_families(student: StudentFixture) -> None:
    """leaves or moves the image under a filter with a single 1, and is linear in image and filter"""
    student.agrees("families")


def test_colour(student: StudentFixture) -> None:
    """sums over rows, columns and channels: one number a place, whatever the number of channels"""
    student.agrees("colour")


def test_keras(student: StudentFixture) -> None:
    """answers what a Conv2D layer with the same kernel answers"""
    student.agrees("keras")


def test_dtypes(student: StudentFixture) -> None:
    """gives negative and large answers for 8-bit images as well, and takes any real dtype"""
    student.agrees("dtypes")


def test_intact(student: StudentFixture) -> None:
    """leaves image and filter as they were, however they lie in memory, and answers twice the same"""
    student.agrees("intact")
    student.agrees("intact_colour")


def test_misfit(student: StudentFixture) -> None:
    """raises ValueError when filter and image do not go together"""
    student.agrees("misfit")
