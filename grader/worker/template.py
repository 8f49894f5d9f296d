"""The warm template: a clean process that imports the libraries once and forks a worker for each submission.

It is started by exec with an almost empty environment, has never seen a suite, a solution or a result, runs no student
code and executes no library operation: a fork inherits its parent's memory. It keeps exactly one thread.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec

from grader.messages import NO_MEMORY, Limits, Locks
from grader.worker import grants, lock, models, seccomp
from grader.worker.instruments import Instrumented
from grader.worker.serve import serve

__all__ = ["main"]

ALWAYS = ("numpy", "numpy.random", "numpy.linalg", "numpy.fft", "numpy.ma", "secrets", "random", "math", "linecache")
MOST_DESCRIPTORS = 1 << 16
# What an import of the first name will need sooner or later, so that no worker has to find it on disk.
COMPANIONS = {
    "keras": ("keras.datasets.cifar10", "h5py", "matplotlib.pyplot"),
    "imageio": (
        "imageio.v2",
        "imageio.v3",
        "imageio.plugins.pillow",
        "PIL.Image",
        "PIL.PngImagePlugin",
        "PIL.JpegImagePlugin",
        "PIL.BmpImagePlugin",
        "PIL.PpmImagePlugin",
    ),
    "PIL": ("PIL.Image", "PIL.PngImagePlugin", "PIL.JpegImagePlugin", "PIL.ImageOps", "PIL.ImageFilter"),
    "scipy": ("scipy.signal", "scipy.ndimage", "scipy.fft", "scipy.linalg"),
    "matplotlib": ("matplotlib.pyplot", "matplotlib.image"),
}


@dataclass(frozen=True)
class Prepared:
    """What the template has at hand for every lock: what may be read, by descriptors, and the filter."""

    granted: tuple[int, ...]
    may_read: bool
    filter: bytes

    @classmethod
    def here(cls, root: str) -> Prepared:
        """For libraries as they lie on this machine; `root` is the folder that `grader` was imported from."""
        if sys.platform != "linux":
            return cls((), False, b"")
        paths = grants.libraries(os.path.realpath(root))
        filter_ = b""
        with suppress(FileNotFoundError):  # whoever asks for a lock that needs it has been told before
            filter_ = seccomp.filter_for_this_machine()
        return cls(tuple(grants.open_all(paths)), not grants.readable_by_others(paths), filter_)


def main(descriptor: int) -> None:
    """Serves fork, reap and preload requests on a socket until the judge closes it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lock.shield()
    control = socket.socket(fileno=descriptor)
    root = sys.path.pop(0)
    prepared = Prepared.here(root)
    for known in (Locks(), Limits(cpu_seconds=0, memory_bytes=0)):  # or every worker would learn anew how to read one
        msgspec.convert(msgspec.to_builtins(known), type(known))
    _preloaded(ALWAYS)
    _forget(root)
    _send(control, {"ready": True})
    ending: list[int] = []
    while True:
        try:
            message, descriptors = _receive(control)
        except EOFError:
            return
        if message["op"] == "fork":
            _fork(control, message, descriptors, prepared)
        elif message["op"] == "reap":
            _send(control, _reap(message["pid"], message["patience"], ending))
        else:
            _send(control, _preloaded(message["names"]))


def _forget(root: str) -> None:
    """Student code shall not find the grader's checkout by `import`; the modules that are needed are loaded."""
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry) != os.path.realpath(root)]
    sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
    for name in ("grader", "grader.worker"):
        sys.modules[name].__path__ = []
    sys.path_importer_cache.clear()


def _preload(names: Sequence[str]) -> dict[str, str]:
    """Imports libraries and their companions; names that cannot be imported come back with the reason."""
    failed = {}
    for name in names:
        for module in (name, *COMPANIONS.get(name, ())):
            try:
                importlib.import_module(module)
            except Exception as error:  # a broken library is the student's ImportError, never the template's end
                failed[module] = f"{type(error).__name__}: {error}"
    return failed


