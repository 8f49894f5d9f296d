"""The part of a judge that pytest talks to: which checks wait, and one verdict for every check that was made."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import msgspec
import pytest

from grader.course import Check, Course, Exercise
from grader.errors import GraderError
from grader.illustrate import example_text
from grader.model import CheckResult
from grader.plugin import exercise_of
from grader.probing import CheckFailed, CheckNotRun
from grader.report.text import clean

__all__ = ["Verdicts", "check_name", "title_of"]

WAITS = "waits for "


def check_name(item: pytest.Item) -> str:
    """The name of the check that a test stands for."""
    return item.name.removeprefix("test_")


def title_of(item: pytest.Item) -> str:
    """The student's line: the first line of the test's docstring."""
    doc = getattr(getattr(item, "obj", None), "__doc__", None) or check_name(item).replace("_", " ")
    return str(doc).strip().splitlines()[0].rstrip(".")


class Verdicts:
    """Collects verdicts by exercise and check; `course` is None for suites that no index knows."""

    def __init__(self, course: Course | None) -> None:
        self.course = course
        self.keys: dict[pytest.Item, tuple[str, str]] = {}
        self.made: dict[tuple[str, str], CheckResult] = {}

    def known(self, exercise: str) -> Exercise | None:
        """The exercise of that name in the index, if it is there."""
        exercises = self.course.exercises if self.course is not None else ()
        return next((one for one in exercises if one.name == exercise), None)

    def _check(self, exercise: str, name: str) -> Check | None:
        known = self.known(exercise)
        return known.check(name) if known is not None else None

    def key(self, item: pytest.Item) -> tuple[str, str]:
        """The exercise and the check that a test stands for; asked again for every submission."""
        if item not in self.keys:
            self.keys[item] = exercise_of(item)[0], check_name(item)
        return self.keys[item]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """A check whose predecessor did not pass is not run."""
        exercise, name = self.key(item)
        check = self._check(exercise, name)
        for before in check.after if check is not None else ():
            verdict = self.made.get((exercise, before))
            if verdict is not None and verdict.outcome != "passed":
                pytest.skip(WAITS + (verdict.waits_for or before))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turns what a test came to into a verdict. Anything but a failed check is the grader's own failure."""
        report = yield
        if call.when == "call" or call.excinfo is not None:
            error = call.excinfo.value if call.excinfo is not None else None
            verdict = self._verdict(item, error)
            key = self.key(item)
            if call.when != "teardown" or verdict.status == "error":
                self.made[key] = verdict
            if isinstance(error, CheckFailed) and (call.when == "setup" or self._check(*key) is not None):
                report.longrepr = _story(verdict)  # a suite that no index knows keeps pytest's own words
            if report.failed:  # whatever the words are, they go to a terminal or to a file of XML
                report.longrepr = clean(str(report.longrepr), 1 << 16)
        return report

    def _verdict(self, item: pytest.Item, error: BaseException | None) -> CheckResult:
        exercise, name = self.key(item)
        check = self._check(exercise, name) or Check(name=name, points=1.0)
        base = CheckResult(
            name=name,
            title=title_of(item),
            points=0.0,
            max_points=check.points,
            outcome="failed",
            reveal=check.reveal,
        )
        return _filled(base, error, check.hints[0] if check.hints else "")


def _filled(base: CheckResult, error: BaseException | None, hint: str) -> CheckResult:
    change = msgspec.structs.replace
    match error:
        case None:
            return change(base, outcome="passed", points=base.max_points)
        case pytest.skip.Exception():
            waits = str(error.msg).removeprefix(WAITS)
            return change(base, outcome="not_run", waits_for=waits)
        case CheckFailed():
            return change(
                base,
                outcome="not_run" if isinstance(error, CheckNotRun) else "failed",
                status=error.status,
                observation=error.observation,
                reason=error.reason,
                next_step=error.next_step or ("" if isinstance(error, CheckNotRun) else hint),
                misconception=error.misconception,
                evidence=error.evidence,
            )
        case AssertionError() | pytest.fail.Exception():  # the latter of pytest.raises, where nothing is raised
            return change(base, observation="The answer is not what this check asks for.", next_step=hint)
    what = error if isinstance(error, GraderError) else f"{type(error).__name__}: {error}"
    return change(base, status="error", observation=f"The grader itself failed here: {what}")


def _story(verdict: CheckResult) -> str:
    """What pytest prints for a failed check."""
    lines = [f"{verdict.title}: {verdict.misconception or 'not passed'}", verdict.observation, verdict.reason]
    lines += map(example_text, verdict.evidence)
    return "\n".join(line for line in (*lines, verdict.next_step) if line)
