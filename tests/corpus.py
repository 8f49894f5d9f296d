"""The golden folders of submissions as tests use them."""

from __future__ import annotations

import shutil
from pathlib import Path

from grader.proofs.golden import Golden

__all__ = ["GOLDEN", "RIGHT", "ROOT", "SUBMISSIONS", "WRONG", "lay_over", "with_words"]

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = Golden(ROOT)
SUBMISSIONS = GOLDEN.folder
RIGHT, WRONG = GOLDEN.names("right"), GOLDEN.names("wrong")


def lay_over(kind: str, name: str, student: str, folder: Path) -> Path:
    """A submission of `student` in `folder`: the right modules with those of the golden folder on top."""
    (folder / student).mkdir()
    for path, data in GOLDEN.files(kind, name).items():
        place = folder / student / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return folder / student


def with_words(folder: Path) -> Path:
    """The folder, with what this course's students read of its exercises beside the index that is written there."""
    shutil.copytree(ROOT / "grader" / "suites" / "words", folder / "grader" / "suites" / "words", dirs_exist_ok=True)
    return folder
