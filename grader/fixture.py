"""What a check sees as `student`: the student's functions by name, and `agrees` for recorded or live examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from grader.judging import agree, import_failure, refusal, request
from grader.probing import PictureFile
from grader.recorded import Recording
from grader.student import Outcome, Request, Returned, Student

__all__ = ["StudentFixture"]


@dataclass
class StudentFixture:
    """One student's module. `student.convolve(image, kernel)` calls it; a call that fails raises CheckFailed."""

    student: Student
    recording: Callable[[], Recording]
    locate: Callable[[PictureFile], str]
    live: Callable[[StudentFixture, str], None] | None = None
    public: dict[str, list[Outcome]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, function: str) -> Callable[..., Any]:
        if function.startswith("_"):
            raise AttributeError(function)
        return lambda *args: self.call(function, *args)

    def require(self) -> None:
        """CheckFailed when the module cannot be imported."""
        broken = self.student.start()
        if broken is not None:
            raise import_failure(self.student.exercise, broken)

    def call(self, function: str, *args: Any) -> Any:
        """The plain value that a function returns for `args`."""
        self.require()
        outcome = self.student.calls([Request(function, args)])[0]
        if isinstance(outcome, Returned):
            return outcome.value
        raise refusal(function, outcome, public=not args)

    def value(self, function: str) -> Any:
        """What a function without arguments returns; it is called once and remembered."""
        if function not in self.values:
            self.values[function] = self.call(function)
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
            requests = [request(probe, example, self.locate) for example in probe.examples if example.public]
            self.public[name] = self.student.calls(requests, probe.seconds) if requests else []
        self.student.listening = False

