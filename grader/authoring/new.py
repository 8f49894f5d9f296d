"""`grader new`: the files of a new exercise, each with gaps that say what belongs there."""

from __future__ import annotations

import importlib.util
import json
import keyword
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from grader import course as courses
from grader.course import Course
from grader.errors import UsageError
from grader.files import write_whole

__all__ = ["GAP", "gaps", "new_exercise"]

GAP = "FILL IN"
PLACES = {
    "solutions/{name}.py": "solution.py",
    "grader/suites/{name}_probes.py": "probes.py",
    "grader/suites/test_{name}.py": "suite.py",
    courses.WORDS: "words.toml",
    "tests/submissions/base/{name}.py": "work.py",
    "tests/submissions/right/{name}_another_way/{name}.py": "work.py",
    "tests/submissions/wrong/{name}_known_mistake/{name}.py": "work.py",
    "tests/submissions/wrong/{name}_known_mistake/expect.toml": "expect.toml",
}
WHAT = {"base": "Right, and as plain as can be.", "right": "Right, written another way.", "wrong": "With one mistake."}


def new_exercise(root: Path, name: str, title: str, points: float) -> list[str]:
    """Writes the files of a new exercise and its entry in the index; gives their paths.

    Raises:
        UsageError: the name or the points cannot be used, or one of the files is there already; nothing is written.
    """
    course = courses.load(root / "course.toml")
    _usable(course, name, title, points)
    environment = Environment(
        loader=PackageLoader("grader.authoring"), undefined=StrictUndefined, keep_trailing_newline=True
    )
    files = {}
    for place, template in PLACES.items():
        path = place.format(name=name)
        what = next((text for folder, text in WHAT.items() if f"/{folder}/" in path), "")
        known = {"name": name, "title": title, "points": points, "number": len(course.exercises) + 1, "what": what}
        files[path] = environment.get_template(f"{template}.j2").render(known)
    if taken := [path for path in files if (root / path).exists()]:
        raise UsageError(f"{taken[0]} is there already; choose another name, or move it away.")
    entry = environment.get_template("index.toml.j2").render(name=name, title=json.dumps(title), points=points)
    index = _with_total((root / "course.toml").read_text("utf-8"), course.total + points).rstrip("\n") + "\n" + entry
    words = courses.WORDS.format(name=name)
    _proved(root, index, {words: files[words]})
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        write_whole(root / path, text.encode())
    write_whole(root / "course.toml", index.encode())
    return [*files, "course.toml"]


def _usable(course: Course, name: str, title: str, points: float) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise UsageError(f"{name!r} cannot be the name of a module; use small letters, digits and underscores.")
    if name in sys.stdlib_module_names or importlib.util.find_spec(name) is not None:
        raise UsageError(f"{name!r} is a module that Python has already, which would be hidden; choose another name.")
    taken = {exercise.name for exercise in course.exercises} | {f for e in course.exercises for f in e.functions}
    if name in taken:
        raise UsageError(f"An exercise or a function is called {name!r} already; choose another name.")
    if not title.strip() or not title.isprintable():
        raise UsageError("--title has to be one line of text.")
    if not 0 < points <= 1_000_000:
        raise UsageError(f"--points has to be more than 0; received {points:g}.")


def _with_total(index: str, total: float) -> str:
    """The index with the sum of all points under [course]."""
    line = f"total = {total:g}"
    text, count = re.subn(r"^total = .*$", line, index, count=1, flags=re.MULTILINE)
    return text if count else re.sub(r"^(\[course\].*)$", rf"\1\n{line}", index, count=1, flags=re.MULTILINE)


def _proved(root: Path, index: str, words: dict[str, str]) -> None:
    """Reads the new index and the words before anything is written; CourseError where that could not be."""
    with tempfile.TemporaryDirectory() as folder:
        there = {
            path.relative_to(root).as_posix(): path.read_text("utf-8")
            for path in root.glob(courses.WORDS.format(name="*"))
        }
        for place, text in (there | words | {"course.toml": index}).items():
            path = Path(folder, place)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        courses.load(Path(folder) / "course.toml")


def gaps(root: Path) -> Iterator[str]:
    """What is still to be filled in, as `path:line`, in the files of exercises."""
    folders = ("solutions", "grader/suites", "tests/submissions")
    paths = [
        path for folder in folders for path in sorted((root / folder).rglob("*")) if path.suffix in (".py", ".toml")
    ]
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8", errors="replace").split("\n"), 1):
            if GAP in line:
                yield f"{path.relative_to(root)}:{number}"
