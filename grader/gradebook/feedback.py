"""What nbgrader shows under a test cell: the verdict on one check as a piece of HTML."""

from __future__ import annotations

from grader.model import CheckResult, ExerciseResult, SubmissionResult
from grader.report.pages import environment

__all__ = ["fragment", "remark"]

_ENVIRONMENT = environment("grader.gradebook")


def fragment(check: CheckResult, exercise: ExerciseResult) -> str:
    """The verdict on `check` as HTML, with its own style and nothing to load."""
    return _ENVIRONMENT.get_template("check.html.j2").render(check=check, exercise=exercise)


def remark(result: SubmissionResult) -> str:
    """What stands under every test cell of a submission that was refused, or that lacks an exercise."""
    return _ENVIRONMENT.get_template("remark.html.j2").render(result=result)
