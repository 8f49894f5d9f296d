"""Text for terminals of 80 columns: prose is wrapped, what has lines of its own keeps them."""

from __future__ import annotations

import re
import textwrap
import unicodedata

from grader.intake.names import escaped

__all__ = ["paragraphs", "plain"]

WIDTH = 78
COLOURS = re.compile(r"\x1b\[[0-9;:]*m|\r(?=\n)")


def plain(text: str) -> str:
    """The text without colours; what else a terminal obeys, or draws as nothing, is written as an escape."""
    return "".join(char if _drawn(char) else escaped(char) for char in COLOURS.sub("", text))


def _drawn(char: str) -> bool:
    return char.isprintable() or char in "\n\t" or unicodedata.category(char) == "Zs"


def paragraphs(text: str, indent: str = "  ") -> str:
    """The text, indented; long lines are wrapped unless they are themselves indented, as code is."""
    lines = []
    for line in plain(text).rstrip().split("\n"):
        if line.startswith((" ", "\t")) or len(line) + len(indent) <= WIDTH:
            lines.append(f"{indent}{line}".rstrip())
        else:
            lines += textwrap.wrap(
                line, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False,
                break_long_words=False,
            )  # fmt: skip
    return "\n".join(lines)
