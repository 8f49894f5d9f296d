"""The worker's loop: read a request, do what it says with the student's module, answer with plain data."""

from __future__ import annotations

import io
import os
import sys
import time
from typing import Any, NoReturn

import msgspec

from grader import wire
from grader.messages import Analyse, Analysed, Batch, Load, Loaded, Ready, Request
from grader.worker import source
from grader.worker.calling import Callee

__all__ = ["Server", "serve"]

REQUESTS: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
SPECS = msgspec.msgpack.Decoder(list[source.ExerciseSpec])
MAX_REQUEST = 1 << 30
PILE_SECONDS = 0.02


class Server(Callee):
    """A callee at the end of two pipes."""

    def __init__(self, requests: int, replies: int, answer_bytes: int) -> None:
        super().__init__(answer_bytes)
        self.requests = requests
        self.replies = replies
        self.streams = (sys.stdout, sys.stderr)

    def run(self) -> NoReturn:
        """Answers requests until there are no more."""
        self.send(Ready())
        while True:
            prefix = self.read(wire.PREFIX.size)
            header, body = wire.sizes(prefix, MAX_REQUEST)
            message, take = wire.unpack(self.read(header), self.read(body), REQUESTS)
            match message:
                case Batch():
                    self.batch(message, take)
                case Load():
                    started = time.perf_counter()
                    self.send(Loaded(self.load(message), time.perf_counter() - started))
                case Analyse():
                    specs = SPECS.decode(message.specs)
                    facts = source.analyse(message.modules, message.notebooks, specs)
                    self.send(Analysed(msgspec.msgpack.encode(facts)))

    def read(self, count: int) -> bytes:
        """So many bytes of requests; the process ends where there are no more."""
        data = bytearray()
        while len(data) < count:
            chunk = os.read(self.requests, min(count - len(data), 1 << 20))
            if not chunk:
                os._exit(0)
            data += chunk
        return bytes(data)

    def send(self, message: msgspec.Struct) -> None:
        """One message without arrays."""
        self.flush([wire.frame(message, [])])

    def flush(self, frames: list[bytes]) -> None:
        """Writes what was printed, then the frames, so that the judge never knows an answer before its output."""
        for stream in self.streams:
            try:
                stream.flush()
            except Exception:  # the student may have closed it; the answer goes out all the same
                continue
        data = memoryview(b"".join(frames))
        frames.clear()
        while data:
            data = data[os.write(self.replies, data) :]

    def batch(self, message: Batch, take: Any) -> None:
        """Answers in small piles: a wake-up of the judge for every answer would cost more than most answers."""
        frames: list[bytes] = []
        flushed = time.perf_counter()
        for number, call in enumerate(message.calls, message.first):
            frames.append(self.answer(number, call, take))
            if message.eager or time.perf_counter() - flushed > PILE_SECONDS:
                self.flush(frames)
                flushed = time.perf_counter()
        self.flush(frames)


def serve(requests: int, replies: int, answer_bytes: int, kind: type[Server] = Server) -> NoReturn:
    """Answers requests from one descriptor on another until the judge closes it; then the process ends."""
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), encoding="utf-8")
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        raw = io.FileIO(descriptor, "w", closefd=False)
        stream = io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", "backslashreplace", line_buffering=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    kind(requests, replies, answer_bytes).run()
