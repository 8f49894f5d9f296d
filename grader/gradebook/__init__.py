"""nbgrader: the judge in the place of its execution step, marks in its gradebook, a course folder from this course."""

from __future__ import annotations

from typing import Any

__all__ = ["Judge"]


def __getattr__(name: str) -> Any:
    """Gives `grader.gradebook.Judge` when nbgrader asks for it; nothing else needs nbgrader to be installed."""
    if name != "Judge":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from grader.gradebook.judge import Judge

    return Judge
