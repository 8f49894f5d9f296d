"""What students get: notebooks, public checks, the bundle, and the proof that it holds no answer."""

from __future__ import annotations

from grader.handout.commands import add_commands

__all__ = ["add_commands"]
