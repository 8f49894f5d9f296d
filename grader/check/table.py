"""What public checks found, as a table for a notebook: the same words, and the failing example as a picture."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence

from grader.check.picture import picture, size
from grader.check.showing import LATER, Part, parts, rows
from grader.check.verdicts import Verdict
from grader.check.wrapping import plain

__all__ = ["table"]

COLOURS = {"failed": "#d9453d", "passed": "#2a9a4c", "waits": "#7d8894", LATER: "#7d8894"}  # on light and on dark
CELL = "text-align:left;vertical-align:top;padding:3px 12px 3px 0;white-space:normal"
GRID = "display:grid;grid-template-columns:max-content minmax(0,60em);gap:3px 12px;margin:4px 0"
CODE = "margin:0;padding:0;white-space:pre-wrap;background:none;color:inherit"
WIDTH = 100


def table(exercise: str, verdicts: Sequence[Verdict], last: str) -> str:
    """A small table; colours come with words, and follow no theme."""
    lines = []
    for row in rows(exercise, verdicts):
        words = f"{row.name}: {row.words}" if row.words else row.name
        told = _told(exercise, row.verdict) if row.verdict is not None else ""
        lines.append(
            f'<tr><td style="{CELL};color:{COLOURS[row.word]};font-weight:bold">{row.word}</td>'
            f'<td style="{CELL}">{html.escape(plain(words))}{told}</td></tr>'
        )
    return f"<table>{''.join(lines)}</table><p>{html.escape(last)}</p>"


def _told(exercise: str, verdict: Verdict) -> str:
    """What there is to say of a failure, its arrays as a picture where there can be one."""
    drawn = picture(verdict, alone=False)
    told = [_part(part) for part in parts(exercise, verdict, WIDTH, arrays=drawn is None) if part.words]
    image = "" if drawn is None else _image(drawn, f"the failing example of {exercise}.{verdict.name}")
    return f'{image}<div style="{GRID}">{"".join(told)}</div>'


def _part(part: Part) -> str:
    words = html.escape(plain(part.words))
    if part.code or "\n" in words:
        words = f'<pre style="{CODE}">{words}</pre>'
    else:
        words = re.sub(r"`([^`]+)`", r"<code>\1</code>", words)
    return f"<b>{part.label}</b><div>{words}</div>"


def _image(drawn: bytes, alt: str) -> str:
    data = base64.b64encode(drawn).decode("ascii")
    style = f"width:{size(drawn)[0]}px;max-width:100%;height:auto;margin:4px 0"
    return f'<div><img alt="{html.escape(alt)}" style="{style}" src="data:image/png;base64,{data}"></div>'
