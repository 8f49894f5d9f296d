"""What several checks ask of one student's work, worked out once and remembered with the fixture."""

from __future__ import annotations

from typing import Any, Self

from grader.fixture import StudentFixture

__all__ = ["Remembered"]


class Remembered:
    """Base of what is found out about one student; `of` makes it at the first time and gives the same one later."""

    def __init__(self, student: StudentFixture) -> None:
        self.student = student

    @classmethod
    def of(cls, student: StudentFixture, *given: Any) -> Self:
        """The one of this student."""
        one: Self = student.values.setdefault(cls.__name__, cls(student, *given))
        return one
