"""For those who write exercises: what is generated from solutions and suites, and the beginning of a new exercise."""

from __future__ import annotations

from grader.authoring.commands import add_commands

__all__ = ["add_commands"]
