"""The levels of isolation: which layers each takes, and what of these this machine has."""

from __future__ import annotations

import errno
import os
import platform
from pathlib import Path
from typing import Literal, NamedTuple

from grader.errors import IsolationError
from grader.messages import Locks
from grader.worker import landlock, seccomp
from grader.worker.lock import FIRST_USER, USERS

__all__ = ["Layer", "layers", "locks_for", "on_gpu", "reason", "require"]

NAMES = ("limits", "own user", "death with the grader", "Landlock", "seccomp")
UNNEEDED = "a run as root; the other layers hold without it"
CURE = "a container or virtual machine that is the boundary"
LESS = (
    "Nothing was graded, and no submission was opened. `grader doctor` tells all layers. To accept less, type "
    '--isolation container (where the machine can be thrown away) or --isolation process, or set isolation = "process" '
    "under [course] in course.toml; every result and page will say so."
)
STATUS = Path("/proc/self/status")
CAP_SETGID = 6


class Layer(NamedTuple):
    """One layer on this machine, or a canary: `detail` says what it does or why it is absent, `cure` what brings it."""

    name: str
    state: Literal["active", "absent", "failed", "passed"]
    detail: str
    cure: str = ""
    needed: bool = True


def layers() -> list[Layer]:
    """All layers in the order in which a worker takes them on; those that are `needed` make the level `locked`."""
    if platform.system() != "Linux":
        absent = ("that takes Linux", f"Linux or WSL 2, or {CURE}")
        return [Layer(name, "absent", *absent, needed=name != "own user") for name in NAMES]
    limits = Layer(NAMES[0], "active", "processor time, memory, threads, open files; no file grows, no core dump")
    death = Layer(NAMES[2], "active", "the kernel ends a worker whose template is gone")
    return [limits, _own_user(), death, _landlock(), _seccomp()]


def require(level: str) -> None:
    """Raises IsolationError where this machine lacks something that the level needs."""
    lacking = [layer for layer in layers() if layer.needed and layer.state != "active"]
    if level == "locked" and lacking:
        raise IsolationError(f"The level `locked` cannot be had here: {' '.join(map(sentence, lacking))} {LESS}")


def sentence(layer: Layer) -> str:
    """What is missing, why, and what would bring it."""
    return f"{layer.name} is {layer.state}: {reason(layer)}."


def reason(layer: Layer) -> str:
    """Why it is missing, and what would bring it."""
    return layer.detail if not layer.cure else f"{layer.detail}. What brings it: {layer.cure}"


def on_gpu() -> Locks:
    """What workers on a GPU are locked with: its driver writes to device files, past what the filter lets through."""
    return Locks(own_user=False)


def locks_for(level: str) -> Locks:
    """What workers are locked with at a level; `container` takes what there is, `process` does without."""
    have = {layer.name for layer in layers() if layer.state == "active"}
    inner = level in ("locked", "container")
    return Locks(
        own_user="own user" in have,
        landlock=landlock.NEWEST if inner and "Landlock" in have else 0,
        seccomp=inner and "seccomp" in have,
    )


def _own_user() -> Layer:
    if os.geteuid() != 0:
        return Layer("own user", "absent", "the grader is not root, so workers keep its user", UNNEEDED, needed=False)
    if not _may_change_user():
        return Layer("own user", "absent", "root may not change its user here", UNNEEDED, needed=False)
    return Layer("own user", "active", "one that owns nothing, drawn by chance from 4,000", needed=False)


def _may_change_user() -> bool:
    """Whether root has the rights to change user and groups, and this container knows the new numbers."""
    effective = next(line for line in STATUS.read_text("ascii").splitlines() if line.startswith("CapEff"))
    capable = (int(effective.split()[1], 16) >> CAP_SETGID) & 0b11 == 0b11  # CAP_SETUID is the next one
    ranges = [map(int, line.split()) for line in Path("/proc/self/uid_map").read_text("ascii").splitlines()]
    return capable and any(start <= FIRST_USER and start + count >= FIRST_USER + USERS for start, _, count in ranges)


def _landlock() -> Layer:
    cure = f"Linux 5.13 or newer with Landlock, or {CURE}"
    try:
        version = landlock.supported()
    except OSError as error:
        why = {
            errno.ENOSYS: f"kernel {platform.release()} has none, as gVisor has none",
            errno.EOPNOTSUPP: "switched off when the kernel started; its option lsm= has to name it",
        }
        refused = f"refused here ({error.strerror}): the filter of an old container runtime may not know it"
        return Layer("Landlock", "absent", why.get(error.errno or 0, refused), cure)
    detail = f"version {version}: files (from 1), TCP (from 4), signals and abstract sockets (from 6)"
    return Layer("Landlock", "active", detail)


def _seccomp() -> Layer:
    if "\nSeccomp:" not in STATUS.read_text("ascii", "replace"):
        return Layer("seccomp", "absent", "this kernel was built without it", CURE)
    try:
        count = len(seccomp.filter_for_this_machine()) // seccomp.INSTRUCTION_BYTES
    except FileNotFoundError:
        return Layer("seccomp", "absent", f"there is no filter for {platform.machine()} processors", CURE)
    return Layer("seccomp", "active", f"a filter on system calls for {platform.machine()}, {count} instructions")
