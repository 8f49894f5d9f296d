"""The student's own files: read as at hand-in, run in a process, checked exercise by exercise."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from grader.check.gaps import unwritten
from grader.check.process import Running
from grader.check.progress import course_around
from grader.check.public import PublicExercise, examples, require
from grader.check.spare import Process, Spare
from grader.check.verdicts import Verdict, verdicts
from grader.errors import SubmissionError, UsageError
from grader.intake import Entry, read
from grader.messages import Load
from grader.worker.source import ExerciseSpec, analyse, program, sources_for

__all__ = ["Work"]


class Work:
    """The modules and notebooks in a folder, what counts of them for each exercise, and the folder that checks run in.

    That is the folder named, or `exercises` beside `data` around `here`, or `here` itself. `home` is the course around
    it, or else around `here`; what is remembered lies there. `take` gives a process of a kind, "numpy" or "keras".
    `notes` are sentences on what was read, `printed` is what the code printed during the last check.
    """

    def __init__(
        self,
        named: Path | None,
        here: Path,
        specs: Sequence[ExerciseSpec],
        take: Callable[[str], Process] = Spare,
    ) -> None:
        if named is not None and not named.is_dir():
            raise UsageError(f"There is no folder {named}; say with --in where the files to check are.")
        named = named and named.resolve()
        bundle = course_around(named or here) or course_around(here)
        files = [here / f"{spec.name}{ending}" for spec in specs for ending in (".py", ".ipynb")]
        if named is None and bundle is None and specs and not any(file.is_file() for file in files):
            cure = "go to the folder that the course hands out, or say with --in where the files to check are"
            raise UsageError(f"There are no exercises in {here}; {cure}.")
        self.folder = named or (bundle / "exercises" if bundle is not None else here)
        self.data = bundle / "data" if bundle is not None else self.folder
        self.home = bundle or self.folder
        self.take = take
        self.notes: tuple[str, ...] = ()
        try:
            self._read([spec.name for spec in specs])
        except SubmissionError as refusal:
            self._read_top(str(refusal))
        self.facts = {fact.exercise: fact for fact in analyse(self.modules, self.notebooks, specs)}
        self.printed = ""

    def _read(self, names: Sequence[str]) -> None:
        """What the folder holds at any depth, as grading reads it; SubmissionError where that would refuse it."""
        submission = read(Entry(student="", paths=(self.folder.resolve(),)), names)
        self.modules, self.notebooks, self.notes = submission.modules, submission.notebooks, submission.notes

    def _read_top(self, refusal: str) -> None:
        """The files of the folder itself, where grading would refuse to read all of it."""
        paths = sorted(self.folder.glob("*.py"))
        self.modules = {path.stem: data for path, data in _readable(paths) if path.stem.isidentifier()}
        self.notebooks = {path.name: data for path, data in _readable(sorted(self.folder.glob("*.ipynb")))}
        self.notes = (f"As a whole, this folder could not be handed in: {refusal}",)

    def check(self, exercise: PublicExercise, chosen: Sequence[str]) -> list[Verdict]:
        """The verdicts on the chosen public checks; SubmissionError where the code cannot be run."""
        facts = self.facts[exercise.name]
        if facts.status != "ok":
            raise SubmissionError(facts.message)
        recording = examples(exercise.name)
        require(exercise)
        running = self.running(exercise)
        with tempfile.TemporaryDirectory() as folder:
            made = verdicts(exercise, recording, running, Path(folder), chosen)
        self.printed = running.printed
        return made

    def unwritten(self, exercise: PublicExercise) -> list[str]:
        """The functions of an exercise that are still as they were handed out."""
        facts = self.facts[exercise.name]
        if facts.status != "ok":
            return []
        return unwritten(exercise.spec, program(facts, self.modules, self.notebooks).source)

    def running(self, exercise: PublicExercise) -> Running:
        """The code of an exercise, which is imported when something of it is called."""
        s = sources_for(exercise.spec, self.facts, self.modules, self.notebooks)
        load = Load(dict(s.modules), dict(s.notebooks), s.facts, s.others, exercise.name, s.forbidden)
        limits = exercise.import_seconds, exercise.call_seconds, exercise.reference_factor
        return Running(load, self.data, partial(self.take, exercise.spec.template), *limits)


def _readable(paths: Iterable[Path]) -> Iterator[tuple[Path, bytes]]:
    """Those files that can be read, with what they hold; a note has named one that cannot."""
    for path in paths:
        with suppress(OSError):
            yield path, path.read_bytes()
