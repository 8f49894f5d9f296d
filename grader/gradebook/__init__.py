"""nbgrader: the judge in the place of its execution step, marks in its gradebook, a course folder from this course."""

from __future__ import annotations

from typing import Any

__all__ = ["Judge", "Repair"]


def __getattr__(name: str) -> Any:
    """Gives nbgrader its two steps when it asks for them; nothing else needs nbgrader to be installed."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from grader.gradebook import judge

    return getattr(judge, name)
