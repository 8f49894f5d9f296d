"""`grader diff OLD NEW`: whose mark moved from one run to another, and by which check."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from grader.report import one_line

__all__ = ["differences"]


def differences(old: Path, new: Path) -> Iterator[str]:
    """A line for each student who is in one run only, or whose checks came to something else."""
    before, after = _results(old), _results(new)
    for student in sorted(before.keys() | after.keys()):
        if student not in before or student not in after:
            yield f"{one_line(student)}: only in {new if student in after else old}"
            continue
        moved = [*_moved(before[student], after[student])]
        if moved:
            scores = [_words(result["score"]) for result in (before[student], after[student])]
            yield f"{one_line(student)}: {scores[0]} -> {scores[1]}"
            yield from moved


def _moved(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    tests = [{test["name"]: test for test in result["tests"]} for result in (before, after)]
    for name in dict.fromkeys([*tests[0], *tests[1]]):
        scores = [side[name]["score"] if name in side else None for side in tests]
        if scores[0] != scores[1]:
            yield f"  {one_line(name)}: {_words(scores[0])} -> {_words(scores[1])}"


def _words(score: float | None) -> str:
    return "none" if score is None else f"{score:g}"


def _results(out: Path) -> dict[str, dict[str, Any]]:
    """The results of a run by student; UsageError where there are none, or one that cannot be read."""
    folder = out / "results"
    if not folder.is_dir():
        raise UsageError(f"{out} holds no results; name the folder that `grader grade` was given with --out.")
    found: dict[str, dict[str, Any]] = {}
    for path in folder.glob("*.json"):
        try:
            result = json.loads(path.read_bytes())
            found[result["extra_data"]["student"]] = {key: result[key] for key in ("score", "tests")}
        except (ValueError, KeyError, TypeError):
            raise UsageError(f"{path} is no result of `grader grade`; grade that folder again.") from None
    return found
