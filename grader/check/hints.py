"""`grader hint`: the hints on a check, one stage after the other, when they are asked for."""

from __future__ import annotations

from pathlib import Path

from grader.check.progress import Progress, home, load, remembered, upcoming
from grader.check.public import Index, PublicCheck, PublicExercise
from grader.check.wrapping import paragraphs
from grader.errors import UsageError

__all__ = ["give", "hint", "stage"]


def hint(index: Index, name: str, every: bool, here: Path) -> str:
    """The next hint on a check, or with `every` all that were given so far, and what to type after it.

    `name` is a check, an exercise (its check that is to be done next), or "" for the exercise to be done next.
    """
    folder = home(here)
    progress = load(folder)
    exercise, check = _sought(index, name, progress)
    full = f"{exercise.name}.{check.name}"
    head = paragraphs(f"{full}: {check.title}", "")
    if every:
        given = _given(check, progress.hints.get(full, 0))
        told = [stage(check, number) for number in range(1, given + 1)]
        none = f"No hint on {full} was given so far; `grader hint {full}` gives the first."
        return "\n\n".join([head, *(told or [paragraphs(none)])])
    before = _given(check, progress.hints.get(full, 0))
    with remembered(folder) as progress:
        text = give(progress, full, check)
    left = len(check.hints) - progress.hints[full]
    if before == len(check.hints):
        after = (
            f"There are no more hints on this check; this is the last one again. `grader hint {full} --all` shows all."
        )
    else:
        again = f"`grader check {full}` checks again." if check.made else "The check itself runs when you hand in."
        more = f"`grader hint {full}` gives the next hint." if left else "That was the last hint on this check."
        after = f"{more} {again}"
    return f"{head}\n\n{text}\n\n{paragraphs(after)}"


def give(progress: Progress, full: str, check: PublicCheck) -> str:
    """The next hint on a check, or the last one again; counted in `progress`, which the caller saves."""
    number = min(_given(check, progress.hints.get(full, 0)) + 1, len(check.hints))
    progress.hints[full] = number
    return stage(check, number)


def stage(check: PublicCheck, number: int) -> str:
    """One hint under the line that says which it is."""
    return f"hint {number} of {len(check.hints)}\n{paragraphs(check.hints[number - 1])}"


def _given(check: PublicCheck, counted: int) -> int:
    """How many hints were given; whatever the file says, no more than there are."""
    return max(0, min(counted, len(check.hints)))


def _sought(index: Index, name: str, progress: Progress) -> tuple[PublicExercise, PublicCheck]:
    if "." in name:
        exercise, names = index.choose(name)
        return exercise, next(check for check in exercise.checks if check.name == names[0])
    exercises = [index.choose(name)[0]] if name else index.exercises
    for exercise in exercises:
        if check := upcoming(progress, exercise):
            return exercise, check
    which = exercises[-1]
    later = ", ".join(f"{which.name}.{check.name}" for check in which.checks if not check.made)
    more = f" There are hints on those that run when you hand in as well: {later}." if later else ""
    done = f"The public checks of {name} passed" if name else "All public checks passed"
    cure = f"for a hint name a check, such as `grader hint {which.name}.{which.checks[0].name}`."
    raise UsageError(f"{done} when they were last run; {cure}{more}")
