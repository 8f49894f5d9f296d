"""The student's module in a process of its own, under time limits; a sandbox is not needed for one's own code."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import msgspec

from grader import wire
from grader.check.child import ANSWER_BYTES
from grader.messages import NO_MEMORY, Answer, Batch, Load, Loaded, Ready, Reply
from grader.outcomes import NotRun, Outcome, Raised, Request, Stop, Stopped, outcome_of
from grader.surroundings import surroundings

__all__ = ["Running"]

REPLIES: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)
BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from grader.check.child import main; main()"
ENVIRONMENT = {"MPLBACKEND": "Agg", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
# Seconds for Python itself to start.
PATIENCE = 120.0
MOST_PRINTED = 1 << 14


class Link:
    """A child process and the pipes to it; what it says and prints is read by threads, on every system."""

    def __init__(self, data: Path) -> None:
        package = os.fspath(Path(__file__).resolve().parents[2])
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", BOOT, package],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=data,
            env=os.environ | ENVIRONMENT | surroundings("keras"),
        )
        self.frames: queue.SimpleQueue[tuple[bytes, bytes] | None] = queue.SimpleQueue()
        self.printed = bytearray()
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self._read, self._listen)]
        for thread in self.threads:
            thread.start()

    def _read(self) -> None:
        stream = self._stream(self.process.stdout)
        try:
            while len(prefix := stream.read(wire.PREFIX.size)) == wire.PREFIX.size:
                header, body = wire.sizes(prefix, ANSWER_BYTES + (1 << 20))
                self.frames.put((stream.read(header), stream.read(body)))
        except (wire.WireError, OSError, ValueError):
            pass  # the end of the queue says so
        self.frames.put(None)

    def _listen(self) -> None:
        stream = self._stream(self.process.stderr)
        while chunk := os.read(stream.fileno(), 1 << 16):
            self.printed += chunk[: MOST_PRINTED - len(self.printed)]

    @staticmethod
    def _stream(stream: IO[bytes] | None) -> IO[bytes]:
        assert stream is not None
        return stream

    def post(self, message: msgspec.Struct, buffers: list[bytes]) -> None:
        """Sends a request; one that ends before it has read it is noticed by the next reply."""
        stream = self._stream(self.process.stdin)
        try:
            stream.write(wire.frame(message, buffers))
            stream.flush()
        except OSError:
            pass

    def next(self, seconds: float) -> tuple[Reply, wire.Reader]:
        """The next reply; Stop, with the process ended, where there is none within `seconds`."""
        try:
            found = self.frames.get(timeout=seconds)
            if found is not None:
                return wire.unpack(*found, REPLIES)
        except queue.Empty:
            self.close()
            raise Stop("timeout") from None
        except wire.WireError as error:
            self.close()
            raise Stop("protocol", str(error)) from None
        raise self._end()

    def _end(self) -> Stop:
        """Why the process ended by itself."""
        status = self.process.wait()
        self.close()
        if status == NO_MEMORY:
            return Stop("memory")
        return Stop("exited" if 0 <= status < 256 else "crashed")

    def close(self) -> None:
        """Ends the process, and lets the threads read what is left."""
        self.process.kill()
        self.process.wait()
        for thread in self.threads:
            thread.join(timeout=2)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                self._stream(stream).close()
            except OSError:  # a request that nobody reads any more
                continue


@dataclass
class Running:
    """One exercise's module, in one process at a time: started when it is needed, and again after it ended."""

    load: Load
    data: Path
    import_seconds: float
    call_seconds: float
    reference_factor: float
    link: Link | None = None
    broken: Outcome | None = None
    exhausted: set[str] = field(default_factory=set)
    printed: str = ""

    def start(self) -> Outcome | None:
        """Makes sure that there is a process with the module loaded; otherwise says what the import came to."""
        if self.link is not None or self.broken is not None:
            return self.broken
        self.link = Link(self.data)
        try:
            if not isinstance(self.link.next(PATIENCE)[0], Ready):
                raise Stop("protocol")
            self.link.post(self.load, [])
            reply, _ = self.link.next(_patience(self.import_seconds))
            trouble = reply.trouble if isinstance(reply, Loaded) else None
            self.broken = None if trouble is None else Raised(trouble)
        except Stop as stop:
            self.broken = Stopped(stop)
        if self.broken is not None:
            self.close()
        return self.broken

    def calls(self, requests: Sequence[Request], reference_seconds: float | None = None) -> list[Outcome]:
        """The outcomes of the calls, in order; after the one that ended the process the rest is not run."""
        outcomes: list[Outcome] = []
        function = requests[0].function if requests else ""
        if (broken := self.start()) is not None:
            return [broken] * len(requests)
        if function in self.exhausted:
            return [NotRun(f"`{function}` ran out of time before")] * len(requests)
        try:
            self._batch(requests, outcomes, max(self.call_seconds, self.reference_factor * (reference_seconds or 0.0)))
        except Stop as stop:
            self.close()
            if stop.kind == "timeout":
                self.exhausted.add(function)
            outcomes.append(Stopped(stop))
        return outcomes + [NotRun("an earlier call ended it")] * (len(requests) - len(outcomes))

    def _batch(self, requests: Sequence[Request], outcomes: list[Outcome], seconds: float) -> None:
        assert self.link is not None
        packed = [request.packed for request in requests]
        batch = Batch(tuple(call for call, _ in packed), eager=True)
        self.link.post(batch, [buffer for _, buffers in packed for buffer in buffers])
        for request in requests:
            reply, take = self.link.next(_patience(seconds))
            if not isinstance(reply, Answer):
                raise Stop("protocol")
            outcomes.append(outcome_of(reply, take, request.plain))

    def alone(self, request: Request) -> Outcome:
        """The outcome of one call in a process that was asked nothing before."""
        self.close()
        return self.calls([request])[0]

    def close(self) -> None:
        """Ends the process, if there is one, and keeps what it printed."""
        if self.link is not None:
            self.link.close()
            self.printed = (self.printed + self.link.printed.decode("utf-8", "replace"))[:MOST_PRINTED]
            self.link = None

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def _patience(seconds: float) -> float:
    """Seconds of wall clock for work that may compute for `seconds`: the judge waits as long."""
    return 3 * seconds + 2
