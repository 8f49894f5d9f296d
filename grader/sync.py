"""`grader sync`: makes what is generated (stubs, recorded examples) from its source, or says what is stale."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
from importlib.metadata import distributions
from pathlib import Path

from grader import recorded, stubs
from grader.course import Course
from grader.errors import GraderError
from grader.files import write_whole
from grader.warm import KINDS

__all__ = ["sync"]

COMPUTED_BY = {"numpy", "scipy", "hypothesis", "keras", "tensorflow", "tensorflow-cpu"}


def sync(root: Path, course: Course, check: bool) -> list[str]:
    """Writes stubs and recordings that are out of date; with `check` only names them. Paths are relative to `root`."""
    stale = stubs.write_stubs(root, check)
    sys.path.insert(0, str((root / "solutions").resolve()))
    os.environ.update(KINDS["keras"][0])  # solutions and oracles compute in the surroundings that workers have
    for exercise in course.ready:
        if (root / "grader" / "suites" / f"{exercise.name}_probes.py").is_file():
            stale += _recording(root, exercise.name, course.secret, check)
    return stale


def _versions() -> dict[str, str]:
    """What computed the answers; Keras has a part in it only where it is installed."""
    there = {one.name.lower().replace("_", "-"): one.version for one in distributions()}
    return {"python": platform.python_version()} | {name: there[name] for name in sorted(COMPUTED_BY & there.keys())}


def _recording(root: Path, exercise: str, secret: str, check: bool) -> list[str]:
    """The stale recording of one exercise, if it is; written anew unless `check`."""
    from grader import drawing  # hypothesis, SciPy and the solutions are only needed here

    path = root / "grader" / "suites" / "recorded" / f"{exercise}.bin"
    try:
        old = recorded.read(path)
    except GraderError:
        old = None
    with contextlib.chdir(root / "data"):  # solutions are proved where students' code runs
        new = drawing.record(exercise, secret, _versions(), old)
    why = "there is none" if old is None else drawing.stale(old, new)
    if not why:
        return []
    if not check:
        path.parent.mkdir(exist_ok=True)
        write_whole(path, recorded.write(new))
    return [f"{path.relative_to(root)} ({why})"]
