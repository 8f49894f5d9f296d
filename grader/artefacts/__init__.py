"""Weights, data and labels beside the exercises: what is there, how to fetch the rest, and a demonstration."""

from __future__ import annotations

from grader.artefacts.commands import add_commands

__all__ = ["add_commands"]
