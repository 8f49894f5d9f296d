"""The student's module in a process of its own, under time limits; a sandbox is not needed for one's own code."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader import wire
from grader.check.child import ANSWER_BYTES, Task
from grader.check.public import LIBRARIES
from grader.check.spare import Process
from grader.errors import SubmissionError
from grader.messages import Answer, Batch, Load, Loaded, Reply
from grader.outcomes import NotRun, Outcome, Raised, Request, Stop, Stopped, outcome_of
from grader.refusals import import_failure

__all__ = ["Running", "replies"]

REPLIES: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)
MOST_PRINTED = 1 << 14
ABSENT = re.compile(r"No module named '(\w+)")
# What the watchdog of the child says, and the first line of the student's own files in it.
LATE = re.compile(r"^Timeout \(.*", re.MULTILINE | re.DOTALL)
BUSY = re.compile(r'File "([^"/\\]+\.py)", line (\d+)')


@dataclass
class Running:
    """One exercise's module; every batch of calls has a process of its own, and one more after each that ended early.

    `printed` is what the code of all of them printed, the first 16 KiB, `seconds` how
    long the calls of the last one took.
    """

    load: Load
    data: Path
    take: Callable[[], Process]
    import_seconds: float
    call_seconds: float
    reference_factor: float
    printed: str = ""
    seconds: float = 0.0

    def calls(self, requests: Sequence[Request], reference_seconds: float | None = None) -> list[Outcome]:
        """The outcomes of the calls; a function that ended a process is not called again.

        SubmissionError where the module cannot be imported.
        """
        outcomes: dict[int, Outcome] = {}
        pending = list(enumerate(requests))
        while pending:
            answered, stop = self._run([request for _, request in pending], reference_seconds or 0.0)
            outcomes |= {place: outcome for (place, _), outcome in zip(pending, answered, strict=False)}
            if stop is None:
                break
            (place, ended), *rest = pending[len(answered) :]
            outcomes[place] = Stopped(stop)
            outcomes |= {place: NotRun("an earlier call ended it") for place, r in rest if r.function == ended.function}
            pending = [(place, request) for place, request in rest if request.function != ended.function]
        return [outcomes[place] for place in range(len(requests))]

    def alone(self, request: Request) -> Outcome:
        """The outcome of one call in a process that was asked nothing before."""
        return self.calls([request])[0]

    def _run(self, requests: Sequence[Request], reference_seconds: float) -> tuple[list[Outcome], Stop | None]:
        """The outcomes of the calls that were answered, and how the process ended where these are not all."""
        batch = Batch(tuple(request.packed[0] for request in requests), eager=True)
        buffers = [buffer for request in requests for buffer in request.packed[1]]
        call = max(self.call_seconds, self.reference_factor * reference_seconds)
        # As long as the judge waits, who counts seconds of computing.
        import_limit, call_limit = (3 * seconds + 2 for seconds in (self.import_seconds, call))
        task = Task(os.fspath(self.data), import_limit, call_limit)
        done = self.take().ask(task, wire.frame(self.load, []) + wire.frame(batch, buffers))
        late = self._listen((done.printed + done.last_words).decode("utf-8", "replace"))
        stop = Stop("timeout" if late else "exited" if 0 <= done.status < 256 else "crashed")
        told = list(replies(done.answers))
        loaded = next((reply for reply, _ in told if isinstance(reply, Loaded)), None)
        if loaded is None or loaded.trouble is not None:
            broken = Raised(loaded.trouble) if loaded is not None and loaded.trouble is not None else Stopped(stop)
            failure = import_failure(self.load.exercise, broken)
            cure = _not_installed(broken) or failure.next_step
            raise SubmissionError(f"{failure.observation} {cure}".rstrip())
        answers = [(reply, take) for reply, take in told if isinstance(reply, Answer)]
        self.seconds = sum(reply.seconds for reply, _ in answers)
        outcomes = [outcome_of(reply, take, r.plain) for (reply, take), r in zip(answers, requests, strict=False)]
        return outcomes, None if len(outcomes) == len(requests) else stop

    def _listen(self, said: str) -> bool:
        """Keeps what was printed; whether the watchdog ended the process, and then the line that it was busy with."""
        late = LATE.search(said)
        frames = list(BUSY.finditer(late[0])) if late else []
        own = [frame for frame in frames if frame[1] == f"{self.load.exercise}.py"]
        busy = next(iter(own or frames), None)  # what is called over and over is seldom what never ends
        where = f"(it was busy at {busy[1]}, line {busy[2]})\n" if busy else ""
        self.printed = (self.printed + LATE.sub("", said) + where)[:MOST_PRINTED]
        return late is not None


def _not_installed(outcome: Outcome) -> str:
    """How to get a library that grading has and this machine has not; "" for any other trouble."""
    named = ABSENT.search(outcome.trouble.message) if isinstance(outcome, Raised) else None
    package = LIBRARIES.get(named[1], "") if named else ""
    return f"Grading has it, and it is not installed here; run: pip install {package}" if package else ""


def replies(data: bytes) -> Iterator[tuple[Reply, wire.Reader]]:
    """The complete replies at the beginning of what the process has sent."""
    start = wire.PREFIX.size
    while len(data) >= start:
        header, body = wire.sizes(data[:start], ANSWER_BYTES + (1 << 20))
        end = start + header + body
        if len(data) < end:
            return
        yield wire.unpack(data[start : start + header], data[start + header : end], REPLIES)
        data = data[end:]
