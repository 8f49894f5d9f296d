"""`grader sync`: makes what is generated (stubs, recorded examples) from its source, or says what is stale."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from grader import recorded, stubs
from grader.course import Course, Exercise
from grader.errors import GraderError
from grader.files import write_whole
from grader.surroundings import KINDS
from grader.versions import computed_by, missing

__all__ = ["sync"]


def sync(root: Path, course: Course, check: bool) -> list[str]:
    """Writes stubs and recordings that are out of date; with `check` only names them. Paths are relative to `root`."""
    stale = stubs.write_stubs(root, check)
    sys.path.insert(0, str((root / "solutions").resolve()))
    os.environ.update(KINDS["keras"][0])  # solutions and oracles compute in the surroundings that workers have
    for exercise in course.ready:
        if (root / "grader" / "suites" / f"{exercise.name}_probes.py").is_file():
            stale += _recording(root, exercise, course.secret, check)
    return stale


def _recording(root: Path, exercise: Exercise, secret: str, check: bool) -> list[str]:
    """The stale recording of one exercise, if it is; written anew unless `check`."""
    if lacking := missing(exercise.template):
        print(f"grader: the examples of {exercise.name} were left alone: {lacking}", file=sys.stderr)
        return []
    from grader import drawing  # hypothesis, SciPy and the solutions are only needed here

    path = root / "grader" / "suites" / "recorded" / f"{exercise.name}.bin"
    try:
        old = recorded.read(path)
    except GraderError:
        old = None
    with contextlib.chdir(root / "data"):  # solutions are proved where students' code runs
        new = drawing.record(exercise.name, secret, computed_by(), old)
    why = "there is none" if old is None else drawing.stale(old, new)
    if not why:
        return []
    if not check:
        path.parent.mkdir(exist_ok=True)
        write_whole(path, recorded.write(new))
    return [f"{path.relative_to(root)} ({why})"]
