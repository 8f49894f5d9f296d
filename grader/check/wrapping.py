"""Text for terminals of 80 columns: prose is wrapped, what has lines of its own keeps them."""

from __future__ import annotations

import textwrap

__all__ = ["paragraphs"]

WIDTH = 78


def paragraphs(text: str, indent: str = "  ") -> str:
    """The text, indented; long lines are wrapped unless they are themselves indented, as code is."""
    lines = []
    for line in text.rstrip().split("\n"):
        if line.startswith((" ", "\t")) or len(line) + len(indent) <= WIDTH:
            lines.append(f"{indent}{line}".rstrip())
        else:
            lines += textwrap.wrap(
                line, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False,
                break_long_words=False,
            )  # fmt: skip
    return "\n".join(lines)
