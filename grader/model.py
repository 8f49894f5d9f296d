"""The records that travel from grading to rendering: frozen, versioned, plain data."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = [
    "RESULT_VERSION",
    "Adjustment",
    "CheckResult",
    "Evidence",
    "ExerciseResult",
    "FinalMark",
    "Outcome",
    "Picture",
    "Reveal",
    "State",
    "Status",
    "Submission",
    "SubmissionResult",
]

RESULT_VERSION = 1

Status = Literal["graded", "missing", "import_error", "timeout", "memory", "crashed", "blocked", "error"]
State = Literal["graded", "refused", "error"]
Outcome = Literal["passed", "failed", "not_run"]
Reveal = Literal["always", "after_due", "never"]


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """One array that is worth a look, as raw bytes.

    `data` holds `shape` entries of `dtype` ("uint8" or "float32") in C order; `shape` is `(H, W)` or `(H, W, 3)`.
    `mark` is `(row, column, height, width)` of the place to outline, in array indices.
    """

    caption: str
    shape: tuple[int, ...]
    dtype: str
    data: bytes
    mark: tuple[int, int, int, int] | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What a public example showed: the call, both answers as text, pictures (input, expected, given, difference)."""

    call: str
    expected: str
    given: str
    pictures: tuple[Picture, ...] = ()


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one check.

    `status` says why it did not pass ("graded" for an ordinary wrong answer). `observation`, `reason` and `next_step`
    are the three sentences of the feedback; `misconception` is the name of the recognised mistake. `evidence` comes
    from public examples only, so it may always be shown.
    """

    name: str
    title: str
    points: float
    max_points: float
    outcome: Outcome
    status: Status = "graded"
    reveal: Reveal = "always"
    observation: str = ""
    reason: str = ""
    next_step: str = ""
    misconception: str = ""
    waits_for: str = ""
    evidence: tuple[Evidence, ...] = ()


class ExerciseResult(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise of one submission: verdicts, notes on what was read, what the student's code printed (capped).

    `worker` names the machine of a cluster that graded it; "" for this one.
    """

    name: str
    title: str
    score: float
    max_score: float
    status: Status
    checks: tuple[CheckResult, ...] = ()
    notes: tuple[str, ...] = ()
    printed: str = ""
    student_seconds: float = 0.0
    grader_seconds: float = 0.0
    worker: str = ""


class SubmissionResult(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known about one submission; renderers are pure functions of a list of these.

    `exercises` holds the chosen exercises in the order of the index. `isolation` is the level the code ran under,
    `device` the GPU, driver and backend that Keras computed on, if any.
    A refused submission has no exercises and says why in `reason`; its score is 0 out of `max_score`.
    """

    student: str
    state: State
    score: float
    max_score: float
    isolation: str
    device: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()
    exercises: tuple[ExerciseResult, ...] = ()
    version: int = RESULT_VERSION

    @property
    def why(self) -> str:
        """Why it has no marks: the reason given, or what failed first in making a check."""
        failed = (check for exercise in self.exercises for check in exercise.checks if check.status == "error")
        return self.reason or next((check.observation for check in failed), "")


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """What intake read of one student's work, nothing executed and nothing parsed.

    `modules` maps an importable dotted name ("convolve", "helpers.filters") to the bytes of its source; `notebooks`
    maps a path inside the submission to the bytes of the `.ipynb` file. `notes` are sentences for the feedback.
    """

    student: str
    modules: dict[str, bytes] = {}
    notebooks: dict[str, bytes] = {}
    notes: tuple[str, ...] = ()


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody changed by hand: `points` in the place of the `automatic` ones, or added where there are none.

    `what` is an exercise, a check such as "convolve.grey", a part marked by hand, or "total". Without points it is a
    comment alone.
    """

    what: str
    points: float | None = None
    automatic: float | None = None
    comment: str = ""


class FinalMark(msgspec.Struct, frozen=True, kw_only=True):
    """What one student gets: the grader's points, what was changed by hand, and what being late costs, kept apart.

    `total` is `automatic + manual - penalty`; `automatic` and `exercises` never hold what was changed. None stands for
    what is not known, and is never a zero: the grader failed, nothing was handed in, the hand-in time is not known.
    """

    student: str
    id: str = ""
    email: str = ""
    group: str = ""
    submission: str = ""
    status: Literal["graded", "refused", "error", "not submitted", "not graded", "ambiguous"]
    exercises: dict[str, float] = {}
    automatic: float | None = None
    manual: float = 0.0
    adjustments: tuple[Adjustment, ...] = ()
    late_days: int | None = None
    penalty: float = 0.0
    total: float | None = None
    max_total: float
    remarks: tuple[str, ...] = ()
