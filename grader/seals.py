"""What a kept result depends on beside the submission: a seal for its name, and words for what changed."""

from __future__ import annotations

import ast
import hashlib
import os
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import msgspec

from grader.course import Course
from grader.desk import MOST_COPIED
from grader.model import RESULT_VERSION
from grader.settings import Settings
from grader.versions import COMPUTED_BY, installed

__all__ = ["ANALYSIS", "Parts", "changes", "parts_of", "reached", "seal"]

# The name of what all results of an analysis depend on, beside those of the exercises.
ANALYSIS = "analysis"
LIBRARIES = COMPUTED_BY | {"imageio", "pillow", "opencv-python-headless", "matplotlib", "msgspec"}
# Packages of commands around grading, through which no mark passes.
BESIDE = (
    "artefacts", "authoring", "check", "classroom", "cluster", "gradebook", "handout", "proofs", "similarity", "staff",
)  # fmt: skip
HASHED = "sha256:"
Parts = dict[str, str]


def parts_of(root: Path, course: Course, settings: Settings) -> dict[str, Parts]:
    """By chosen exercise, and for the analysis: hashes of files, versions of libraries, and what was chosen."""
    engine = _hashes(root, _engine(root))
    about = {
        "the format of results": str(RESULT_VERSION),
        "isolation": settings.isolation,
        "device": settings.stamp,
        "Keras' backend": os.environ.get("KERAS_BACKEND", ""),
        "Python": sys.version,
    }
    shared = engine | about | installed(LIBRARIES) | _hashes(root, _data(root))
    recordings = Path(settings.recordings or root / "grader" / "suites" / "recorded")
    found = {}
    for name in settings.exercises:
        index = msgspec.json.encode((course.exercise(name), course.limits))
        own = {"course.toml": _hash(index), f"the examples of {name}": _file(recordings / f"{name}.bin")}
        found[name] = shared | own | _hashes(root, _suite(root, name))
    stubs = [path for path in (root / "exercises").glob("*.py") if path.is_file()]
    index = msgspec.json.encode([msgspec.structs.replace(one, checks=()) for one in course.ready])
    found[ANALYSIS] = engine | {"Python": sys.version, "course.toml": _hash(index)} | _hashes(root, stubs)
    return found


def seal(parts: Parts) -> str:
    """One hash of all parts."""
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()


def changes(old: Mapping[str, Parts], new: Mapping[str, Parts]) -> list[str]:
    """A sentence for each set of exercises whose earlier results count no longer for the same reasons."""
    because: dict[str, list[str]] = {}
    for name in new.keys() & old.keys() - {ANALYSIS}:
        differing = [part for part in sorted(old[name] | new[name]) if old[name].get(part) != new[name].get(part)]
        if differing:
            told = [_told(part, old[name].get(part, ""), new[name].get(part, "")) for part in differing]
            more = [f"and {len(told) - 4} more"] if len(told) > 4 else []
            because.setdefault(", ".join([*told[:4], *more]), []).append(name)
    return [
        f"graded again: {', '.join(name for name in new if name in names)} ({why})" for why, names in because.items()
    ]


def _told(part: str, old: str, new: str) -> str:
    if (old or new).startswith(HASHED):
        return f"{part} {'changed' if old and new else 'is new' if new else 'is gone'}"
    return f"{part}: {old.split(' (')[0] or 'none'}, now {new.split(' (')[0] or 'none'}"


def reached(root: Path, doors: Iterable[str], within: str = "grader") -> dict[Path, bytes]:
    """The modules of a package of ours that the doors import in any number of steps, by their place under `root`."""
    found: dict[Path, bytes] = {}
    ahead = list(doors)
    while ahead:
        place = root.joinpath(*ahead.pop().split("."))
        path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if path not in found and path.is_file():  # else it is the name of something inside a module
            found[path] = path.read_bytes()
            ahead += [name for name in _imported(found[path]) if name.startswith(within)]
    return found


@cache
def _imported(source: bytes) -> list[str]:
    """What a source imports of this package, and the packages that it lies in."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(module=str(module)):
                names = [f"{module}.{alias.name}" for alias in node.names]
            case ast.Import():
                names = [alias.name for alias in node.names]
            case _:
                continue
        parts = [name.split(".") for name in names if name.startswith("grader.")]
        found += (".".join(part[:count]) for part in parts for count in range(1, len(part) + 1))
    return found


def _engine(root: Path) -> list[Path]:
    others = {root / "grader" / name for name in ("suites", *BESIDE)}
    found = (path for pattern in ("*.py", "*.toml", "*.bpf") for path in (root / "grader").rglob(pattern))
    return [path for path in found if others.isdisjoint(path.parents)]


def _suite(root: Path, exercise: str) -> list[Path]:
    """The modules of one suite, and the words and arrays that they read."""
    suites = root / "grader" / "suites"
    modules = reached(root, [f"grader.suites.test_{exercise}"], "grader.suites")
    wanted = {path: path.name for path in suites.glob("*.npz")}
    wanted |= {path: f'texts("{path.stem}"' for path in suites.glob("words/*.toml")}
    read = [path for path, name in wanted.items() if any(name.encode() in source for source in modules.values())]
    return [*modules, *read]


def _data(root: Path) -> list[Path]:
    """The files that workers get a copy of."""
    found = [path for path in (root / "data").glob("*.*") if path.suffix not in (".md", ".toml", ".part")]
    return [path for path in found if path.is_file() and path.stat().st_size <= MOST_COPIED]


def _hashes(root: Path, paths: Iterable[Path]) -> Parts:
    return {path.relative_to(root).as_posix(): _file(path) for path in paths}


def _file(path: Path) -> str:
    return _hash(path.read_bytes()) if path.is_file() else ""


def _hash(data: bytes) -> str:
    return HASHED + hashlib.sha256(data).hexdigest()
