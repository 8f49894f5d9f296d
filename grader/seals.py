"""What a kept result depends on beside the submission: a seal for its name, and words for what changed."""

from __future__ import annotations

import hashlib
import os
import platform
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from grader.course import Course
from grader.model import RESULT_VERSION
from grader.settings import MOST_COPIED, Settings
from grader.versions import COMPUTED_BY, installed

__all__ = ["ANALYSIS", "Parts", "changes", "differing", "few", "parts_of", "seal"]

# The name of what all results of an analysis depend on, beside those of the exercises.
ANALYSIS = "analysis"
LIBRARIES = COMPUTED_BY | {"imageio", "pillow", "opencv-python-headless", "matplotlib", "msgspec"}
# Packages of commands around grading, through which no mark passes.
BESIDE = (
    "artefacts", "authoring", "check", "classroom", "cluster", "gradebook", "handout", "proofs", "similarity", "staff",
)  # fmt: skip
HASHED = "sha256:"
# What a module imports of the suites: a module of theirs, or names, some of which may be modules.
IMPORT = re.compile(r"^\s*(?:from|import) grader\.suites(?:\.(\w+)| import ([\w, ]+)| import \(([\w,\s]+)\))", re.M)
Parts = dict[str, str]


def parts_of(root: Path, course: Course, settings: Settings) -> dict[str, Parts]:
    """By chosen exercise, and for the analysis: hashes of files, versions of libraries, and what was chosen."""
    engine = _hashes(root, _engine(root))
    about = {
        "the format of results": str(RESULT_VERSION),
        "isolation": settings.isolation,
        "device": settings.stamp,
        "Keras' backend": os.environ.get("KERAS_BACKEND", "tensorflow"),
        "Python": platform.python_version(),
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
    limits = _hash(msgspec.json.encode(course.limits))
    own = {"Python": about["Python"], "isolation": settings.isolation, "course.toml": _hash(index), "limits": limits}
    found[ANALYSIS] = engine | own | _hashes(root, stubs)
    return found


def seal(parts: Parts) -> str:
    """One hash of all parts."""
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()


def changes(old: Mapping[str, Parts], new: Mapping[str, Parts]) -> list[str]:
    """A sentence for each set of exercises whose earlier results count no longer for the same reasons."""
    because: dict[str, list[str]] = {}
    for name in new.keys() & old.keys() - {ANALYSIS}:
        if told := few(differing(old[name], new[name], ("{} changed", "{} is gone", "{} is new", "{}: {}, now {}"))):
            because.setdefault(", ".join(told), []).append(name)
    return [
        f"results of the last run count no longer: {', '.join(name for name in new if name in names)} ({why})"
        for why, names in because.items()
    ]


def differing(one: Parts, other: Parts, words: tuple[str, str, str, str]) -> list[str]:
    """What differs: `words` for what both have, only `one`, only `other`; the last for what is told as it is."""
    both, ours, theirs, plain = words
    told = []
    for part in sorted(one | other):
        mine, its = one.get(part, ""), other.get(part, "")
        if mine == its:
            continue
        if (mine or its).startswith(HASHED):
            told.append((both if mine and its else ours if mine else theirs).format(part))
        else:
            told.append(plain.format(part, mine or "none", its or "none"))
    return told


def few(told: list[str]) -> list[str]:
    """The first of many differences, and how many more there are."""
    return told if len(told) <= 4 else [*told[:4], f"and {len(told) - 4} more"]


def _engine(root: Path) -> list[Path]:
    others = {root / "grader" / name for name in ("suites", *BESIDE)}
    found = (path for pattern in ("*.py", "*.toml", "*.bpf") for path in (root / "grader").rglob(pattern))
    return [path for path in found if others.isdisjoint(path.parents)]


def _suite(root: Path, exercise: str) -> list[Path]:
    """The modules of one suite, in any number of imports, and the words and arrays that they read."""
    suites = root / "grader" / "suites"
    modules: dict[Path, bytes] = {}
    ahead = [f"test_{exercise}"]
    while ahead:
        path = suites / f"{ahead.pop()}.py"
        if path not in modules and path.is_file():
            modules[path] = path.read_bytes()
            ahead += re.findall(r"\w+", str(IMPORT.findall(modules[path].decode())))
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
