"""What can be seen of an attack from outside: secrets in outputs, files, processes, messages, marks."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from attacks.attack import Attack
from attacks.scene import Scene

__all__ = ["Play", "Seen", "adopting", "children", "descendants", "orphans", "run", "seen"]

PR_SET_CHILD_SUBREAPER, PR_SET_PTRACER, ANYBODY = 36, 0x59616D61, ctypes.c_ulong(-1)
LAUNCH = Path(__file__).with_name("launch.py")
GRACE = 1.0  # seconds for processes to end that are about to


@dataclass(frozen=True)
class Seen:
    """What came of one attack: the verdict, and the effects that were seen from outside."""

    status: str
    points: float
    effects: frozenset[str] = frozenset()
    absent: str = ""


@dataclass
class Play:
    """What came of all attacks of one play; `beside` is what was seen and belongs to none of them."""

    seen: dict[str, Seen] = field(default_factory=dict)
    beside: list[str] = field(default_factory=list)
    seconds: float = 0.0
    said: str = ""


def seen(
    scene: Scene, attack: Attack, text: str, status: str, points: float, changed: Sequence[str], left: Sequence[str]
) -> Seen:
    """Holds everything that can be seen against one attack and its mark."""
    mark = scene.marks[attack.name]
    number = str(1_000_000_000 + int(mark[2:5]))
    heard = scene.servers.heard.decode("utf-8", "replace").split("\n")
    text += "\n".join(line for line in heard if line.startswith(f"{mark}: "))
    effects = {
        "read": any(canary in text for canary in scene.canaries.values()),
        "written": any(mark in line or number in line for line in changed),
        "left": any(mark in line for line in left),
        "reached": mark in heard,
        "done": f"{mark} did:" in text,
        "forged": attack.effect == "forged" and points > attack.points,
        "injected": any(f"{before}{mark}" in text for before in ("<b>", "\x1b[31m", "\u202e")),
    }
    why = text.partition(f"{mark} absent: ")[2].partition("\n")[0]
    return Seen(status, points, frozenset(name for name, there in effects.items() if there), why)


def run(
    command: Sequence[object], scene: Scene, folder: Path, log: Path, seconds: float | None = None, memory: int = 0
) -> int | None:
    """Runs what grades, as somebody at a terminal would; its exit status, or None where it took too long.

    What it says goes to `log`. It finds a file of whoever grades open already, and a terminal that can be typed into.
    """
    ours, theirs = os.openpty()
    bounds = [os.ttyname(theirs), str(memory), str(int(seconds or 0))]
    with open(log, "ab") as words, open(scene.home / ".netrc", "rb") as inherited:
        process = subprocess.Popen(
            [sys.executable, "-IS", os.fspath(LAUNCH), *bounds, *map(str, command)],
            cwd=folder,
            env=scene.environment(),
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            pass_fds=[inherited.fileno()],
            start_new_session=True,
        )
        try:
            return process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return None
        finally:
            os.close(ours)
            os.close(theirs)


@contextmanager
def adopting() -> Iterator[None]:
    """Makes this process the parent of whatever its descendants leave behind, and open to debuggers.

    Without the second, a rule of the system (Yama) could be what protects it, and a control would be blind.
    """
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    libc.prctl(PR_SET_PTRACER, ANYBODY, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
        libc.prctl(PR_SET_PTRACER, 0, 0, 0, 0)


def family(of: int) -> Iterator[tuple[int, str, str]]:
    """The children of a process: number, state, and a line with the name that each gave itself."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            pid, _, rest = path.read_text("utf-8", "replace").partition(" ")
            name, _, fields = rest.rpartition(")")
            state, parent = fields.split()[:2]
            if int(parent) == of:
                yield int(pid), state, f"{name} {(path.parent / 'cmdline').read_bytes()!r}"


def children(of: int = 0) -> dict[int, str]:
    """The living children of a process, by default this one, with a line on each."""
    return {pid: line for pid, state, line in family(of or os.getpid()) if state not in "ZX"}


def descendants(pid: int, generation: int) -> list[str]:
    """The living descendants of a process in the given generation, a line each."""
    found = {pid: ""}
    for _ in range(generation):
        found = {child: line for parent in found for child, line in children(parent).items()}
    return list(found.values())


def orphans(known: set[int], *, grace: float = GRACE) -> list[str]:
    """Ends what was left behind, once those are gone that end by themselves; a line on each."""
    until = time.monotonic() + grace
    while (left := {pid: line for pid, line in children().items() if pid not in known}) and time.monotonic() < until:
        time.sleep(0.05)
    lines = list(left.values())
    while left:  # what they have started comes to us in its turn
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)
        left = {pid: line for pid, line in children().items() if pid not in known}
    for pid in {pid for pid, _, _ in family(os.getpid())} - known:  # those that have ended by themselves
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    return lines
