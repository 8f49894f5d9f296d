"""Submissions made of files, graded by the warm engine: many judges, one temporary folder, nothing left behind."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader.course import Course
from grader.intake import Entry, Scan
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
    """A course and as many judges as it may have."""

    root: Path
    course: Course
    jobs: int | None = None

    def grade(self, works: Sequence[Work], exercises: tuple[str, ...], title: str) -> dict[str, SubmissionResult]:
        """Gives the results by the names of the works; equal modules are graded once."""
        if not works or not exercises:
            return {}
        shield()
        with tempfile.TemporaryDirectory(prefix="grader-proofs-") as name:
            folder = Path(name)
            entries = tuple(_written(work, folder / "submitted") for work in works)
            settings = Settings(
                root=str(self.root),
                exercises=exercises,
                isolation="process",
                store=str(folder / "store"),
                lock=str(folder / "alone"),
            )
            run = Run(self.course, settings, Scan(entries=entries), self.jobs or default_jobs())
            began = time.time()
            graded = grade_all(run, lambda done, everything: _show(title, began, done, everything))
        return {one.result.student: one.result for one in graded}


def _written(work: Work, folder: Path) -> Entry:
    for path, data in work.files.items():
        place = folder / work.name / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return Entry(student=work.name, paths=(folder / work.name,))


def _show(title: str, began: float, done: int, everything: int) -> None:
    """Draws a line on the terminal with what is done; nothing where the output goes elsewhere."""
    if sys.stderr.isatty():
        left = (time.time() - began) / done * (everything - done)
        end = f", about {left:.0f} s left" if done < everything else "\n"
        print(f"\r\x1b[K{title}: {done} of {everything}", end=end, file=sys.stderr, flush=True)
