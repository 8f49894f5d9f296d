"""The golden folders of submissions: each changed module laid over right ones, with what grading should come to."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import msgspec

__all__ = ["RIGHT", "ROOT", "WRONG", "Expectation", "expectation", "lay_over"]

ROOT = Path(__file__).resolve().parent.parent
SUBMISSIONS = ROOT / "tests" / "submissions"
RIGHT = sorted(path.name for path in (SUBMISSIONS / "right").iterdir() if path.is_dir())
WRONG = sorted(path.name for path in (SUBMISSIONS / "wrong").iterdir() if path.is_dir())


class Expectation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a wrong submission loses: `lost` by itself, `waits` because of that; how its message names the mistake."""

    exercise: str
    why: str
    lost: tuple[str, ...]
    waits: tuple[str, ...] = ()
    misconception: str = ""
    mentions: tuple[str, ...] = ()
    status: str = "graded"


def expectation(name: str) -> Expectation:
    """The `expect.toml` of a wrong submission."""
    raw: dict[str, Any] = tomllib.loads((SUBMISSIONS / "wrong" / name / "expect.toml").read_text("utf-8"))
    return msgspec.convert(raw, Expectation)


def lay_over(kind: str, name: str, student: str, folder: Path) -> Path:
    """A submission of `student` in `folder`: the right modules with those of the golden folder on top."""
    target = folder / student
    source = SUBMISSIONS / kind / name
    files = [path for path in source.rglob("*") if path.is_file() and path.name != "expect.toml"]
    target.mkdir()
    if not any(path.suffix == ".ipynb" for path in files):
        for path in (SUBMISSIONS / "base").glob("*.py"):
            shutil.copyfile(path, target / path.name)
    for path in files:
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    return target
