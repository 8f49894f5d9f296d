"""What `grader watch` knows: where the student is, what the last check said, what a save leads to."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.check import progress as memory
from grader.check.hints import give
from grader.check.public import Index, PublicExercise
from grader.check.showing import root
from grader.check.spare import Spare, Supply
from grader.check.verdicts import Verdict
from grader.check.work import Work
from grader.errors import GraderError, SubmissionError
from grader.judging import request

__all__ = ["Seen", "Session"]

# An editor that saves by rename, or in two steps, leaves no whole file for a moment.
TRIES, PAUSE = 4, 0.05
# A check takes a process for its calls, and sometimes one more, to see what a call comes to by itself.
WAITING = {"numpy": 2, "keras": 1}


@dataclass(frozen=True)
class Seen:
    """What the last check of an exercise said: verdicts, or one sentence where the code could not be run."""

    exercise: PublicExercise
    verdicts: Sequence[Verdict] = ()
    unwritten: Sequence[str] = ()
    trouble: str = ""
    notes: Sequence[str] = ()
    printed: str = ""
    seconds: float = 0.0
    path: str = ""

    @property
    def first(self) -> Verdict | None:
        """The check to work on."""
        return root(self.verdicts)


@dataclass
class Session:
    """A student at work: checks are made by one thread at a time, anything else may be asked meanwhile."""

    index: Index
    named: Path | None
    here: Path
    supply: Supply = field(default_factory=lambda: Supply(WAITING, lambda kind: Spare(f"{kind}, much")))

    def __post_init__(self) -> None:
        work = self._work()
        self.folder, self.home = work.folder, work.home
        self.files = set(work.modules)
        self.progress = memory.load(self.home)

    def _work(self) -> Work:
        return Work(self.named, self.here, [exercise.spec for exercise in self.index.exercises], self.supply.take)

    def counts(self, exercise: PublicExercise | None = None) -> tuple[int, int]:
        """How many public checks of an exercise, or of all, have passed, and how many there are."""
        exercises = self.index.exercises if exercise is None else (exercise,)
        passed = sum(len(memory.passed(self.progress, one)) for one in exercises)
        return passed, sum(check.made for one in exercises for check in one.checks)

    def done(self, exercise: PublicExercise) -> bool:
        """Whether all its public checks have passed."""
        passed, there = self.counts(exercise)
        return passed == there and not self.progress.unwritten.get(exercise.name)

    def following(self, exercise: PublicExercise | None = None) -> PublicExercise | None:
        """The first exercise that is not done, after the given one if one is left there."""
        order = list(self.index.exercises)
        start = order.index(exercise) + 1 if exercise is not None else 0
        return next((one for one in order[start:] + order[:start] if not self.done(one)), None)

    def begin(self) -> PublicExercise:
        """Where work goes on: where it stopped, or at the first exercise that is not done, or at the last."""
        known = {exercise.name: exercise for exercise in self.index.exercises}
        last = known.get(self.progress.current)
        if last is not None and not self.done(last):
            return last
        return self.following() or self.index.exercises[-1]

    def known(self) -> list[PublicExercise]:
        """What was checked before and takes no time to check: its files may have changed meanwhile."""
        seen = {name.partition(".")[0] for name in self.progress.outcomes}
        return [one for one in self.index.exercises if one.name in seen and one.spec.template == "numpy"]

    def saved(self, paths: Iterable[Path], current: PublicExercise) -> PublicExercise | None:
        """The exercise that a change of files is about; None where it is about none."""
        ours = (path for path in paths if path.suffix in (".py", ".ipynb"))
        stems = [path.stem for path in ours if path.parent.resolve() == self.folder.resolve()]
        known = {exercise.name: exercise for exercise in self.index.exercises}
        touched = [known[stem] for stem in stems if stem in known]
        if current in touched or not touched:
            return current if stems else None  # a file of the student's own may be imported by the exercise
        return touched[0]

    def check(self, exercise: PublicExercise) -> Seen:
        """Checks an exercise as its files are now, and remembers the outcome; Cancelled where it was called off."""
        started = time.perf_counter()
        try:
            work = self._settled()
            path = work.facts[exercise.name].path
            notes = (*work.notes, *work.facts[exercise.name].notes)
            verdicts = work.check(exercise, [check.name for check in exercise.checks])
            unwritten = work.unwritten(exercise)
        except (GraderError, SubmissionError) as error:
            return Seen(exercise, trouble=str(error), seconds=time.perf_counter() - started)
        with memory.remembered(self.home) as self.progress:  # other commands may have written to it meanwhile
            memory.record(self.progress, exercise.name, verdicts, unwritten)
            self.progress.current = exercise.name
            siblings = work.facts[exercise.name].siblings
            notes = (*notes, *memory.beneath(self.progress, exercise.name, siblings, verdicts))
        request.cache_clear()  # calls name files of a folder that is gone
        return Seen(exercise, verdicts, unwritten, "", notes, work.printed, time.perf_counter() - started, path)

    def _settled(self) -> Work:
        """The files, once all that were there are there again; those that stay away are gone."""
        for _ in range(TRIES):
            work = self._work()
            if self.files <= set(work.modules):
                break
            time.sleep(PAUSE)
        self.files = set(work.modules)
        return work

    def hint(self, seen: Seen) -> str:
        """The next hint for the check to work on, with its name; "" where there is none."""
        verdict = seen.first
        if verdict is None:
            return ""
        full = f"{seen.exercise.name}.{verdict.name}"
        check = next(check for check in seen.exercise.checks if check.name == verdict.name)
        with memory.remembered(self.home) as self.progress:
            text = give(self.progress, full, check)
        return f"{full}, {text}"

    def close(self) -> None:
        """Ends the processes that wait."""
        self.supply.close()
