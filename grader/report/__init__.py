"""Renders result records: Gradescope's JSON, the table of grades, pages for the class and for each student."""

from __future__ import annotations

from grader.report.text import clean, feedback_name, number, one_line, results_name

# What renders pages is imported by whoever does: it takes its time, and judges need these names only.
__all__ = [
    "clean",
    "feedback_name",
    "number",
    "one_line",
    "results_name",
]
