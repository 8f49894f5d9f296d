"""What a check sees as `student`: the student's functions by name, and `agrees` for recorded or live examples."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from grader import wire
from grader.compare import kind_of
from grader.judging import agree, requests, same
from grader.probing import CheckFailed, PictureFile
from grader.recorded import Recording
from grader.refusals import KNOWN_ERRORS, import_failure, refusal
from grader.student import NotRun, Outcome, Raised, Request, Returned, Stopped, Student

__all__ = ["StudentFixture"]


ALWAYS_SAME = (
    "Whoever uses the filter or the answer twice counts on getting the same.",
    "Make the array or the dictionary anew in the function, and keep nothing between calls.",
)


@dataclass(repr=False)
class StudentFixture:
    """One student's module. `student.mean([1, 2])` calls it with plain data, and plain data comes back.

    A call that raises an exception raises CheckFailed, which is also of the built-in class that the student's code
    raised: `pytest.raises(ValueError)` works. A function whose name is taken here is `student.function(name)`.
    With `shows_all` messages hold whatever the code said, whoever reads them may see it.
    """

    student: Student
    recording: Callable[[], Recording]
    locate: Callable[[PictureFile], str]
    live: Callable[[StudentFixture, str], None] | None = None
    public: dict[str, list[Outcome]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    shows_all: bool = False
    last_request: Request | None = None
    ended: dict[str, Outcome] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "student"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What hypothesis prints as an argument of a test."""
        printer.text("student")

    def __getattr__(self, name: str) -> Function:
        if name.startswith("_"):
            raise AttributeError(name)
        return Function(self, name)

    def function(self, name: str) -> Function:
        """The student's function of that name."""
        return Function(self, name)

    def require(self) -> None:
        """CheckFailed when the module cannot be imported."""
        __tracebackhide__ = True
        broken = self.student.start()
        if broken is not None:
            public = self.shows_all or self.student.listening
            raise import_failure(self.student.exercise, broken, public=public)

    def outcome(self, asked: Request, seconds: float | None = None, *, public: bool = False) -> Outcome:
        """What one call comes to; after a time-out the function is not called again, and its end stays what it was.

        `seconds` is what the solution takes, where it is known. Of a `public` call everything may be shown.
        """
        __tracebackhide__ = True
        self.require()
        self.last_request = asked
        outcome = self.student.calls([asked], seconds, public=public or self.shows_all)[0]
        if isinstance(outcome, Stopped):
            self.ended[asked.function] = outcome
        return self.ended.get(asked.function, outcome) if isinstance(outcome, NotRun) else outcome

    def value(self, function: str) -> Any:
        """What a function without arguments returns; it is called twice, and remembered, as is what was wrong."""
        if isinstance(failure := self.values.get(function), CheckFailed):
            raise failure
        if function not in self.values:
            outcome, again = (self.outcome(Request(function, ()), public=True) for _ in range(2))
            if not isinstance(outcome, Returned):
                raise refusal(function, outcome, public=True)
            if not isinstance(again, Returned) or not same(outcome.value, again.value):
                text = f"Called a second time, `{function}` does not give the same answer."
                self.values[function] = CheckFailed(text, *ALWAYS_SAME, misconception="stale answer")
                raise self.values[function]
            self.values[function] = outcome.value
        return self.values[function]

    def agrees(self, name: str) -> None:
        """Replays the recorded examples of the probe `name`, or searches live; CheckFailed at the first difference."""
        self.require()
        if self.live is not None:
            self.live(self, name)
            return
        self.illustrate()
        agree(self.student, self.recording().probes[name], self.locate, self.public[name])

    def illustrate(self) -> None:
        """Runs all public examples before the code has seen a hidden one, so that what it prints may be shown."""
        if self.public:
            return
        for name, probe in self.recording().probes.items():
            wanted = requests(probe, True, self.locate)
            self.public[name] = self.student.calls(wanted, probe.seconds, public=True) if wanted else []
            self.student.kept = self.student.held  # until the exercise is done
        self.student.listening = False


@dataclass(frozen=True, repr=False)
class Function:
    """One function of the student's module; lists stay lists, tuples tuples, arrays arrays."""

    fixture: StudentFixture
    name: str

    def __repr__(self) -> str:
        return f"student.{self.name}"

    def __call__(self, *args: Any) -> Any:
        """What the function returns for `args`; CheckFailed where no value comes back."""
        __tracebackhide__ = True
        outcome = self.fixture.outcome(Request(self.name, args, plain=True), public=not args)
        if not isinstance(outcome, Returned):
            raise _alike(refusal(self.name, outcome, public=self.fixture.shows_all or not args), outcome)
        if stuck := _stuck(outcome.value):
            raise CheckFailed(
                f"`{self.name}` returned {stuck}; numbers, texts, lists, dictionaries and arrays can be judged."
            )
        return outcome.value


def _stuck(value: Any) -> str:
    """What of a value did not travel, in words; "" where all of it did."""
    if isinstance(value, wire.Opaque | wire.Big):
        return kind_of(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return next((words for part in parts if (words := _stuck(part))), "")


def _alike(failure: CheckFailed, outcome: Outcome) -> CheckFailed:
    """The failure as an exception of the built-in class, too, that the student's code raised."""
    if not isinstance(outcome, Raised) or outcome.trouble.kind != "raised":
        return failure
    made = next((RAISED[name] for name in outcome.trouble.family if name in RAISED), CheckFailed)
    texts = failure.observation, failure.reason, failure.next_step
    return made(*texts, misconception=failure.misconception, status=failure.status)


def _both(kind: type[Exception]) -> type[CheckFailed]:
    body = {"__module__": "student", "__str__": lambda self: self.observation}
    return type(kind.__name__, (CheckFailed, kind), body)


# One class for each built-in one, made once: hypothesis tells failures apart by their class.
BUILT_IN = [kind for name in KNOWN_ERRORS if isinstance(kind := getattr(builtins, name, None), type)]
ORDINARY = [kind for kind in BUILT_IN if issubclass(kind, Exception) and not issubclass(kind, BaseExceptionGroup)]
RAISED = {kind.__name__: _both(kind) for kind in ORDINARY if not issubclass(CheckFailed, kind)}
