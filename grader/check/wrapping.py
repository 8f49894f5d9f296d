"""Text for terminals of 80 columns: prose is wrapped, what has lines of its own keeps them."""

from __future__ import annotations

import re
import textwrap

__all__ = ["paragraphs", "plain"]

WIDTH = 78
CONTROLS = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|.)?|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """The text without what a terminal obeys: colours, a cursor that moves, a bell."""
    return CONTROLS.sub("", text)


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
