"""`grader progress`: what the last checks said, exercise by exercise; it is no mark."""

from __future__ import annotations

from collections.abc import Iterator

from grader.check.progress import Progress, passed, upcoming
from grader.check.public import Index, PublicExercise
from grader.check.wrapping import paragraphs

__all__ = ["overview"]

BAR = 20
NO_MARK = (
    "This is no mark. It counts the public checks that passed when they were last run here; hidden checks run when you "
    "hand in, and they decide on the points."
)


def overview(index: Index, progress: Progress, blocks: str = "#-") -> str:
    """The table; `blocks` are the two signs of the bar, for what passed and for what did not."""
    width = max(len(exercise.name) for exercise in index.exercises)
    lines = [index.course, "", f"  {'exercise':<{width}}  {'public checks passed':<{BAR + 7}}  next"]
    for exercise in index.exercises:
        lines.append(f"  {exercise.name:<{width}}  {_bar(exercise, progress, blocks)}  {_next(exercise, progress)}")
    hints = [line for exercise in index.exercises for line in _hints(exercise, progress)]
    lines += ["", "Hints that were read:", *hints] if hints else []
    return "\n".join([*lines, "", paragraphs(NO_MARK, "")])


def _bar(exercise: PublicExercise, progress: Progress, blocks: str) -> str:
    total = sum(check.made for check in exercise.checks)
    if not total:
        return " " * (BAR + 7)
    done = len(passed(progress, exercise))
    full = BAR * done // total
    return f"{blocks[0] * full}{blocks[1] * (BAR - full)} {done:>2}/{total:<3}"


def _next(exercise: PublicExercise, progress: Progress) -> str:
    if not any(check.made for check in exercise.checks):
        return "checked when you hand in"
    check = upcoming(progress, exercise)
    if check is None:
        unwritten = progress.unwritten.get(exercise.name)
        return f"not written yet: {', '.join(unwritten)}" if unwritten else "public checks passed"
    known = any(f"{exercise.name}.{check.name}" in progress.outcomes for check in exercise.checks)
    return f"grader check {exercise.name}{f'.{check.name}' if known else ''}"


def _hints(exercise: PublicExercise, progress: Progress) -> Iterator[str]:
    told = [(check, progress.hints.get(f"{exercise.name}.{check.name}", 0)) for check in exercise.checks]
    used = [f"{check.name} {min(count, len(check.hints))} of {len(check.hints)}" for check, count in told if count > 0]
    if used:
        yield paragraphs(f"{exercise.name}: {', '.join(used)}")
