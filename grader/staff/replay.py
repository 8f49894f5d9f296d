"""`grader replay`: one check of one submission with everything shown, and a few lines that reproduce the failure."""

from __future__ import annotations

import importlib.util
import inspect
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import indent

from grader import intake
from grader.containment import levels
from grader.course import Check, Course, Exercise, choose
from grader.desk import Case, Desk, spec_of
from grader.errors import GraderError, SubmissionError, UsageError
from grader.fixture import StudentFixture
from grader.intake.names import nfc
from grader.probing import CheckFailed, Made
from grader.report import clean
from grader.staff.rerun import Rerun
from grader.staff.snippet import snippet

__all__ = ["replay"]

Test = Callable[[StudentFixture], None]
PRINTED = 4000


def replay(root: Path, course: Course, student: str, check: str, folder: Path | None) -> int:
    """Prints what one check of one submission came to; 0 when it passes, 1 when not.

    `student` is a path, or a name in `folder`; `check` is `exercise.check`, or a check's name where that is enough.
    Raises UsageError where there is no such submission or check.
    """
    entry, (exercise, wanted) = _entry(student, folder), _wanted(course, check)
    test = _test(root, exercise.name, wanted.name)
    recordings = root / "grader" / "suites" / "recorded"
    specs = [spec_of(e, root / "exercises") for e in course.ready]
    levels.require(course.isolation)
    desk = Desk(specs, course.limits, root / "data", recordings, isolation=course.isolation)
    try:
        case = desk.open(intake.read(entry, [e.name for e in course.exercises]))
        failure, told = _run(desk, case, exercise.name, test)
        case.close()
    except SubmissionError as error:
        failure, told = CheckFailed(str(error), status="refused"), []
    finally:
        desk.close()
    title = f"{entry.student}, {exercise.name}.{wanted.name}: {(inspect.getdoc(test) or wanted.name).splitlines()[0]}"
    print(clean("\n".join([title, *_verdict(failure, wanted), *told]), 1 << 20))
    return 0 if failure is None else 1


def _entry(student: str, folder: Path | None) -> intake.Entry:
    if folder is None and Path(student).exists():
        return intake.entry_for(Path(student))
    if folder is None:
        cure = "give its path, or say with --in SUBMISSIONS which folder it is in"
        raise UsageError(f"There is no submission {student!r} here; {cure}.")
    entries = intake.scan(folder).entries
    for entry in entries:
        if nfc(student.rstrip(os.sep)) in (entry.student, *(path.name for path in entry.paths)):
            return entry
    cure = choose(student, [entry.student for entry in entries])
    raise UsageError(f"No submission in '{folder}' is called {student!r}; {cure}")


def _wanted(course: Course, text: str) -> tuple[Exercise, Check]:
    pairs = [(exercise, check) for exercise in course.ready for check in exercise.checks]
    known = {f"{exercise.name}.{check.name}": (exercise, check) for exercise, check in pairs}
    matches = [name for name, (_, check) in known.items() if text in (name, check.name)]
    if len(matches) == 1:
        return known[matches[0]]
    if matches := matches or [name for name in known if name.startswith(f"{text}.")]:
        raise UsageError(f"{text!r} can be more than one check; choose from: {', '.join(matches)}.")
    names = [*known, *dict.fromkeys(check.name for _, check in known.values())]
    raise UsageError(f"No check is called {text!r}; {choose(text, names)}")


def _test(root: Path, exercise: str, check: str) -> Test:
    """The function that makes a check; suites are ours, so importing one runs no code of a student."""
    path = root / "grader" / "suites" / f"test_{exercise}.py"
    spec = importlib.util.spec_from_file_location(f"replayed_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise GraderError(f"there is no suite {path.name}; replay needs the checkout with the suites")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    test: Test | None = getattr(module, f"test_{check}", None)
    if test is None:
        raise GraderError(f"{path.name} has no test_{check}; write it, or take the check out of course.toml")
    return test


def _run(desk: Desk, case: Case, exercise: str, test: Test) -> tuple[CheckFailed | None, list[str]]:
    """Makes the check; its failure if there is one, and what there is to tell beside the verdict."""
    facts = case.facts[exercise]
    if facts.status != "ok":
        return CheckFailed(facts.message, status=facts.status), []
    fixture, seen = desk.fixture(case, exercise), Rerun()
    fixture.shows_all, fixture.live = True, seen.agree
    try:
        test(fixture)
        return None, []
    except CheckFailed as error:
        failure = error
    except AssertionError as error:
        failure = CheckFailed(f"The answer is not what this check asks for. {error}".strip())
    told = [*seen.story(failure)]
    function, steps = seen.steps(fixture, desk.recordings / f"{exercise}.bin")
    printed = bytes(fixture.student.printed).decode("utf-8", "replace").strip("\n")
    if printed:
        told += ["", "What the code printed", *(f"  {line}" for line in clean(printed, PRINTED).split("\n"))]
    asked = fixture.last_request
    looks = seen.probe.look if seen.probe is not None else asked.look if asked is not None else ""
    if looks or any(isinstance(arg, Made) for step in steps for arg in step.args):
        told += ["", "To reproduce it, run this command again: only a worker has the models and instruments it takes."]
    elif steps:
        told += ["", "To reproduce it", "", *snippet(facts, desk.specs[exercise].stub, function, steps, seen.changed)]
    return failure, told


def _verdict(failure: CheckFailed | None, check: Check) -> Iterator[str]:
    if failure is None:
        yield f"passed: {check.points:g} of {check.points:g} points"
        return
    cause = failure.misconception or ("" if failure.status == "graded" else failure.status)
    yield f"not passed: 0 of {check.points:g} points{f' ({cause})' if cause else ''}"
    hint = check.hints[0] if failure.status == "graded" else ""
    for line in (failure.observation, failure.reason, failure.next_step or hint):
        if line:
            yield indent(line, "  ")  # a message of several lines shall not look like lines of ours
