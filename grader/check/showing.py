"""What public checks found, for the terminal: one root cause in full; nothing here says that all tests passed."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TextIO

import numpy as np

from grader.check.blocks import block, digits_for, products, side_by_side
from grader.check.failing import Failing
from grader.check.verdicts import HAND_IN, Verdict
from grader.check.wrapping import plain
from grader.illustrate import SMALL
from grader.illustrate import shown as shown_value
from grader.model import CheckResult

__all__ = [
    "ALL_PASSED", "LATER", "Part", "Row", "answers", "call", "colours", "columns", "counted", "parts", "root", "rows",
    "summary", "text",
]  # fmt: skip

NARROW, WIDE = 80, 100
LATER = "later"
ALL_PASSED = "public checks passed; hidden checks run when you hand in"
MOST_LINES = 20
LABEL = 16  # columns
COLOURS = {"open": "\033[36m", "failed": "\x1b[1;31m", "passed": "\x1b[32m", "waits": "\x1b[2m", LATER: "\x1b[2m"}
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


@dataclass(frozen=True)
class Part:
    """One thing that is told of a failure; `code` where it is no prose; without a label it is arrays side by side."""

    label: str
    words: str
    code: bool = False


@dataclass(frozen=True)
class Row:
    """One line on one check, or on several that stand alike; `verdict` where it is told in full."""

    word: str
    name: str
    words: str = ""
    verdict: Verdict | None = None


def root(verdicts: Sequence[Verdict]) -> Verdict | None:
    """The first check that failed: whatever it waits for has passed."""
    return next((verdict for verdict in verdicts if verdict.outcome == "failed"), None)


def rows(exercise: str, verdicts: Sequence[Verdict], unwritten: Sequence[str] = ()) -> Iterator[Row]:
    """The root cause, what else failed, what waits, passed, is not written yet, or is checked at hand-in alone."""
    first = root(verdicts)
    for verdict in verdicts:
        if verdict is first:
            yield Row("failed", f"{exercise}.{verdict.name}", verdict.title, verdict)
    for verdict in verdicts:
        if verdict.outcome == "failed" and verdict is not first:
            yield Row("failed", f"{exercise}.{verdict.name}", verdict.misconception or _first_words(verdict))
    waiting = sorted((verdict for verdict in verdicts if verdict.waits_for), key=lambda verdict: verdict.waits_for)
    for awaited, group in groupby(waiting, key=lambda verdict: verdict.waits_for):
        names = [verdict.name for verdict in group]
        yield Row("waits", ", ".join(names), f"{'waits' if len(names) == 1 else 'wait'} for {awaited}")
    alone = [verdict for verdict in verdicts if verdict.outcome == "not_run" and not verdict.waits_for]
    passed = [verdict.name for verdict in verdicts if verdict.outcome == "passed"]
    if passed:
        yield Row("passed", ", ".join(passed))
    if unwritten:
        yield Row("open", ", ".join(unwritten), "not written yet")
    if alone:
        yield Row(LATER, ", ".join(verdict.name for verdict in alone), HAND_IN)


def _first_words(verdict: CheckResult) -> str:
    """The first sentence of what was seen, on one line."""
    sentence = re.split(r"(?<=[.!?])\s", verdict.observation.strip(), maxsplit=1)[0]
    return textwrap.shorten(sentence, NARROW, placeholder=" ...")


def parts(exercise: str, verdict: Verdict, width: int, colour: bool = False, arrays: bool = True) -> Iterator[Part]:
    """What there is to say of a failure, for `width` columns; its arrays stand elsewhere where `arrays` is False."""
    failing = verdict.failing
    if failing is not None:
        yield from _called(verdict, failing, width, colour, arrays)
    else:
        for shown in verdict.evidence[:1]:
            yield Part("called", shown.call, True)
            yield Part("came back", shown.given, True)
            yield Part("expected", shown.expected, True)
    yield Part("seen", verdict.observation)
    if failing is not None and failing.patch is not None:
        told = products(failing.patch, failing.names, digits_for(failing))
        yield Part("patch" if failing.patch.place else "products", told, True)
    named = f"{verdict.misconception}: {verdict.reason}" if verdict.reason else verdict.misconception
    yield Part(
        "likely mistake" if verdict.misconception else "reason", named if verdict.misconception else verdict.reason
    )
    yield Part("next step", verdict.next_step)
    more = [f"grader hint {exercise}.{verdict.name}"]
    more += [f"grader check {exercise}.{verdict.name} --show"] if arrays and failing and failing.panels else []
    yield Part("see more", "\n".join(more), True)


def _called(verdict: Verdict, failing: Failing, width: int, colour: bool, arrays: bool) -> Iterator[Part]:
    """The call with its arrays by name, these and the answers side by side, and what of the answers is no array."""
    digits = digits_for(failing)
    made = {panel.name: block(panel, digits, colour) for panel in failing.panels}
    yield Part("called", call(failing, {name for name, group in made.items() if group}), True)
    if arrays and any(made.values()):
        yield Part("", "\n".join(side_by_side([group for group in made.values() if group], width)), True)
    came, wanted = (panel is not None and bool(made[panel.name]) for panel in reversed(failing.both))
    expected, given = answers(verdict, failing)
    yield Part("came back", "" if came else given, True)
    yield Part("expected", "" if wanted else expected, True)


def answers(verdict: Verdict, failing: Failing) -> tuple[str, str]:
    """What was expected and what came back, as text; the second is "" where the call came to no end."""
    given = "".join(shown.given for shown in verdict.evidence[:1])
    return shown_value(failing.expected), shown_value(failing.given.tolist()) if failing.listed else given


def call(failing: Failing, visible: set[str]) -> str:
    """The call, `visible` arrays by their names; below it, of which kind they are where that cannot be seen."""
    args, notes = [], []
    for name, arg in zip(failing.names, failing.args, strict=True):
        args.append(name if name in visible else shown_value(arg))
        if name in visible and (arg.size > SMALL or arg.dtype not in (np.float64, np.int64)):
            notes.append(f"{name}: {arg.dtype} array of shape {arg.shape}")
    many = any("\n" in arg for arg in args)
    inside = "\n" + textwrap.indent(",\n".join(args), "  ") if many else ", ".join(args)
    return "\n".join([f"{failing.function}({inside})", *notes])


def text(
    exercise: str,
    verdicts: Sequence[Verdict],
    printed: str = "",
    width: int = NARROW,
    colour: bool = False,
    unwritten: Sequence[str] = (),
) -> str:
    """Lines for the terminal, and the first ones of what the code printed."""
    lines: list[str] = []
    for row in rows(exercise, verdicts, unwritten):
        word = f"{COLOURS[row.word]}{row.word:<7}{PLAIN}" if colour else f"{row.word:<7}"
        words = f"{row.name}: {plain(row.words)}" if row.words else row.name
        told = textwrap.wrap(words, width - 10, break_on_hyphens=False)
        lines += [f"  {word} {told[0]}", *(f"          {line}" for line in told[1:])]
        if row.verdict is not None:
            for part in parts(exercise, row.verdict, width - 4, colour):
                lines += _lines(part, width, colour)
            lines.append("")
    if lines and not lines[-1]:
        lines.pop()
    if printed.strip():
        said = plain(printed).strip("\n").split("\n")
        more = [f"... and {len(said) - MOST_LINES} more lines"] if len(said) > MOST_LINES else []
        lines += [f"  {line}" for line in ("the code printed:", *said[:MOST_LINES], *more)]
    return "\n".join(lines)


def _lines(part: Part, width: int, colour: bool) -> list[str]:
    """The lines of one part behind its label; what has columns of its own, such as a table, keeps its lines."""
    if not part.words:
        return []
    if not part.label:
        return ["", *textwrap.indent(part.words, " " * 4).split("\n"), ""]
    room = width - 4 - LABEL
    told: list[str] = []
    for line in plain(part.words).split("\n"):
        prose = len(line) > room and not ("\n" in part.words and "  " in line.strip())
        told += textwrap.wrap(line, room, break_long_words=False, break_on_hyphens=False) if prose else [line]
    label = f"{part.label + ':':<{LABEL}}"
    head = f"{BOLD}{label}{PLAIN}" if colour else label
    return [f"    {head}{told[0]}", *(f"    {' ' * LABEL}{line}".rstrip() for line in told[1:])]


def summary(verdicts: Sequence[CheckResult], unwritten: int = 0) -> str:
    """The last line; `unwritten` functions are still as they were handed out."""
    made = [verdict for verdict in verdicts if verdict.outcome != "not_run" or verdict.waits_for]
    if not made:
        return "nothing to check here; all these checks run when you hand in"
    passed = sum(verdict.outcome == "passed" for verdict in made)
    if unwritten and passed == len(made):
        return f"{passed} of {passed} {ALL_PASSED.replace(';', f'; functions not written yet: {unwritten};')}"
    return counted(passed, len(made))


def counted(passed: int, made: int) -> str:
    """How many checks passed of those that were made, and that these are a part of what counts."""
    return ALL_PASSED if passed == made else f"{passed} of {made} {ALL_PASSED}"


def columns() -> int:
    """How wide lines may be here: as the terminal, and not wider than what is good to read."""
    return max(40, min(shutil.get_terminal_size((NARROW, 24)).columns, WIDE))


def colours(stream: TextIO) -> bool:
    """Whether colours may be sent there: it is a terminal, and nobody has asked for none."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty():
        return False
    if os.name == "nt":
        os.system("")  # has the console of Windows understand colours
    return True
