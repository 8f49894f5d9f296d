"""Renders result records: Gradescope's JSON, the table of grades, pages for the class and for each student."""

from __future__ import annotations

from grader.report.gradescope import results_json
from grader.report.pages import class_page, student_page
from grader.report.table import grades_csv
from grader.report.text import clean, feedback_name, number, one_line, results_name

__all__ = [
    "class_page",
    "clean",
    "feedback_name",
    "grades_csv",
    "number",
    "one_line",
    "results_json",
    "results_name",
    "student_page",
]