def _preloaded(names: Sequence[str]) -> dict[str, Any]:
    """Imports libraries for good; without Keras a template that was started for it is of no use."""
    failed = _preload(names)
    if "keras" in names:
        if "keras" in failed:
            return {"error": f"Keras cannot be imported ({failed['keras']})"}
        models.arm()
    gc.collect()
    gc.freeze()
    return {"failed": failed}


def _threads() -> int:
    if sys.platform != "linux":
        return 1
    return len(os.listdir("/proc/self/task"))


def _fork(control: socket.socket, message: dict[str, Any], descriptors: list[int], prepared: Prepared) -> None:
    """Forks one worker on the three descriptors (requests, replies, output) and answers with its process id."""
    if _threads() != 1:
        _send(control, {"error": f"the template has {_threads()} threads; only one may be there at a fork"})
        return
    pid = lock.fork()
    if pid == 0:
        try:
            _become_worker(message, descriptors, prepared)
        except MemoryError:
            os._exit(NO_MEMORY)
        except BaseException as error:  # the judge reads it where nothing of the student's has run yet
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(70)
    for descriptor in descriptors:
        os.close(descriptor)
    _send(control, {"pid": pid})


def _become_worker(message: dict[str, Any], descriptors: list[int], prepared: Prepared) -> None:
    locks = msgspec.convert(message["locks"], Locks)
    requests, replies, output = descriptors
    null = os.open(os.devnull, os.O_RDWR)
    granted = [*prepared.granted, *grants.open_all([*locks.folders, *grants.OWN])] if locks.landlock else []
    named = grants.open_all(locks.named) if locks.landlock else []
    places = _placed([null, output, output, requests, replies, *granted, *named])
    listed, unlisted = places[5 : 5 + len(granted)], places[5 + len(granted) :]
    os.chdir(message["cwd"])
    limits = msgspec.convert(message["limits"], Limits)
    lock.lock(limits, locks, listed, unlisted, prepared.filter, prepared.may_read)
    serve(places[3], places[4], message["answer_bytes"], Instrumented)


def _placed(wanted: Sequence[int]) -> range:
    """Gives these descriptors the numbers from 0 on, and closes all others; their new numbers."""
    most = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], MOST_DESCRIPTORS)
    above = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, len(wanted)) for descriptor in wanted]
    for number, descriptor in enumerate(above):
        os.dup2(descriptor, number)
    os.closerange(len(wanted), most)
    return range(len(wanted))


def _reap(pid: int, patience: float, ending: list[int]) -> dict[str, Any]:
    """Ends a worker with its whole process group; whether it had ended before, its wait status and processor seconds.

    `patience` are the seconds that it has to end by itself; without any, nobody wants to know how it ended, and it is
    waited for when the next one goes: what gives its memory back need not hold up the next fork. A child that called
    `setsid` has left the group, and lives on.
    """
    while ending:
        os.waitpid(ending.pop(), 0)
    deadline = time.monotonic() + patience
    early, status, usage = os.wait4(pid, os.WNOHANG)
    while not early and time.monotonic() < deadline:
        time.sleep(0.002)
        early, status, usage = os.wait4(pid, os.WNOHANG)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    if not early:
        os.kill(pid, signal.SIGKILL)  # it may not have had the time to lead a group
        if not patience:
            ending.append(pid)
            return {"early": False}
        _, status, usage = os.wait4(pid, 0)
    return {"early": bool(early), "status": status, "cpu": usage.ru_utime + usage.ru_stime}


def _send(control: socket.socket, message: dict[str, Any]) -> None:
    data = msgspec.msgpack.encode(message)
    control.sendall(len(data).to_bytes(4, "little") + data)


def _receive(control: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """One request with the descriptors that came along; EOFError when the judge is gone."""
    head, descriptors, _, _ = socket.recv_fds(control, 4, 3)
    head += _exactly(control, 4 - len(head))
    return msgspec.msgpack.decode(_exactly(control, int.from_bytes(head, "little"))), list(descriptors)


def _exactly(control: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        chunk = control.recv(count - len(data))
        if not chunk:
            raise EOFError
        data += chunk
    return data
