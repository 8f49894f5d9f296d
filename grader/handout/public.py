"""Public checks as data: which checks can be stated without a suite, and the examples that students may see."""

from __future__ import annotations

import ast
from collections.abc import Iterator
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
from grader.probing import Made, PictureFile
from grader.recorded import Recording, Replay

__all__ = ["public_data"]


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
    suite = _suite(root / "grader" / "suites" / f"test_{exercise.name}.py")
    checks = []
    for check in exercise.checks:
        title, probes = suite.get(check.name, (check.name, ()))
        shown = tuple(name for name in probes if any(e.public for e in recording.probes[name].examples))
        plain = all(_is_plain(recording.probes[name], exercise) for name in shown)
        checks.append(
            PublicCheck(
                name=check.name, title=title, hints=check.hints, after=check.after, probes=shown if plain else ()
            )
        )
    return PublicExercise(
        title=exercise.title,
        spec=msgspec.structs.replace(spec_of(exercise, root / "exercises"), limits={}),
        import_seconds=limits.import_seconds,
        call_seconds=limits.call_seconds,
        reference_factor=limits.reference_factor,
        checks=tuple(checks),
    )


def _suite(path: Path) -> dict[str, tuple[str, tuple[str, ...]]]:
    """By check, the student's line, and the probes that it replays where it does nothing else with the student."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError) as error:
        raise GraderError(f"the suite {path.name} cannot be read: {error}") from error
    tests = {node.name.removeprefix("test_"): node for node in tree.body if isinstance(node, ast.FunctionDef)}
    titles = {name: (ast.get_docstring(test) or name.replace("_", " ")).splitlines()[0] for name, test in tests.items()}
    return {name: (titles[name].rstrip("."), tuple(_replayed(test))) for name, test in tests.items()}


def _replayed(test: ast.FunctionDef) -> Iterator[str]:
    names = []
    for node in ast.walk(test):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name("student"), attr="agrees"), args=[ast.Constant(str(name))]):
                names.append(name)
    uses = sum(isinstance(node, ast.Name) and node.id == "student" for node in ast.walk(test))
    return iter(names if uses == len(names) else [])


def _is_plain(probe: Replay, exercise: Exercise) -> bool:
    """Whether a check is "call the function with these values, compare with this value or error" for anyone.

    Instruments and models are a worker's. A call without arguments is left out where its answer would be given away (a
    question that words or numbers answer), or comes from a data set that only workers have.
    """
    shown = [example for example in probe.examples if example.public]
    if probe.look or any(isinstance(arg, Made) for example in shown for arg in example.args):
        return False
    known = [example for example in shown if not example.args]
    return not known or (exercise.template == "numpy" and all(_has_array(example.expected) for example in known))


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
