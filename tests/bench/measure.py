"""Runs a command and tells what it took: seconds, processor seconds, lines with their times, memory of the tree."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

__all__ = ["Taken", "measured", "percentile"]

PERIOD = 0.25


@dataclass
class Taken:
    """What a command took; `lines` are what it printed, with the second of each, `memory` MB by the second."""

    wall: float = 0.0
    cpu: float = 0.0
    status: int = 0
    lines: list[tuple[float, str]] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that was printed."""
        return "".join(line for _, line in self.lines)


def measured(
    command: Sequence[str], folder: Path, environment: dict[str, str] | None = None, memory: bool = False
) -> Taken:
    """Runs a command to its end; processor seconds are its own and those of all descendants that were waited for."""
    taken, began = Taken(), time.perf_counter()
    process = subprocess.Popen(
        list(command),
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    ended = threading.Event()
    watchers = [threading.Thread(target=_listen, args=(process, taken, began))]
    if memory:
        watchers.append(threading.Thread(target=_weigh, args=(process.pid, taken, began, ended)))
    for thread in watchers:
        thread.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = taken.status = os.waitstatus_to_exitcode(status)
    taken.wall, taken.cpu = time.perf_counter() - began, usage.ru_utime + usage.ru_stime
    ended.set()
    for thread in watchers:
        thread.join()
    return taken


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which so large a share of the values lies: the nearest one."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def _listen(process: subprocess.Popen[str], taken: Taken, began: float) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            taken.lines.append((time.perf_counter() - began, line))


def _weigh(pid: int, taken: Taken, began: float, ended: threading.Event) -> None:
    """Proportional memory where it may be read, so that pages which forks share count once."""
    while not ended.wait(PERIOD):
        total = 0
        try:
            root = psutil.Process(pid)
            processes = [root, *root.children(recursive=True)]
        except psutil.Error:
            return
        for process in processes:
            total += _proportional(process)
        taken.memory.append((time.perf_counter() - began, total / 2**20))


def _proportional(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.AccessDenied:
        return _resident(process)
    except psutil.Error:
        return 0


def _resident(process: psutil.Process) -> int:
    """What lies in memory, shared pages included: too much rather than too little."""
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
