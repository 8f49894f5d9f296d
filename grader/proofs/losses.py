"""What results of known work have to come to: pure functions, a sentence for each thing that is not so."""

from __future__ import annotations

from collections.abc import Iterator

from grader.course import Course
from grader.model import ExerciseResult, SubmissionResult
from grader.proofs.golden import Expectation

__all__ = ["by_name", "losses", "not_passed", "stub_gains", "unexpected", "words"]


def by_name(result: SubmissionResult) -> dict[str, ExerciseResult]:
    """Gives the exercises of a result."""
    return {exercise.name: exercise for exercise in result.exercises}


def not_passed(exercise: ExerciseResult, outcome: str) -> set[str]:
    """Gives the names of the checks that came to `outcome`."""
    return {check.name for check in exercise.checks if check.outcome == outcome}


def words(exercise: ExerciseResult) -> str:
    """Gives all that a student reads of an exercise, in small letters."""
    texts = list(exercise.notes)
    for check in exercise.checks:
        texts += [check.observation, check.reason, check.next_step, check.misconception]
        texts += [text for shown in check.evidence for text in (shown.call, shown.expected, shown.given)]
    return " ".join(texts).lower()


def stub_gains(result: SubmissionResult) -> Iterator[str]:
    """Says what a stub has that it should not have, and whether the student reads that it is not written yet."""
    yield from _not_graded(result)
    for exercise in result.exercises:
        if passed := not_passed(exercise, "passed"):
            yield f"the stub of {exercise.name} passes {_listed(passed)}"
        if (exercise.score, exercise.status) != (0, "graded"):
            yield f"the stub: {_gets(exercise)}"
        if "not written yet" not in words(exercise):
            yield f"nobody reads that the stub of {exercise.name} is not written yet"


def losses(result: SubmissionResult) -> Iterator[str]:
    """Says what right work loses."""
    yield from _not_graded(result)
    for exercise in result.exercises:
        for check in exercise.checks:
            if check.outcome != "passed":
                yield f"{exercise.name}.{check.name} is lost: {check.observation}"
        if (exercise.score, exercise.status) != (exercise.max_score, "graded"):
            yield _gets(exercise)


def unexpected(result: SubmissionResult, expected: Expectation, course: Course) -> Iterator[str]:
    """Says where wrong work loses something else than expected, spoils another exercise, or is not told why."""
    if result.state != "graded":
        yield from _not_graded(result)
        return
    exercises = by_name(result)
    mine = exercises[expected.exercise]
    yield from _other_losses(mine, expected)
    if not mine.score == sum(check.points for check in mine.checks) < mine.max_score:
        yield _gets(mine)
    if expected.misconception and expected.misconception not in {check.misconception for check in mine.checks}:
        yield f"no message names the misconception {expected.misconception!r}"
    said = words(mine)
    yield from (f"no message mentions {text!r}" for text in expected.mentions if text.lower() not in said)
    depends = {exercise.name for exercise in course.ready if expected.exercise in exercise.depends}
    for name, other in exercises.items():
        if name not in (expected.exercise, *depends) and (other.score, other.status) != (other.max_score, "graded"):
            yield f"{_gets(other)}, and is right"


def _other_losses(mine: ExerciseResult, expected: Expectation) -> Iterator[str]:
    if mine.status != expected.status:
        yield f"{mine.name} comes to {mine.status!r}, not to {expected.status!r}"
    came = [not_passed(mine, "failed"), not_passed(mine, "not_run")]
    asked = [set(expected.lost), set(expected.waits)]
    if expected.status not in ("graded", "timeout"):  # of an exercise that never started, all checks wait alike
        came, asked = [came[0] | came[1]], [asked[0] | asked[1]]
    for word, one, other in zip(("lost", "not run"), came, asked, strict=False):
        if one != other:
            yield f"{word} of {mine.name}: {_listed(one)}; expected: {_listed(other)}"


def _not_graded(result: SubmissionResult) -> Iterator[str]:
    if result.state != "graded":
        yield f"it was not graded ({result.state}): {result.why}"


def _gets(exercise: ExerciseResult) -> str:
    return f"{exercise.name} gets {exercise.score:g} of {exercise.max_score:g} points ({exercise.status})"


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
