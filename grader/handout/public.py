"""Public checks as data: which checks can be stated without a suite, and the examples that students may see."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from grader import recorded
from grader.check.public import INDEX, Index, PublicCheck, PublicExercise
from grader.course import Course, Exercise, Limits
from grader.desk import spec_of
from grader.errors import GraderError
from grader.handout.judges import judge_of, keys_of, network_of, replayed
from grader.probing import PictureFile
from grader.recorded import Recording, Replay

__all__ = ["public_data"]

# The line of a check that cannot compare without telling.
FORM = "answers in the form that is asked for; when you hand in: {}"


def public_data(root: Path, course: Course, exercises: list[Exercise]) -> dict[str, bytes]:
    """The files of the bundle's checks by name: the index, and the public examples of each exercise."""
    entries, files = [], {}
    for exercise in exercises:
        path = root / "grader" / "suites" / "recorded" / f"{exercise.name}.bin"
        recording = recorded.read(path) if path.is_file() else Recording(exercise.name, "", {}, {}, {})
        entry = _entry(root, course, exercise, recording)
        named = {name for check in entry.checks for name in check.probes}
        files[f"{exercise.name}.bin"] = recorded.packed(_shown(recording, named))
        entries.append(entry)
    index = Index(course=course.title, exercises=tuple(entries))
    return {INDEX: msgspec.json.format(msgspec.json.encode(index), indent=1)} | files


def _entry(root: Path, course: Course, exercise: Exercise, recording: Recording) -> PublicExercise:
    limits: Limits = msgspec.structs.replace(course.limits, **exercise.limits)
    suite = _suite(root / "grader" / "suites" / f"test_{exercise.name}.py", recording)
    checks = []
    for check in exercise.checks:
        title, judge, probes = suite.get(check.name, (check.name, (), ()))
        shown = tuple(name for name in probes if any(e.public for e in recording.probes[name].examples))
        secret = [probe for probe in map(recording.probes.__getitem__, shown) if not _tells_nothing(probe)]
        if secret:
            title, judge, shown = FORM.format(title), keys_of(secret[0]), ()
        checks.append(
            PublicCheck(
                name=check.name,
                title=title,
                hints=check.hints,
                after=check.after,
                probes=shown,
                judge=judge,
            )
        )
    return PublicExercise(
        title=exercise.title,
        spec=msgspec.structs.replace(spec_of(exercise, root / "exercises"), limits={}),
        import_seconds=limits.import_seconds,
        call_seconds=limits.call_seconds,
        reference_factor=limits.reference_factor,
        checks=tuple(checks),
        network=network_of(exercise.name) if any(check.judge[:1] == ("network",) for check in checks) else None,
    )


def _suite(path: Path, recording: Recording) -> dict[str, tuple[str, tuple[str | int, ...], tuple[str, ...]]]:
    """By check: the student's line, what judges it beside comparisons, and the probes that it rests on."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError) as error:
        raise GraderError(f"the suite {path.name} cannot be read: {error}") from error
    found = {}
    for test in tree.body:
        if isinstance(test, ast.FunctionDef):
            name = test.name.removeprefix("test_")
            title = (ast.get_docstring(test) or name.replace("_", " ")).splitlines()[0].rstrip(".")
            judge, probes = judge_of(test, recording)
            found[name] = title, judge, probes or tuple(replayed(test))
    return found


def _tells_nothing(probe: Replay) -> bool:
    """Whether the expected answers give no answer away: that of a call without arguments, to a question, would."""
    return all(example.args or _has_array(example.expected) for example in probe.examples if example.public)


def _has_array(value: Any) -> bool:
    if isinstance(value, dict | list | tuple):
        return any(_has_array(item) for item in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, np.ndarray)


def _shown(recording: Recording, named: set[str]) -> Recording:
    """The recording without hidden examples, and without what tells of the secret."""
    probes = {
        name: replace(probe, drawn_from="", examples=tuple(example for example in probe.examples if example.public))
        for name, probe in recording.probes.items()
        if name in named
    }
    args = [arg for probe in probes.values() for example in probe.examples for arg in example.args]
    files = {arg.name: arg.data for arg in args if isinstance(arg, PictureFile)}
    return Recording(recording.exercise, "", {}, files, probes)
