"""`grader doctor`: what locks student code in on this machine, layer by layer, and whether it holds."""

from __future__ import annotations

import platform
import textwrap
from collections.abc import Iterator
from pathlib import Path

from grader import course as courses
from grader.containment.levels import Layer, layers, reason
from grader.course import Course
from grader.desk import Desk, spec_of
from grader.errors import GraderError
from grader.versions import missing

__all__ = ["examine"]

WIDTH = 100
NAMES = {"numpy": "canary, NumPy", "keras": "canary, Keras"}


def examine(root: Path) -> int:
    """Prints every layer with its state and the outcome of the canaries; 0 where the course's level can be had."""
    course = courses.load(root / "course.toml")
    print(f"{platform.system()} {platform.release()}, {platform.machine()}, Python {platform.python_version()}\n")
    found = layers()
    for layer in found:
        _show(layer)
    there = all(layer.state == "active" for layer in found if layer.needed)
    failed = False
    for canary in _canaries(root, course, "locked" if there else "container"):
        _show(canary)
        failed |= canary.state == "failed"
    print()
    print(_conclusion(course.isolation, there, failed))
    return 3 if failed or (course.isolation == "locked" and not there) else 0


def _show(layer: Layer) -> None:
    text = layer.detail if layer.state == "active" else reason(layer)
    start = f"  {layer.name:<23}{layer.state:<8}"
    print(textwrap.fill(text, WIDTH, initial_indent=start, subsequent_indent=" " * len(start)), flush=True)


def _canaries(root: Path, course: Course, level: str) -> Iterator[Layer]:
    """What the canaries come to, one for each template that this course's exercises need."""
    for kind in dict.fromkeys(exercise.template for exercise in course.ready):
        if lacking := missing(kind):
            yield Layer(NAMES[kind], "absent", lacking)
            continue
        exercise = next(exercise for exercise in course.ready if exercise.template == kind)
        desk = Desk(
            [spec_of(exercise, root / "exercises")],
            course.limits,
            root / "data",
            root,
            isolation=level,
            closed=[root / "grader" / "suites", root / "solutions"],
        )
        try:
            tried = desk.prove(kind, exercise.name)
            yield Layer(NAMES[kind], "passed", f"{tried} things were tried and refused; what code needs works")
        except GraderError as error:
            yield Layer(NAMES[kind], "failed", str(error))
        finally:
            desk.close()


def _conclusion(wanted: str, there: bool, failed: bool) -> str:
    """The last lines: which level can be had, and which the course asks for."""
    if failed:
        return "A layer is there and does not hold: nothing is graded with it. Please report what stands above."
    if there:
        return f"`locked` can be had here. course.toml asks for `{wanted}`."
    less = " That is enough for this course." if wanted != "locked" else " `grade` will refuse: see --isolation."
    return f"`locked` cannot be had here; `process` can, and `container` where a container is the boundary.{less}"
