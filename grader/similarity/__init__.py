"""Which submissions share code of their own: a list of pairs to look at, and never a verdict."""

from __future__ import annotations

from grader.similarity.commands import add_commands

__all__ = ["add_commands"]
