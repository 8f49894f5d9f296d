"""One submission, exercise by exercise: facts and verdicts become result records."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from grader.course import Course, Exercise
from grader.model import CheckResult, ExerciseResult, Status
from grader.refusals import import_failure
from grader.report.text import clean
from grader.worker.source import Facts

if TYPE_CHECKING:
    from grader.desk import Case, Desk

__all__ = ["assemble", "judge_exercise", "unread", "with_root_causes"]

WORST: tuple[Status, ...] = ("graded", "missing", "import_error", "timeout", "memory", "crashed", "blocked", "error")


def unread(exercise: Exercise, titles: dict[str, str], facts: Facts, reason: str, status: Status) -> ExerciseResult:
    """The result of an exercise whose code was not run, or could not be imported: every check waits for that."""
    checks = tuple(
        CheckResult(
            name=check.name,
            title=titles.get(check.name, check.name),
            points=0.0,
            max_points=check.points,
            outcome="failed" if position == 0 else "not_run",
            status=status,
            reveal=check.reveal,
            observation=clean(reason, 3900) if position == 0 else "",
            waits_for="" if position == 0 else exercise.checks[0].name,
        )
        for position, check in enumerate(exercise.checks)
    )
    return ExerciseResult(
        name=exercise.name,
        title=exercise.title,
        score=0.0,
        max_score=exercise.points,
        status=status,
        checks=checks,
        notes=tuple(clean(note) for note in facts.notes),
    )


def assemble(
    exercise: Exercise, facts: Facts, verdicts: Sequence[CheckResult], printed: str, seconds: tuple[float, float]
) -> ExerciseResult:
    """The result of an exercise from the verdicts on all its checks; `seconds` are the student's and the grader's."""
    status: Status = max((verdict.status for verdict in verdicts), key=WORST.index, default="graded")
    return ExerciseResult(
        name=exercise.name,
        title=exercise.title,
        score=sum(verdict.points for verdict in verdicts if verdict.outcome == "passed"),
        max_score=exercise.points,
        status=status,
        checks=tuple(verdicts),
        notes=tuple(clean(note) for note in facts.notes),
        printed=printed,
        student_seconds=round(seconds[0], 6),
        grader_seconds=round(seconds[1], 6),
    )


def _cleaned(verdict: CheckResult, tidy: Callable[[str], str]) -> CheckResult:
    """The verdict with every text that may hold a student's words made harmless, and without paths of this machine."""

    def neat(text: str) -> str:
        return clean(tidy(text), 3900)  # less than a report takes: what is cut twice has a wrong count at its end

    evidence = tuple(
        msgspec.structs.replace(e, call=neat(e.call), expected=neat(e.expected), given=neat(e.given))
        for e in verdict.evidence
    )
    texts = {name: neat(getattr(verdict, name)) for name in ("observation", "reason", "next_step")}
    return msgspec.structs.replace(verdict, evidence=evidence, **texts)


def judge_exercise(
    desk: Desk,
    course: Course,
    case: Case,
    exercise: Exercise,
    titles: dict[str, str],
    run: Callable[[str], Sequence[CheckResult]],
) -> ExerciseResult:
    """Grades one exercise of an open case; `run` makes pytest run its checks and gives the verdicts in their order."""
    started = time.perf_counter()
    facts = case.facts[exercise.name]
    if facts.status != "ok":
        found = sorted({*case.submission.modules} - {name for name, fact in case.facts.items() if fact.origin})
        others = f" Found were {', '.join(f'{name}.py' for name in found[:6])}." if found and not facts.origin else ""
        return unread(exercise, titles, facts, facts.message + others, _status(facts.status))
    student = desk.fixture(case, exercise.name).student
    if (broken := student.start()) is not None:
        failure = import_failure(exercise.name, broken)
        text = desk.tidy(" ".join(part for part in (failure.observation, failure.next_step) if part))
        result = unread(exercise, titles, facts, text, _status(failure.status))
        return msgspec.structs.replace(result, student_seconds=round(student.seconds, 6))
    verdicts = run(exercise.name)
    printed = bytes(student.printed).decode("utf-8", "replace")
    ours = time.perf_counter() - started - student.seconds
    room = exercise.limits.get("output_kb", course.limits.output_kb)
    text = clean(desk.tidy(printed), int(room) << 10)
    return assemble(
        exercise, facts, [_cleaned(verdict, desk.tidy) for verdict in verdicts], text, (student.seconds, max(ours, 0.0))
    )


def with_root_causes(
    exercises: tuple[ExerciseResult, ...], course: Course, facts: Mapping[str, Facts]
) -> tuple[ExerciseResult, ...]:
    """The results, those that lose points with a note on the exercise that they import and that loses points itself."""
    losing = {result.name for result in exercises if result.score < result.max_score}
    noted = []
    for result in exercises:
        uses = set(course.exercise(result.name).depends) & set(facts[result.name].siblings) & losing
        causes = sorted(uses) if result.name in losing else []
        notes = tuple(f"{result.name} uses {cause}, which loses points itself: start there." for cause in causes)
        noted.append(msgspec.structs.replace(result, notes=(*notes, *result.notes)))
    return tuple(noted)


def _status(word: str) -> Status:
    status: Status = msgspec.convert(word, Status)
    return status
