"""The worker's loop: read a request, do what it says with the student's module, answer with plain data."""

from __future__ import annotations

import gc
import io
import os
import random
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import ModuleType
from typing import Any, NamedTuple, NoReturn

import msgspec
import numpy as np

from grader import wire
from grader.messages import Analyse, Analysed, Answer, Batch, Call, Load, Loaded, Made, Ready, Request, Trouble
from grader.worker import loader, source
from grader.worker.values import UNCALLED, TooLargeError, outgoing

__all__ = ["Server", "serve"]

REQUESTS: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
SPECS = msgspec.msgpack.Decoder(list[source.ExerciseSpec])
FACTS = msgspec.msgpack.Decoder(source.Facts)
MAX_REQUEST = 1 << 30
PILE_SECONDS = 0.02
# What TensorFlow tells before it comes to the point: every line on the way to a node, by the files of this machine.
GRAPH = re.compile(r'\AGraph execution error:.*\n *File "[^\n]*\n+', re.DOTALL)


class Server:
    """The module of one exercise at the end of two pipes; judges' workers add makers and instruments to it."""

    makers: Mapping[str, Callable[[Any], Any]] = {}
    looks: Mapping[str, Callable[[Any, Sequence[Any], Any], Any]] = {}

    def __init__(self, requests: int, replies: int, answer_bytes: int) -> None:
        self.requests = requests
        self.replies = replies
        self.answer_bytes = answer_bytes
        self.module = ModuleType("student")
        self.program: Any = None
        self.imports: frozenset[str] = frozenset()
        self.files: frozenset[str] = frozenset()
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

    def seed(self, salt: int) -> None:
        """The same draws for every call with the same salt, and for every student."""
        random.seed(salt)
        np.random.seed(salt)

    def leftover(self, error: BaseException) -> Any:
        """What a failing call had built, where an instrument can tell."""
        return None

    def load(self, message: Load) -> Trouble | None:
        """Imports the module; what went wrong, if anything did."""
        facts = FACTS.decode(message.facts)
        try:
            self.program = source.program(facts, message.modules, message.notebooks)
            self.imports = frozenset(facts.imports)
            if message.forbidden:
                loader.forbid(message.forbidden)
            self.execute(message.exercise, message.modules | self.others(message))
        except BaseException as error:  # sys.exit at import is an outcome like any other
            return self.trouble(error)
        return None

    @staticmethod
    def others(message: Load) -> dict[str, bytes]:
        """What the submission's other notebooks hold, as modules that can be imported by the exercise's name."""
        facts = [FACTS.decode(encoded) for encoded in message.others]
        return {one.exercise: source.program(one, message.modules, message.notebooks).source for one in facts}

    def execute(self, exercise: str, modules: dict[str, bytes]) -> None:
        """Runs the module or the notebook's program in a module that the submission's imports can see."""
        self.seed(0)
        self.module = ModuleType(exercise)
        own = self.program.own or (exercise,)
        self.files = frozenset(map(loader.Finder.filename, modules))
        finder = loader.install(modules, dict.fromkeys(own, self.module))
        self.module.__spec__ = finder.find_spec(exercise)
        sys.modules.update(dict.fromkeys(own, self.module))
        loader.run(self.program.source, self.program.filename, self.module.__dict__)

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

    def answer(self, number: int, call: Call, take: Any) -> bytes:
        """The frame with the answer to one call, and with the arguments that it wrote to."""
        args = [_received(arg, take) for arg in call.args]
        aim = wire.value_of(call.aim, take, fresh=True)
        kept = [np.array(arg) if isinstance(arg, np.ndarray) else None for arg in args]
        buffers: list[bytes] = []
        started = time.perf_counter()
        value, trouble = self.call(call, args, aim, buffers)
        seconds = time.perf_counter() - started
        changed = tuple(i for i, old in enumerate(kept) if old is not None and not _same(old, args[i]))
        return wire.frame(Answer(number, value, trouble, changed, seconds), buffers if value is not None else [])

    def call(
        self, call: Call, args: list[Any], aim: Any, buffers: list[bytes]
    ) -> tuple[wire.Value | None, Trouble | None]:
        """What one call comes to: a value that travels, or why there is none."""
        function = getattr(self.module, call.function, None)
        if function is None:
            there = sorted(name for name, item in vars(self.module).items() if callable(item) and name[:1] != "_")
            return None, Trouble("absent", message=", ".join(there)[:2000])
        if not callable(function):
            return None, Trouble("not_callable", error=type(function).__name__[:200])
        try:
            made = [self.makers[arg.by](arg.given) if isinstance(arg, _ToMake) else arg for arg in args]
            self.seed(call.salt)
            value = UNCALLED[call.look](function, aim) if call.look in UNCALLED else function(*made)
            if call.look and call.look not in UNCALLED:
                value = self.looks[call.look](value, made, aim)
                gc.collect()  # models refer to themselves, and a large one is not to wait for its turn
            return outgoing(value, buffers, self.answer_bytes, call.plain), None
        except TooLargeError:
            return None, Trouble("too_large")
        except BaseException as error:  # SystemExit and KeyboardInterrupt are outcomes like any other
            trouble = Trouble("raised", "Exception", ("Exception",))
            with suppress(Exception):  # an exception is an object of student code, and may raise others
                trouble = self.trouble(error)
            with suppress(Exception):  # what had been built is for words only
                if call.look and (seen := self.leftover(error)) is not None:
                    return outgoing(seen, buffers, self.answer_bytes, call.plain), trouble
            return None, trouble

    def trouble(self, error: BaseException) -> Trouble:
        """What a student may read of an exception; unprintable ones say so."""
        family = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ in ("builtins", "numpy.exceptions")]
        if type(error).__name__ == "ResourceExhaustedError":  # TensorFlow's MemoryError
            family.insert(0, "MemoryError")
        try:
            message = GRAPH.sub("", str(error))
            more = len(message) - 2000
            message = f"{message[:2000]} … ({more} more characters)" if more > 0 else message
        except BaseException:  # __str__ is student code too
            message = "(its message cannot be printed)"
        where = self.where(error) if self.program is not None else ""
        return Trouble("raised", _plain(type(error).__name__, 200), tuple(family[:40]), _plain(message, 2100), where)

    def where(self, error: BaseException) -> str:
        """The innermost line of the student's own files, and the line of the exercise that led there."""
        outer = inner = ""
        step = error.__traceback__
        while step is not None:
            name = step.tb_frame.f_code.co_filename
            if name == self.program.filename:
                outer = inner = self.program.where(step.tb_lineno)
            elif name in self.files:
                inner = f"{name}, line {step.tb_lineno}"
            step = step.tb_next
        return _plain(outer if inner == outer else f"{inner}, called from {outer}", 2000)


def serve(requests: int, replies: int, answer_bytes: int, kind: type[Server] = Server) -> NoReturn:
    """Answers requests from one descriptor on another until the judge closes it; then the process ends."""
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), encoding="utf-8")
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        raw = io.FileIO(descriptor, "w", closefd=False)
        stream = io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", "backslashreplace", line_buffering=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    kind(requests, replies, answer_bytes).run()


def _plain(text: str, limit: int) -> str:
    return text[:limit].encode("utf-8", "replace").decode()


class _ToMake(NamedTuple):
    by: str
    given: Any


def _received(arg: wire.Value | Made, take: Any) -> Any:
    """An argument as it travelled; what has to be made of it is made within the call's limits."""
    if isinstance(arg, Made):
        return _ToMake(arg.by, wire.value_of(arg.given, take, fresh=True))
    return wire.value_of(arg, take, fresh=True)


def _same(old: Any, new: Any) -> bool:
    return bool(old.shape == new.shape and old.dtype == new.dtype and old.tobytes() == new.tobytes())
