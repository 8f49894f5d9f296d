"""For notebooks: `from grader.notebook import check`, then `check("convolve")` in a cell."""

from __future__ import annotations

from grader.check.inside import Report, check

__all__ = ["Report", "check"]
