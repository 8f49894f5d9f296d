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
from grader.pools import Local, default_jobs
from grader.run import Run, grade_all
from grader.seals import parts_of
from grader.settings import Settings
from grader.store import Store
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
            settings = Settings(
                root=str(self.root), exercises=exercises, isolation=self.course.isolation, lock=str(folder / "alone")
            )
            store = Store(self.store or folder / "store", parts_of(self.root, self.course, settings))
            run = Run(self.course, settings, Scan(entries=entries), store)
            pool = Local(settings, max(1, min(self.jobs or default_jobs(), len(entries))))
            graded = grade_all(run, pool, partial(show_progress, time.perf_counter()))
        return {one.result.student: one.result for one in graded}


def _written(work: Work, folder: Path) -> Entry:
    for path, data in work.files.items():
        place = folder / work.name / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return Entry(student=work.name, paths=(folder / work.name,))
