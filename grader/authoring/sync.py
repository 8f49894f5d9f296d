"""`grader sync`: makes what is generated (stubs, recorded examples) from its source, or says what is stale."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from grader import recorded
from grader.authoring import stubs
from grader.authoring.new import GAP, gaps
from grader.course import Course, Exercise, load
from grader.errors import GraderError
from grader.files import write_whole
from grader.handout.notebooks import notebook
from grader.recorded import Recording
from grader.surroundings import surroundings
from grader.versions import computed_by, missing
from grader.worker import models

__all__ = ["record_into", "sync"]


def sync(root: Path, course: Course, check: bool, names: Collection[str] = ()) -> list[str]:
    """Writes what is out of date: stubs, notebooks, and recordings, of all exercises or those named.

    With `check` it is only named. Paths are relative to `root`.
    """
    stale = stubs.write_stubs(root, check) + _notebooks(root, course, check)
    _surround(root, "cpu")
    for exercise in course.ready:
        wanted = not names or exercise.name in names
        if wanted and (root / _probes(exercise.name)).is_file():
            stale += _recording(root, exercise, course.secret, check)
    return stale


def _notebooks(root: Path, course: Course, check: bool) -> list[str]:
    """The stale notebooks of `exercises/`, which hold the same as the stubs; written anew unless `check`."""
    stale = []
    for exercise in course.ready:
        place, source = root / "exercises" / f"{exercise.name}.ipynb", root / "solutions" / f"{exercise.name}.py"
        if not source.is_file():
            continue  # whoever misses the stub says so
        text = notebook(exercise, source.read_text("utf-8"), solved=False)
        if not place.is_file() or place.read_text("utf-8") != text:
            stale.append(f"exercises/{place.name}")
            if not check:
                write_whole(place, text.encode())
    return stale


def record_into(course_folder: str, folder: str, names: Sequence[str], device: str) -> None:
    """Writes recordings to another folder: the same inputs, the answers computed here and now on `device`."""
    root, target = Path(course_folder), Path(folder).resolve()
    target.mkdir(parents=True, exist_ok=True)
    _surround(root, device)
    course = load(root / "course.toml")
    for exercise in map(course.exercise, names):
        write_whole(target / f"{exercise.name}.bin", recorded.write(_recorded(root, exercise, course.secret)[1]))


def _probes(name: str) -> str:
    """The module that says how examples are drawn."""
    return f"grader/suites/{name}_probes.py"


def _surround(root: Path, device: str) -> None:
    """Solutions and oracles compute where, and with what settings, workers do."""
    sys.path.insert(0, str((root / "solutions").resolve()))
    os.environ.update(surroundings("keras", device))


def _recorded(root: Path, exercise: Exercise, secret: str) -> tuple[Recording | None, Recording]:
    """The recording that there is, if any, and the one that is current."""
    from grader.authoring import drawing  # hypothesis, SciPy and the solutions are only needed here

    try:
        old = recorded.read(_path(root, exercise))
    except GraderError:
        old = None
    if exercise.template == "keras":
        models.armed()  # as in a worker: `load_data` fetches nothing
    with contextlib.chdir(root / "data"):  # solutions are proved where students' code runs
        return old, drawing.record(exercise.name, secret, computed_by(), old)


def _path(root: Path, exercise: Exercise) -> Path:
    return root / "grader" / "suites" / "recorded" / f"{exercise.name}.bin"


def _recording(root: Path, exercise: Exercise, secret: str, check: bool) -> list[str]:
    """The stale recording of one exercise, if it is; written anew unless `check`."""
    if any(place.startswith(f"{_probes(exercise.name)}:") for place in gaps(root)):
        why = f"{_probes(exercise.name)} has gaps that say {GAP}"
        print(f"grader: the examples of {exercise.name} were left alone: {why}", file=sys.stderr)
        return []
    if lacking := missing(exercise.template):
        print(f"grader: the examples of {exercise.name} were left alone: {lacking}", file=sys.stderr)
        return []
    from grader.authoring import drawing

    old, new = _recorded(root, exercise, secret)
    why = "there is none" if old is None else drawing.stale(old, new)
    if why and not check:
        _path(root, exercise).parent.mkdir(exist_ok=True)
        write_whole(_path(root, exercise), recorded.write(new))
    return [f"{_path(root, exercise).relative_to(root)} ({why})"] if why else []
