"""Checks of `multiply_sum`; the index knows their points and which waits for which."""

from __future__ import annotations

from grader.fixture import StudentFixture

__all__: list[str] = []


def test_hand(student: StudentFixture) -> None:
    """multiplies entry by entry and adds everything up to one number"""
    student.agrees("hand")


def test_agrees(student: StudentFixture) -> None:
    """does so for arrays of one to four dimensions"""
    student.agrees("agrees")


def test_bilinear(student: StudentFixture) -> None:
    """is bilinear and symmetric: scaling and adding arrays scales and adds the answers"""
    student.agrees("bilinear")


def test_uint8(student: StudentFixture) -> None:
    """computes in float64, so that products of 8-bit images do not overflow"""
    student.agrees("uint8")


def test_layouts(student: StudentFixture) -> None:
    """takes arrays however they lie in memory, leaves them as they were, and answers twice the same"""
    student.agrees("layouts")


def test_mismatch(student: StudentFixture) -> None:
    """raises ValueError when the shapes differ, instead of stretching one array over the other"""
    student.agrees("mismatch")
