"""Verdicts on public checks for the terminal and for a notebook; nothing here says that all tests passed."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator, Sequence

from grader.check.verdicts import HAND_IN
from grader.model import CheckResult

__all__ = ["summary", "table", "text"]

WIDTH = 116
LATER = "later"
MOST_LINES = 20


def _later(verdicts: Sequence[CheckResult]) -> str:
    """The names of the checks that no public example belongs to."""
    return ", ".join(verdict.name for verdict in verdicts if _word(verdict) == LATER)


def _word(verdict: CheckResult) -> str:
    if verdict.outcome != "not_run":
        return verdict.outcome
    return "waits" if verdict.waits_for else LATER


def _details(verdict: CheckResult) -> Iterator[tuple[str, str]]:
    """What there is to say of a check that did not pass, each part with what it is."""
    for shown in verdict.evidence[:1]:
        yield "called", shown.call
        yield "came back", shown.given
        yield "expected", shown.expected
    yield "seen", verdict.observation
    yield "likely mistake", ": ".join(part for part in (verdict.misconception, verdict.reason) if part)
    yield "next step", verdict.next_step


def text(exercise: str, verdicts: Sequence[CheckResult], printed: str = "") -> str:
    """Lines for the terminal, and the first ones of what the code printed."""
    lines = []
    for verdict in verdicts:
        name = f"  {_word(verdict):<7} {exercise}.{verdict.name}"
        if verdict.waits_for:
            lines.append(f"{name}: waits for {verdict.waits_for}")
        elif verdict.outcome != "not_run":
            lines.append(f"{name}: {verdict.title}")
        for label, words in _details(verdict) if verdict.outcome == "failed" else ():
            lines += textwrap.indent(_wrapped(label, words), " " * 10).split("\n") if words else []
    if later := _later(verdicts):
        lines += textwrap.wrap(f"{HAND_IN}: {later}", WIDTH, initial_indent="  ", subsequent_indent="    ")
    if printed.strip():
        said = printed.strip("\n").split("\n")
        more = [f"... and {len(said) - MOST_LINES} more lines"] if len(said) > MOST_LINES else []
        lines += [f"  {line}" for line in ("the code printed:", *said[:MOST_LINES], *more)]
    return "\n".join(lines)


def _wrapped(label: str, words: str) -> str:
    """Prose in lines of a width that can be read; what has lines of its own, such as arrays, keeps them."""
    head = f"{label + ':':<15} "
    if "\n" in words:
        return head + words.replace("\n", "\n" + " " * len(head))
    filler = textwrap.TextWrapper(WIDTH - 10, head, " " * len(head), break_long_words=False, break_on_hyphens=False)
    return filler.fill(words)


def summary(verdicts: Sequence[CheckResult]) -> str:
    """The last line."""
    made = [verdict for verdict in verdicts if verdict.outcome != "not_run" or verdict.waits_for]
    missed = sum(verdict.outcome != "passed" for verdict in made)
    if not made:
        return "nothing to check here; all these checks run when you hand in"
    if not missed:
        return "public checks passed; hidden checks run when you hand in"
    return f"{len(made) - missed} of {len(made)} public checks passed; hidden checks run when you hand in"


COLOURS = {"passed": "#2a9a4c", "failed": "#d9453d", "waits": "#7d8894"}  # to be read on light and dark
DATA = ("called", "came back", "expected")
CELL = "text-align:left;vertical-align:top;padding:2px 12px 2px 0"


def table(exercise: str, verdicts: Sequence[CheckResult], last: str) -> str:
    """A small table for a notebook; colours come with words, and follow no theme."""
    rows = []
    for verdict in verdicts:
        word = _word(verdict)
        if word == LATER:
            continue
        parts = [html.escape(f"waits for {verdict.waits_for}" if verdict.waits_for else verdict.title)]
        for label, words in _details(verdict) if verdict.outcome == "failed" else ():
            if words:
                tag = "code" if label in DATA else "span"
                parts.append(f'<b>{label}</b>: <{tag} style="white-space:pre-wrap">{html.escape(words)}</{tag}>')
        name = html.escape(f"{exercise}.{verdict.name}")
        rows.append(
            f'<tr><td style="{CELL};color:{COLOURS[word]};font-weight:bold">{word}</td>'
            f'<td style="{CELL};white-space:nowrap">{name}</td><td style="{CELL}">{"<br>".join(parts)}</td></tr>'
        )
    lines = [f"{HAND_IN}: {_later(verdicts)}", last] if _later(verdicts) else [last]
    return f"<table>{''.join(rows)}</table>" + "".join(f"<p>{html.escape(line)}</p>" for line in lines)
