"""The judge's end of a worker: start the template, fork workers, exchange frames under deadlines, end them for good."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import msgspec
from numpy.typing import NDArray

from grader import wire
from grader.errors import GraderError
from grader.messages import Limits, Ready, Reply

__all__ = ["Stop", "Template", "Worker"]

Kind = Literal["timeout", "memory", "crashed", "exited", "protocol", "output", "forbidden"]
REPLIES: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)
BOOT = (
    "import os,sys;sys.path.insert(0,os.read({link},int.from_bytes(os.read({link},4),'little')).decode());"
    "from grader.worker.template import main;main({link})"
)
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "PYTHONSAFEPATH": "1",
    "PYTHONUTF8": "1",
}
Take = Callable[[wire.Array], NDArray[Any]]


class Stop(Exception):
    """A worker came to an end before it answered; `kind` is the verdict, `detail` a few words for the feedback."""

    def __init__(self, kind: Kind, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail


class Template:
    """One warm template process; `scratch` is a folder of the trusted side that its libraries may write to."""

    def __init__(self, scratch: Path) -> None:
        self.loaded: set[str] = set()
        self.control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        root = os.fsencode(Path(__file__).resolve().parent.parent)
        environment = ENVIRONMENT | {"MPLCONFIGDIR": os.fspath(scratch)}
        with other:
            link = other.fileno()
            self.log = scratch / f"template-{os.getpid()}-{link}.log"
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
        self.control.sendall(len(root).to_bytes(4, "little") + root)
        self.ready = False

    def ask(self, message: dict[str, Any], descriptors: Sequence[int] = ()) -> dict[str, Any]:
        """One request to the template and its answer; GraderError when it is gone or refuses."""
        if not self.ready:
            self.ready = bool(self._receive().get("ready"))
        data = msgspec.msgpack.encode(message)
        head = len(data).to_bytes(4, "little")
        try:
            if descriptors:
                socket.send_fds(self.control, [head], list(descriptors))
                self.control.sendall(data)
            else:
                self.control.sendall(head + data)
        except OSError as error:
            raise GraderError(f"the worker template is gone: {error}") from None
        answer = self._receive()
        if "error" in answer:
            raise GraderError(f"the worker template cannot fork: {answer['error']}")
        return answer

    def _receive(self) -> dict[str, Any]:
        data = self._exactly(4)
        answer: dict[str, Any] = msgspec.msgpack.decode(self._exactly(int.from_bytes(data, "little")))
        return answer

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            chunk = self.control.recv(count - len(data))
            if not chunk:
                raise GraderError(f"the worker template ended by itself: {self._last_words()}")
            data += chunk
        return data

    def _last_words(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        lines = self.log.read_text("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else f"exit status {self.process.returncode}"

    def preload(self, names: Sequence[str]) -> None:
        """Imports libraries in the template, once, so that every later worker has them."""
        fresh = [name for name in names if name not in self.loaded]
        if fresh:
            self.ask({"op": "preload", "names": fresh})
            self.loaded.update(fresh)

    def fork(self, limits: Limits, cwd: Path, answer_bytes: int, output_limit: int) -> Worker:
        """A new locked worker in the folder `cwd`."""
        pipes = [os.pipe(), os.pipe(), os.pipe()]
        (theirs_in, ours_out), (ours_in, theirs_out), (output_in, output_out) = pipes
        message = {"op": "fork", "limits": msgspec.to_builtins(limits), "cwd": os.fspath(cwd), "answer_bytes": answer_bytes}
        try:
            pid = self.ask(message, [theirs_in, theirs_out, output_out])["pid"]
        finally:
            for descriptor in (theirs_in, theirs_out, output_out):
                os.close(descriptor)
        return Worker(self, pid, (ours_out, ours_in, output_in), answer_bytes, output_limit)

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
        self, template: Template, pid: int, pipes: tuple[int, int, int], answer_bytes: int, output_limit: int
    ) -> None:
        self.template = template
        self.pid = pid
        self.requests, self.replies, self.output = pipes
        for descriptor in pipes:
            os.set_blocking(descriptor, False)
        self.frame_limit = answer_bytes + (1 << 20)
        self.output_left = output_limit
        self.inbox = bytearray()
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

    def next(self, cpu_seconds: float, wall_seconds: float) -> tuple[Reply, Take]:
        """The next reply; raises Stop, with the worker ended, when there is none within the limits."""
        started, deadline = self.cpu(), time.monotonic() + wall_seconds
        if not self.greeted:
            self.greeted = True
            if not isinstance(self._next(started, cpu_seconds, deadline)[0], Ready):
                raise self.stop(Stop("protocol", "it spoke before it was asked"))
        return self._next(started, cpu_seconds, deadline)

    def _next(self, started: float, cpu_seconds: float, deadline: float) -> tuple[Reply, Take]:
        try:
            while (frame := self._frame()) is None:
                remaining = deadline - time.monotonic()
                spent = self.cpu() - started
                if remaining <= 0 or spent >= cpu_seconds:
                    raise Stop("timeout", f"no answer after {spent:.1f} s of computing")
                self._pump(min(remaining, max(cpu_seconds - spent, 0.01)))
            return wire.unpack(*frame, REPLIES)
        except wire.WireError as error:
            raise self.stop(Stop("protocol", str(error))) from None
        except Stop as stop:
            raise self.stop(stop) from None

    def _frame(self) -> tuple[bytes, bytes] | None:
        """Header and body of the first complete frame in the inbox, taken out of it."""
        if len(self.inbox) < wire.PREFIX.size:
            return None
        start = wire.PREFIX.size
        header, body = wire.sizes(bytes(self.inbox[:start]), self.frame_limit)
        if len(self.inbox) < start + header + body:
            return None
        parts = bytes(self.inbox[start : start + header]), bytes(self.inbox[start + header : start + header + body])
        del self.inbox[: start + header + body]
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
        try:
            chunk = os.read(self.output, 1 << 16)
        except BlockingIOError:
            return
        if not chunk:
            os.close(self.output)
            self.output = -1
        self.output_left -= len(chunk)
        if self.output_left < 0:
            raise Stop("output", "it printed more than the limit")
        if len(self.printed) < 1 << 16:
            self.printed += chunk

    def take_printed(self) -> bytes:
        """What was printed since the last call, at most 64 KiB and a bit."""
        for _ in range(4):
            if self.output >= 0 and not self.ended:
                with suppress(Stop):
                    self._drain_output()
        printed = bytes(self.printed)
        self.printed.clear()
        return printed

    def _gone(self) -> Stop:
        """Why the worker closed its pipe: the end it came to, asked of the template that reaps it."""
        for _ in range(50):
            if not self._alive():
                break
            time.sleep(0.002)  # a closed pipe may precede the end of the process by a moment
        end = self.end()
        if not end["early"]:
            return Stop("crashed", "it closed its connection")
        return _verdict(end["status"], self.greeted)

    def _alive(self) -> bool:
        if sys.platform != "linux":
            return True
        try:
            with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as stat:
                return stat.read().rpartition(")")[2].split()[0] not in "ZX"
        except OSError:
            return False

    def stop(self, stop: Stop) -> Stop:
        """Ends the worker and hands the reason back."""
        self.end()
        return stop

    def end(self) -> dict[str, Any]:
        """Kills the worker's whole process group, closes the pipes, and says how it ended."""
        if self.ended:
            return {"early": False, "status": 0, "peak": 0, "cpu": 0.0}
        self.take_printed_tail()
        self.ended = True
        answer = self.template.ask({"op": "reap", "pid": self.pid})
        for descriptor in (self.requests, self.replies, self.output):
            if descriptor >= 0:
                os.close(descriptor)
        return answer

    def take_printed_tail(self) -> None:
        """Keeps what is still in the output pipe; a flood beyond the limit changes nothing any more."""
        if self.output >= 0:
            with suppress(Stop, OSError):
                self._drain_output()


def _verdict(status: int, greeted: bool) -> Stop:
    """The verdict for a wait status that the worker came to by itself."""
    if os.WIFEXITED(status):
        if not greeted:
            raise GraderError("a worker could not be locked down")
        return Stop("exited", f"it left with exit status {os.WEXITSTATUS(status)}")
    number = os.WTERMSIG(status)
    if number in (signal.SIGXCPU, signal.SIGKILL):
        return Stop("timeout", "it used up its processor time")
    if number == signal.SIGSYS:
        return Stop("forbidden", "it asked the system for something that is not allowed")
    return Stop("crashed", f"it was ended by signal {number}")
