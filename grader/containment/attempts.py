"""The canary: a module that a worker loads like any student's, and that tries what student code must not do.

Each function gets what the trusted side has laid out for it, and returns where it got through. It runs in no process
of the trusted side: there, this file is read as text.
"""

from __future__ import annotations

import ctypes
import fcntl
import importlib
import os
import resource
import signal
import socket
import threading
from typing import Any

import numpy as np

__all__: list[str] = []

PTRACE_TRACEME = 0


def read(path: str) -> int:
    """Reads a file that anybody may read."""
    with open(path, "rb") as file:
        return len(file.read(1))


def look(folder: str) -> int:
    """Lists a folder that anybody may list, or one of the grader's own."""
    return len(os.listdir(folder))


def create(folder: str) -> int:
    """Makes a file in a folder that anybody may write to."""
    return os.open(os.path.join(folder, "made"), os.O_WRONLY | os.O_CREAT)


def overwrite(path: str) -> int:
    """Opens a file for writing that anybody may write to."""
    return os.open(path, os.O_WRONLY)


def delete(path: str) -> None:
    """Deletes a file from a folder that anybody may write to."""
    os.unlink(path)


def rename(path: str) -> None:
    """Renames a file in such a folder."""
    os.rename(path, f"{path}-renamed")


def connect(address: tuple[str, int]) -> None:
    """Reaches a server by TCP."""
    socket.create_connection(address, timeout=1).close()


def send(address: tuple[str, int]) -> int:
    """Sends a datagram, as a question for a name does."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        return sender.sendto(b"x", address)


def local(path: str) -> None:
    """Reaches a server of this machine by its path, as that of a container runtime has one."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)


def fork(_: object) -> int:
    """Makes a process."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    return os.waitpid(child, 0)[0]


def run(program: str) -> int:
    """Starts a program."""
    return os.waitpid(os.posix_spawn(program, [program], {}), 0)[0]


def pester(_: object) -> None:
    """Asks whether its parent could be sent a signal."""
    os.kill(os.getppid(), 0)


def slow_down(_: object) -> None:
    """Sets the priority of its parent."""
    os.setpriority(os.PRIO_PROCESS, os.getppid(), os.getpriority(os.PRIO_PROCESS, os.getppid()))


def hoard(_: object) -> int:
    """Makes a file in memory, which no limit on memory counts."""
    return os.memfd_create("hoard")


def unlimit(_: object) -> None:
    """Raises a limit of its own."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard + 1))


def grow(descriptor: object) -> None:
    """Asks for files that grow."""
    soft, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    if soft == 0:
        raise PermissionError("files of this process do not grow")


def rule(_: object) -> None:
    """Is root."""
    if os.geteuid() != 0:
        raise PermissionError("this process is not root's")


def inherit(_: object) -> list[int]:
    """Finds descriptors that are open beside the five that a worker has."""
    found = []
    for number in range(5, 4096):
        try:
            fcntl.fcntl(number, fcntl.F_GETFD)
        except OSError:
            continue
        found.append(number)
    if not found:
        raise PermissionError("nothing is open")
    return found


def trace(_: object) -> int:
    """Asks to be traced, which only an attack on processes has a use for. It ends the process."""
    return int(ctypes.CDLL(None).ptrace(PTRACE_TRACEME, 0, None, None))


def compute(_: object) -> dict[str, Any]:
    """What all code is allowed: threads, arrays, a library that was not loaded, a file of the course, its own alarm."""
    answers: list[float] = []
    thread = threading.Thread(target=lambda: answers.append(float((np.ones((50, 50)) @ np.ones((50, 50))).sum())))
    thread.start()
    thread.join()
    importlib.import_module("colorsys")
    for name in os.listdir("."):
        with open(name, "rb") as file:
            file.read(1)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return {"sum": answers[0], "peak": float(np.abs(np.fft.fft(np.ones(8))).max())}


def layer(_: object) -> float:
    """What code with Keras is allowed: a layer and a training."""
    keras = importlib.import_module("keras")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="ones")])
    model.compile("sgd", "mse")
    model.fit(np.zeros((4, 2)), np.zeros(4), verbose=0)
    return float(model(np.ones((1, 2)))[0, 0])
