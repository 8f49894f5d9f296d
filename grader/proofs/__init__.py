"""Proofs that a course does what it promises: `grader verify`, and mutants of its solutions."""

from __future__ import annotations

from grader.proofs.commands import add_commands

__all__ = ["add_commands"]
