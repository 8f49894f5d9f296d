"""Submissions made of files, graded by the warm engine: many judges, one temporary folder, nothing left behind."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from grader.containment import levels
from grader.course import Course
from grader.intake import Entry, Scan
from grader.klass import show_progress
from grader.model import SubmissionResult
from grader.run import Run, default_jobs, grade_all
from grader.settings import Settings
from grader.worker.lock import shield

__all__ = ["Bench", "Work"]


class Work(msgspec.Struct, frozen=True):
    """One submission that somebody might hand in: files by their paths inside it."""

    name: str
    files: dict[str, bytes]


@dataclass(frozen=True)
class Bench:
    """A course, as many judges as it may have, and the folder of kept results, if there is one that outlasts them."""

    root: Path
    course: Course
    jobs: int | None = None
    store: Path | None = None

    def grade(self, works: Sequence[Work], exercises: tuple[str, ...]) -> dict[str, SubmissionResult]:
        """Gives the results by the names of the works; equal modules are graded once."""
        shield()
        levels.require(self.course.isolation)
        with tempfile.TemporaryDirectory(prefix="grader-proofs-") as name:
            folder = Path(name)
            entries = tuple(_written(work, folder / "submitted") for work in works)
            kept, lock = str(self.store or folder / "store"), str(folder / "alone")
            settings = Settings(
                root=str(self.root), exercises=exercises, isolation=self.course.isolation, store=kept, lock=lock
            )
            run = Run(self.course, settings, Scan(entries=entries), self.jobs or default_jobs())
            graded = grade_all(run, partial(show_progress, time.time()))
        return {one.result.student: one.result for one in graded}


def _written(work: Work, folder: Path) -> Entry:
    for path, data in work.files.items():
        place = folder / work.name / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return Entry(student=work.name, paths=(folder / work.name,))
