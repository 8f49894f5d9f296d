"""Around grading: rosters, points by hand, late days; work in from course systems, marks out to them."""

from __future__ import annotations

from grader.classroom.commands import add_class_options, add_commands

__all__ = ["add_class_options", "add_commands"]
