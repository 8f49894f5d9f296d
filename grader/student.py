"""The `student` fixture's other side: calls go to a worker, plain data or a reason comes back."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader import wire
from grader.course import Limits
from grader.errors import GraderError
from grader.messages import Answer, Batch, Load, Loaded, Locks, Trouble
from grader.messages import Limits as KernelLimits
from grader.outcomes import NotRun, Outcome, Raised, Request, Returned, Stop, Stopped, outcome_of
from grader.warm import Template, Worker
from grader.worker.source import Sources

__all__ = ["Bench", "NotRun", "Outcome", "Raised", "Request", "Returned", "Sources", "Stopped", "Student"]

ANSWER_BYTES = 64 << 20
# Memory of the judge that the answers to one batch may take together.
HELD_BYTES = 128 << 20
# Share of its time after which what is not done is tried again, alone and with all of it: what never ends is not to
# take twice as long because of that.
FIRST_TRY = 0.25
# How far calls that are short each may go beyond the time of all together.
OVERTIME = 1.5


@dataclass
class Bench:
    """What a judge has at hand to run student code: a warm template, limits, the folder that workers start in."""

    template: Template
    limits: Limits
    data: Path
    locks: Locks = field(default_factory=Locks)
    slowness: float = 1.0
    device: str = "cpu"
    alone: Callable[[], AbstractContextManager[Any]] = nullcontext

    def worker(self) -> Worker:
        """A fresh locked worker; of a fresh template, where the last one came to an end."""
        if not self.template.alive:
            self.template.revive()
        on_gpu = self.device == "gpu"
        kernel = KernelLimits(
            cpu_seconds=math.ceil(self.limits.exercise_seconds * self.slowness) + 5,
            memory_bytes=0 if on_gpu else int(self.limits.memory_mb) << 20,
            open_files=1024 if on_gpu else 64,
        )
        output = int(self.limits.output_limit_kb) << 10
        return self.template.fork(kernel, self.locks, self.data, ANSWER_BYTES, output)


@dataclass
class Student:
    """One exercise of one submission, in one worker at a time: it is forked when needed and again after it died."""

    exercise: str
    sources: Sources
    bench: Bench
    worker: Worker | None = None
    exhausted: dict[str, str] = field(default_factory=dict)
    broken: Outcome | None = None
    seconds: float = 0.0
    spent: float = 0.0
    held: int = 0
    kept: int = 0
    asked: int = 0
    printed: bytearray = field(default_factory=bytearray)
    listening: bool = True
    public: bool = False
    knows: bool = False

    def calls(
        self, requests: Sequence[Request], reference_seconds: float | None = None, *, public: bool = False
    ) -> list[Outcome]:
        """The outcomes of the calls, in order; after the one that ended the worker the rest is not run.

        `public` ones may be shown, and are made in a worker that `knows` of no others.
        """
        outcomes: list[Outcome] = []
        self.public, self.held = public, self.kept
        if public and self.knows:
            self.close()
        while len(outcomes) < len(requests):
            rest = requests[len(outcomes) :]
            if (reason := self._why_not(rest[0].function)) is not None:
                outcomes += [reason] * len(rest)
                break
            try:
                self._batch(rest, outcomes, reference_seconds)
            except Stop:
                self.worker = None
                self._again(requests, outcomes, reference_seconds)
        return outcomes

    def start(self) -> Outcome | None:
        """Makes sure that there is a worker with the module loaded; otherwise says what the import came to."""
        if self.broken is None and self.worker is None:
            self._start()
        return self.broken

    def _why_not(self, function: str) -> Outcome | None:
        if self.start() is not None:
            return self.broken
        if function in self.exhausted:
            return NotRun(self.exhausted[function])
        if self.spent > self.bench.limits.exercise_seconds * self.bench.slowness:
            return NotRun("the time for the whole exercise was used up")
        return None

    def alone(self, request: Request) -> Outcome:
        """The outcome of one call in a worker that was asked nothing before."""
        self.close()
        return self.calls([request])[0]

    def _again(self, requests: Sequence[Request], outcomes: list[Outcome], reference_seconds: float | None) -> None:
        """The rest once more, alone on the machine and answer by answer: what ends this worker too has earned it."""
        try:
            with self.bench.alone():
                if self.start() is None:
                    self._batch(requests[len(outcomes) :], outcomes, reference_seconds, patience=2.0, eager=True)
        except Stop as stop:
            self.worker = None
            function = requests[len(outcomes)].function
            if stop.kind == "timeout":
                self.exhausted[function] = f"`{function}` ran out of time before"
            outcomes.append(Stopped(stop))
            outcomes += [NotRun("an earlier call ended it")] * (len(requests) - len(outcomes))

    def _times(self, reference_seconds: float | None, eager: bool) -> tuple[float, float, float]:
        """Seconds: the limit of one call, what this try has of it, and what all calls of the batch have together."""
        limits, slowness = self.bench.limits, self.bench.slowness
        limit = max(limits.call_seconds, limits.reference_factor * (reference_seconds or 0.0)) * slowness
        left = min(
            max(limits.check_seconds * slowness, limit), max(limits.exercise_seconds * slowness - self.spent, limit)
        )
        return limit, limit if eager else limit * FIRST_TRY, left

    def _batch(
        self,
        requests: Sequence[Request],
        outcomes: list[Outcome],
        reference_seconds: float | None,
        patience: float = 1.0,
        eager: bool = False,
    ) -> None:
        """One batch on the wire; outcomes are appended as they arrive, a Stop leaves those before it."""
        worker = self.worker
        assert worker is not None
        self.knows |= not self.public
        calls = tuple(request.packed[0] for request in requests)
        buffers = [buffer for request in requests for buffer in request.packed[1]]
        limit, most, left = self._times(reference_seconds, eager)
        claimed, began, waited, seconds = 0.0, worker.cpu(), time.perf_counter(), most
        try:
            first, self.asked = self.asked, self.asked + len(calls)
            worker.post(Batch(calls, eager, first), buffers)
            for number, request in enumerate(requests, first):
                seconds = most
                if not worker.answered:
                    used = _used(worker, began, waited)
                    if used > OVERTIME * left:  # else who sleeps could go on and on
                        raise worker.stop(Stop("timeout", "the time for all calls together was used up"))
                    seconds = min(most, max(left - used, 0.05))
                outcome, said = self._answer(worker, number, seconds, patience, request.plain)
                outcomes.append(outcome)
                claimed += said
        except GraderError:
            raise self._orphaned() from None
        except Stop as stop:
            claimed = time.perf_counter() - waited
            self._charge(stop, limit, seconds, eager)
            raise
        finally:
            self.spent += _used(worker, began, waited)
            self.seconds += min(claimed, time.perf_counter() - waited)
            self._listen(worker, self.knows)

    def _charge(self, stop: Stop, limit: float, seconds: float, eager: bool) -> None:
        """What runs out of time costs of the exercise's, beside what it used: three limits, and a first try nothing."""
        if stop.kind == "timeout":
            self.spent += 3 * limit if eager else -seconds

    def _answer(
        self, worker: Worker, number: int, cpu_seconds: float, patience: float, plain: bool
    ) -> tuple[Outcome, float]:
        """The outcome of one call, and the seconds that the worker says it took."""
        reply, take = worker.next(cpu_seconds, patience * (3 * cpu_seconds + 2))
        try:
            if not isinstance(reply, Answer) or reply.number != number:
                raise wire.WireError("an answer to another question")
            outcome: Outcome = Raised(Trouble("too_large"))
            if self.held + take.weight <= HELD_BYTES:  # before it is decoded
                outcome = outcome_of(reply, take, plain)
        except wire.WireError as error:
            raise worker.stop(Stop("protocol", str(error))) from None
        self.held += take.weight
        return outcome, reply.seconds if 0 <= reply.seconds < 1e6 else 0.0

    def _orphaned(self) -> Stop:
        """The end of a worker whose template ended while it was busy: by its own doing, when it happens twice."""
        if self.bench.template.alive:
            raise
        return Stop("crashed", "the process that it came from ended")

    def _start(self) -> None:
        """A fresh worker with the student's module loaded, or `broken` says why there is none."""
        for share, patience in ((FIRST_TRY, 1.0), (1.0, 2.0)):
            worker, before = self.bench.worker(), self.spent
            try:
                trouble = self._load(worker, share, patience)
            except GraderError:
                self.broken = Stopped(self._orphaned())
            except Stop as stop:
                self.broken, self.spent = Stopped(stop), before
                if stop.kind != "timeout":
                    return
            else:
                self.worker, self.knows = worker, False
                self.broken = None if trouble is None else Raised(trouble)
                return

    def _load(self, worker: Worker, share: float, patience: float) -> Trouble | None:
        seconds = self.bench.limits.import_seconds * self.bench.slowness * share
        s = self.sources
        began, waited = worker.cpu(), time.perf_counter()
        try:
            worker.post(Load(dict(s.modules), dict(s.notebooks), s.facts, s.others, self.exercise, s.forbidden))
            reply, _ = worker.next(seconds, patience * (3 * seconds + 2))
            if not isinstance(reply, Loaded):
                raise worker.stop(Stop("protocol", "an answer to another question"))
        except Stop:
            self.seconds += time.perf_counter() - waited
            raise
        finally:
            self.spent += _used(worker, began, waited)
            self._listen(worker, knows=self.asked > 0)  # an import tells the same each time
        self.seconds += reply.seconds if 0 <= reply.seconds < time.perf_counter() - waited else 0.0
        return reply.trouble

    def _listen(self, worker: Worker, knows: bool) -> None:
        """Keeps what was printed while nothing hidden had been shown to the code; later output is thrown away."""
        printed = worker.take_printed()
        if self.listening and not knows and len(self.printed) < 1 << 16:
            self.printed += printed

    def close(self) -> None:
        """Ends the worker, if there is one."""
        if self.worker is not None:
            with suppress(GraderError):  # a template that is gone has taken its workers along
                self.worker.end()
            self.worker = None


def _used(worker: Worker, cpu: float, wall: float) -> float:
    """Seconds used since the clocks showed `cpu` and `wall`; a wait counts as a third of it, so sleep is not free."""
    return max(worker.cpu() - cpu, (time.perf_counter() - wall) / 3)
