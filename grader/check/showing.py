"""Verdicts on public checks for the terminal and for a notebook; nothing here says that all tests passed."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator, Sequence

from grader.model import CheckResult

__all__ = ["summary", "table", "text"]

WIDTH = 116


def _word(verdict: CheckResult) -> str:
    if verdict.outcome != "not_run":
        return verdict.outcome
    return "waits" if verdict.waits_for else "later"


def _details(verdict: CheckResult) -> Iterator[tuple[str, str]]:
    """What there is to say beside the title, each part with what it is."""
    if verdict.outcome == "not_run":
        yield "", f"waits for {verdict.waits_for}" if verdict.waits_for else verdict.observation
        return
    for shown in verdict.evidence:
        yield "called", shown.call
        yield "came back", shown.given
        yield "expected", shown.expected
    yield "seen", verdict.observation
    yield "likely mistake", " - ".join(part for part in (verdict.misconception, verdict.reason) if part)
    yield "next step", verdict.next_step


def text(exercise: str, verdicts: Sequence[CheckResult]) -> str:
    """Lines for the terminal."""
    lines = []
    for verdict in verdicts:
        lines.append(f"  {_word(verdict):<7} {exercise}.{verdict.name}: {verdict.title}")
        for label, words in _details(verdict) if verdict.outcome != "passed" else ():
            head = f"{label}: " if label else ""
            lines += textwrap.indent(_wrapped(head + words), " " * 12).split("\n") if words else []
    return "\n".join(lines)


def _wrapped(words: str) -> str:
    """Long prose in lines; what has lines of its own, such as arrays, stays as it is."""
    if "\n" in words:
        return words
    return "\n".join(textwrap.wrap(words, WIDTH - 12, subsequent_indent="  ", break_long_words=False)) or words


def summary(verdicts: Sequence[CheckResult]) -> str:
    """The last line."""
    made = [verdict for verdict in verdicts if verdict.outcome != "not_run" or verdict.waits_for]
    missed = sum(verdict.outcome != "passed" for verdict in made)
    if not made:
        return "nothing to check here; all these checks run when you hand in"
    if not missed:
        return "public checks passed; hidden checks run when you hand in"
    return f"{len(made) - missed} of {len(made)} public checks passed; hidden checks run when you hand in"


COLOURS = {"passed": "#1a7f37", "failed": "#b3261e", "waits": "#6b7785", "later": "#6b7785"}
CELL = "text-align:left;vertical-align:top;padding:2px 12px 2px 0"


def table(exercise: str, verdicts: Sequence[CheckResult], last: str) -> str:
    """A small table for a notebook; colours come with words, and follow no theme."""
    rows = []
    for verdict in verdicts:
        word = _word(verdict)
        parts = [html.escape(verdict.title)]
        for label, words in _details(verdict) if verdict.outcome != "passed" else ():
            if words:
                head = f"<b>{html.escape(label)}</b>: " if label else ""
                parts.append(f'{head}<span style="white-space:pre-wrap">{html.escape(words)}</span>')
        name = html.escape(f"{exercise}.{verdict.name}")
        rows.append(
            f'<tr><td style="{CELL};color:{COLOURS[word]};font-weight:bold">{word}</td>'
            f'<td style="{CELL};white-space:nowrap">{name}</td><td style="{CELL}">{"<br>".join(parts)}</td></tr>'
        )
    return f"<table>{''.join(rows)}</table><p>{html.escape(last)}</p>"
