"""A student bundle for tests: made once, and unpacked where nothing of the checkout can be imported."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from corpus import ROOT

from grader import course as courses
from grader.handout.bundle import members

__all__ = ["COURSE", "FILES", "ROOT", "copied", "laid_out", "run"]

COURSE = courses.load(ROOT / "course.toml")
FILES = members(ROOT, COURSE, ())
# An editable installation would answer imports that the bundle cannot.
ALONE = "import sys; sys.meta_path[:] = [one for one in sys.meta_path if 'ditable' not in repr(one)]; "
NEEDED = ("course.toml", "LICENSE", "requirements.txt", "requirements-numpy.txt")


def laid_out(folder: Path) -> Path:
    """The bundle's files in a folder."""
    for name, data in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def run(folder: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs Python code in a folder, where `grader` is the bundle's and nothing else."""
    return subprocess.run(
        [sys.executable, "-P", "-c", ALONE + code, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def copied(folder: Path) -> Path:
    """A course of its own to spoil: what a release is made from."""
    left_out = shutil.ignore_patterns("__pycache__", "sample_class", ".*")
    for name in ("data", "docs", "exercises", "grader", "solutions"):
        shutil.copytree(ROOT / name, folder / name, ignore=left_out)
    for name in NEEDED:
        shutil.copy(ROOT / name, folder / name)
    return folder
