"""The judge's end of a worker: start the template, fork workers, exchange frames under deadlines, end them for good."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from grader import wire
from grader.errors import GraderError
from grader.messages import NO_MEMORY, Limits, Locks, Ready, Reply
from grader.outcomes import Stop
from grader.surroundings import ENVIRONMENT, surroundings

__all__ = ["Stop", "Template", "Worker"]

REPLIES: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)
BOOT = (
    "import os,sys;sys.path.insert(0,os.read({link},int.from_bytes(os.read({link},4),'little')).decode());"
    "from grader.worker.template import main;main({link})"
)
PIPE_BYTES = 1 << 19
# Seconds for the template to answer, and for a fork to say that it is locked; only a broken machine needs them.
PATIENCE = 120.0
# Seconds between the end of a pipe and the end of the process that held it.
LAST_BREATH = 1.0
MOST_PRINTED = 1 << 16
HEADER_LIMIT = 1 << 22


class Template:
    """One warm template process; `scratch` is a folder of the trusted side that its libraries may write to."""

    def __init__(self, scratch: Path, kind: str = "numpy", device: str = "cpu") -> None:
        self.scratch = scratch
        self.extra = surroundings(kind, device)
        self.loaded: set[str] = set()
        self._start()
        self.preload(["keras"] if kind == "keras" else [])

    def _start(self) -> None:
        """The process, importing in the background; nobody waits for it before the first question."""
        scratch = os.fspath(self.scratch)
        self.control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        root = os.fsencode(Path(__file__).resolve().parent.parent)
        environment = ENVIRONMENT | self.extra | {"MPLCONFIGDIR": scratch, "KERAS_HOME": scratch}
        with other:
            link = other.fileno()
            self.log = self.scratch / f"template-{os.getpid()}-{link}.log"
            log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self.process = subprocess.Popen(
                [sys.executable, "-c", BOOT.format(link=link)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=[link],
                cwd="/",
            )
            os.close(log)
        self.control.settimeout(PATIENCE)
        self._send(len(root).to_bytes(4, "little") + root)
        self.ready = False
        self.owed = 0

    def tell(self, message: dict[str, Any]) -> None:
        """One request whose answer nobody waits for."""
        data = msgspec.msgpack.encode(message)
        self._send(len(data).to_bytes(4, "little") + data)
        self.owed += 1

    def ask(self, message: dict[str, Any], descriptors: Sequence[int] = ()) -> dict[str, Any]:
        """One request to the template and its answer; GraderError when it is gone or refuses."""
        if not self.ready:
            self.ready = bool(self._receive().get("ready"))
        data = msgspec.msgpack.encode(message)
        self._send(len(data).to_bytes(4, "little"), descriptors)
        self._send(data)
        while self.owed:
            self._checked(self._receive())
            self.owed -= 1
        return self._checked(self._receive())

    @staticmethod
    def _checked(answer: dict[str, Any]) -> dict[str, Any]:
        if "error" in answer:
            raise GraderError(f"the worker template cannot go on: {answer['error']}")
        return answer

    def _send(self, data: bytes, descriptors: Sequence[int] = ()) -> None:
        try:
            if descriptors:
                socket.send_fds(self.control, [data], list(descriptors))
            else:
                self.control.sendall(data)
        except OSError as error:
            raise self._lost(error) from None

    def _receive(self) -> dict[str, Any]:
        data = self._exactly(4)
        answer: dict[str, Any] = msgspec.msgpack.decode(self._exactly(int.from_bytes(data, "little")))
        return answer

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            try:
                chunk = self.control.recv(count - len(data))
            except OSError as error:
                raise self._lost(error) from None
            if not chunk:
                raise self._lost()
            data += chunk
        return data

    def _lost(self, error: OSError | None = None) -> GraderError:
        """The error for a template that does not answer. It is ended: a late answer would be taken for another one."""
        self.close()
        lines: list[str] = []
        with suppress(OSError):
            lines = self.log.read_text("utf-8", "replace").strip().splitlines()
        words = lines[-1][:300] if lines else error or f"exit status {self.process.returncode}"
        return GraderError(f"the worker template ended or fell silent: {words}")

    def preload(self, names: Sequence[str]) -> None:
        """Has libraries imported in the template, once, so that every later worker has them."""
        fresh = [name for name in names if name not in self.loaded]
        if fresh:
            self.tell({"op": "preload", "names": fresh})
            self.loaded.update(fresh)

    def fork(self, limits: Limits, locks: Locks, cwd: Path, answer_bytes: int, output_limit: int) -> Worker:
        """A new worker behind these limits and locks, in the folder `cwd`."""
        (theirs_in, ours_out), (ours_in, theirs_out), (output_in, output_out) = _pipe(), _pipe(), os.pipe()
        theirs, ours = (theirs_in, theirs_out, output_out), (ours_out, ours_in, output_in)
        message = {"op": "fork", "cwd": os.fspath(cwd), "answer_bytes": answer_bytes}
        message |= {"limits": msgspec.to_builtins(limits), "locks": msgspec.to_builtins(locks)}
        try:
            pid = self.ask(message, theirs)["pid"]
        except GraderError:
            _close(ours)
            raise
        finally:
            _close(theirs)
        return Worker(self, pid, ours, limits, answer_bytes, output_limit)

    @property
    def alive(self) -> bool:
        """Whether there is still a process."""
        return self.process.poll() is None

    def revive(self) -> None:
        """A fresh process with the same libraries, in place of one that came to an end."""
        self.close()
        self._start()
        loaded, self.loaded = sorted(self.loaded), set()
        self.preload(loaded)

    def close(self) -> None:
        """Ends the template; its workers die with it."""
        self.control.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=2)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Worker:
    """One forked worker and the three pipes to it: requests, replies, and whatever it prints."""

    def __init__(
        self,
        template: Template,
        pid: int,
        pipes: tuple[int, int, int],
        limits: Limits,
        answer_bytes: int,
        output_limit: int,
    ) -> None:
        self.template = template
        self.pid = pid
        self.cpu_seconds = limits.cpu_seconds
        self.requests, self.replies, self.output = pipes
        for descriptor in pipes:
            os.set_blocking(descriptor, False)
        self.frame_limit = answer_bytes + (1 << 20)
        self.output_left = output_limit
        self.inbox = bytearray()
        self.taken: tuple[bytes, bytes] | None = None
        self.outbox = memoryview(b"")
        self.printed = bytearray()
        self.greeted = False
        self.ended = False
        self.clock = ((~pid) << 3) | 2  # the kernel's name for the processor clock of another process

    def post(self, message: msgspec.Struct, buffers: list[bytes] | None = None) -> None:
        """Queues one request; it is written while answers are awaited."""
        self._drain_replies()
        if self.greeted and self.inbox:
            raise self.stop(Stop("protocol", "it answered without being asked"))
        self.outbox = memoryview(wire.frame(message, buffers or []))

    def cpu(self) -> float:
        """Processor seconds of the worker so far; 0 where the system does not tell."""
        if sys.platform != "linux":
            return 0.0
        try:
            return time.clock_gettime(self.clock)
        except OSError:
            return 0.0

    def next(self, cpu_seconds: float, wall_seconds: float) -> tuple[Reply, wire.Reader]:
        """The next reply; raises Stop, with the worker ended, when there is none within the limits."""
        self.greet()
        return self._next(cpu_seconds, wall_seconds)

    def greet(self) -> None:
        """Waits until the worker is locked in; GraderError where that fails: until then, whatever happens is ours."""
        if not self.greeted:
            if not isinstance(self._next(PATIENCE, PATIENCE)[0], Ready):
                raise self.stop(Stop("protocol", "it spoke before it was locked"))
            self.greeted = True

    @property
    def answered(self) -> bool:
        """Whether there is something to take that nobody has to wait for."""
        try:
            self.taken = self.taken or self._frame()
        except wire.WireError:
            return True  # and `next` says why
        return self.taken is not None

    def _next(self, cpu_seconds: float, wall_seconds: float) -> tuple[Reply, wire.Reader]:
        try:
            frame = self.taken or self._frame() or self._awaited(cpu_seconds, wall_seconds)
            self.taken = None
            return wire.unpack(*frame, REPLIES)
        except wire.WireError as error:
            raise self.stop(Stop("protocol", str(error))) from None
        except Stop as stop:
            raise self.stop(stop) from None

    def _awaited(self, cpu_seconds: float, wall_seconds: float) -> tuple[bytes, bytes]:
        """The next frame, once it has arrived; Stop when the limits are over before."""
        started, deadline = self.cpu(), time.monotonic() + wall_seconds
        while (frame := self._frame()) is None:
            remaining = deadline - time.monotonic()
            spent = self.cpu() - started
            if remaining <= 0 or spent >= cpu_seconds:
                raise Stop("timeout", f"no answer after {spent:.1f} s of computing")
            self._pump(min(remaining, max(cpu_seconds - spent, 0.01)))
        self._drain_output()  # what was printed before an answer counts before it
        return frame

    def _frame(self) -> tuple[bytes, bytes] | None:
        """Header and body of the first complete frame in the inbox, taken out of it."""
        start = wire.PREFIX.size
        if len(self.inbox) < start:
            return None
        with memoryview(self.inbox) as view:
            header, body = wire.sizes(view[:start], self.frame_limit, HEADER_LIMIT)
            end = start + header + body
            if len(view) < end:
                return None
            parts = bytes(view[start : start + header]), bytes(view[start + header : end])
        del self.inbox[:end]
        return parts

    def _pump(self, seconds: float) -> None:
        """Waits for the pipes and moves bytes: requests out, replies and output in, each by a bounded step."""
        poll = select.poll()
        poll.register(self.replies, select.POLLIN)
        if self.output >= 0:
            poll.register(self.output, select.POLLIN)
        if self.outbox:
            poll.register(self.requests, select.POLLOUT)
        for descriptor, _ in poll.poll(seconds * 1000):
            if descriptor == self.requests:
                self._write()
            elif descriptor == self.output:
                self._drain_output()
            elif not self._drain_replies():
                raise self._gone()
            elif not self.greeted:  # what it prints is held against it once it is known to be locked
                return

    def _write(self) -> None:
        try:
            self.outbox = self.outbox[os.write(self.requests, self.outbox[: 1 << 18]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            raise self._gone() from None

    def _drain_replies(self) -> bool:
        """Takes what the worker has sent so far; False when it has closed the pipe."""
        try:
            chunk = os.read(self.replies, 1 << 20)
        except BlockingIOError:
            return True
        self.inbox += chunk
        return bool(chunk)

    def _drain_output(self) -> None:
        """Takes what was printed so far, by a bounded number of steps: who prints may never stop."""
        for _ in range(4):
            if self.output < 0:
                return
            try:
                chunk = os.read(self.output, MOST_PRINTED)
            except BlockingIOError:
                return
            if not chunk:
                os.close(self.output)
                self.output = -1
            self.output_left -= len(chunk)
            if self.output_left < 0:
                raise Stop("output", "it printed more than the limit")
            if len(self.printed) < MOST_PRINTED:
                self.printed += chunk

    def take_printed(self) -> bytes:
        """What was printed before the last answer, or the end, and not taken yet; at most 128 KiB."""
        printed = bytes(self.printed)
        self.printed.clear()
        return printed

    def _gone(self) -> Stop:
        """Why the worker closed its pipe: the end it came to, asked of the template that reaps it."""
        end = self.end(LAST_BREATH)
        if not end["early"]:
            return Stop("crashed", "it closed its connection")
        return _verdict(end["status"], end["cpu"] > self.cpu_seconds - 1)

    def stop(self, stop: Stop) -> Stop:
        """Ends the worker and hands the reason back; GraderError where it was not locked yet, the reason being ours."""
        self.end()
        if not self.greeted:
            words = bytes(self.printed).decode("utf-8", "replace").strip().splitlines()
            raise GraderError(f"a worker could not be locked down: {words[-1][:300] if words else stop.detail}")
        return stop

    def end(self, patience: float = 0.0) -> dict[str, Any]:
        """Kills the worker's process group and closes the pipes; says how it ended by itself within `patience` s."""
        if self.ended:
            return {"early": False}
        self.ended = True
        message = {"op": "reap", "pid": self.pid, "patience": patience}
        try:
            if patience:
                return self.template.ask(message)
            self.template.tell(message)
            return {"early": False}
        finally:
            with suppress(Stop, OSError):
                self._drain_output()
            _close((self.requests, self.replies, self.output))


def _pipe() -> tuple[int, int]:
    """A pipe with room for a whole batch where the system has it: fewer wake-ups on both sides."""
    reader, writer = os.pipe()
    if sys.platform == "linux":
        with suppress(OSError):
            fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return reader, writer


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        if descriptor >= 0:
            os.close(descriptor)


def _verdict(status: int, exhausted: bool) -> Stop:
    """The verdict for a wait status that the worker came to by itself; `exhausted` when its processor time was up."""
    if os.WIFEXITED(status):
        if os.WEXITSTATUS(status) == NO_MEMORY:
            return Stop("memory", "it had no memory left for an answer")
        return Stop("exited", f"it left with exit status {os.WEXITSTATUS(status)}")
    number = os.WTERMSIG(status)
    if exhausted and number in (signal.SIGXCPU, signal.SIGKILL):
        return Stop("timeout", "it used up its processor time")
    if number == signal.SIGSYS:
        return Stop("forbidden", "it asked the system for something that is not allowed")
    return Stop("crashed", f"it was ended by signal {number}")
