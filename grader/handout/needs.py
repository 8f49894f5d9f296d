"""The part of the package that the student's command needs, and the libraries that go with it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from grader.errors import GraderError

__all__ = ["needed_modules", "requirements"]

# What the student's command starts with; everything else follows from their imports.
DOORS = (
    "grader.__main__", "grader.notebook", "grader.check.commands", "grader.check.child", "grader.check.collecting",
)  # fmt: skip
# What the NumPy exercises, pytest and `grader watch` need, with all that these need in turn.
NUMPY = frozenset(
    {
        "anyio", "colorama", "contourpy", "cycler", "fonttools", "idna", "imageio", "iniconfig", "kiwisolver",
        "matplotlib", "msgspec", "numpy", "packaging", "pillow", "pluggy", "prompt-toolkit", "pygments", "pyparsing",
        "pytest", "python-dateutil", "six", "typing-extensions", "tzdata", "watchfiles", "wcwidth",
    }
)  # fmt: skip
# What the Keras exercises need besides; all else of it is in the one lock and not in the other.
KERAS = frozenset({"markdown-it-py", "mdurl", "opencv-python-headless", "scipy"})


def needed_modules() -> dict[str, bytes]:
    """The modules, by their path in the bundle, that the doors import in any number of steps, with their word lists."""
    root = Path(__file__).resolve().parents[2]
    found: dict[Path, bytes] = {}
    ahead = list(DOORS)
    while ahead:
        place = root.joinpath(*ahead.pop().split("."))
        path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if path not in found and path.is_file():  # else it is the name of something inside a module
            found[path] = path.read_bytes()
            ahead += _imported(found[path])
    found |= {path: path.read_bytes() for module in list(found) for path in module.parent.glob("*.toml")}
    return {path.relative_to(root).as_posix(): data for path, data in found.items()}


def _imported(source: bytes) -> Iterator[str]:
    """What a source imports of this package, and the packages that it lies in."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(module=str(module)):
                names = [f"{module}.{alias.name}" for alias in node.names]
            case ast.Import():
                names = [alias.name for alias in node.names]
            case _:
                continue
        parts = [name.split(".") for name in names if name.startswith("grader.")]
        yield from (".".join(part[:count]) for part in parts for count in range(1, len(part) + 1))


def requirements(root: Path, keras: bool) -> dict[str, bytes]:
    """The requirements files: for NumPy, with `keras` one for everything; GraderError where a lock lacks a name."""
    full, small = (_locked(root / name) for name in ("requirements.txt", "requirements-numpy.txt"))
    files = {"requirements.txt": _lock({name: _entry(full, name) for name in NUMPY}, "the NumPy exercises")}
    if keras:
        wanted = {name: entry for name, entry in full.items() if name not in small or name in NUMPY | KERAS}
        files["requirements-keras.txt"] = _lock(wanted, "all exercises")
    return files


def _entry(lock: dict[str, str], name: str) -> str:
    if name not in lock:
        raise GraderError(f"requirements.txt has no entry for {name}, which students need; run: tox -e lock")
    return lock[name]


def _locked(path: Path) -> dict[str, str]:
    """The entries of a lock by name: a line with the version, then its hashes."""
    text = path.read_text("utf-8")
    entries = re.findall(r"^[\w.-]+==.*(?:\n[ ]+--hash=.*)+\n", text, re.MULTILINE)
    return {entry.partition("==")[0]: entry for entry in entries}


def _lock(entries: dict[str, str], purpose: str) -> bytes:
    head = f"# Exact versions for {purpose}; pip compares every file with its hash.\n"
    return (head + "".join(entry for _, entry in sorted(entries.items()))).encode()
