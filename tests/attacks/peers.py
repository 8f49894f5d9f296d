"""Plays attacks on other ways to grade, each as its users set it up on a machine of their own."""

from __future__ import annotations

import os
import sys
import time
import xml.etree.ElementTree as ElementTree
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from attacks.attack import Attack
from attacks.checks import CHECKS, test_module
from attacks.scene import HONEST, Scene, write
from attacks.watching import Play, Seen, adopting, children, orphans, run, seen

__all__ = ["Peer", "Pytest"]

SECONDS = 10.0
MEMORY = 4 << 30


class Peer(ABC):
    """A grader: `prepare` lays out one submission, `commands` grade it, `marks` reads what it came to."""

    name = ""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.folder = scene.root / "peers" / self.name
        self.said = b""

    @property
    @abstractmethod
    def version(self) -> str:
        """Its version."""

    @abstractmethod
    def prepare(self, place: Path, files: dict[str, str]) -> None:
        """Writes what is graded and what it is graded by."""

    @abstractmethod
    def commands(self, place: Path) -> list[list[str]]:
        """What grades it, one after the other."""

    @abstractmethod
    def marks(self, place: Path) -> tuple[float, str]:
        """The points that it was given, and all that its author or the class may read."""

    def play(self, attacks: Sequence[Attack]) -> Play:
        """One submission after the other, each in a folder of its own."""
        began, play = time.perf_counter(), Play()
        for attack in attacks:
            play.seen[attack.name] = self.one(attack)
        play.seconds = time.perf_counter() - began
        return play

    def honest(self) -> float:
        """The points of right work: where they are not all, nothing else that is seen means anything."""
        place = self.folder / "honest"
        self.prepare(place, {"multiply_sum.py": (self.scene.submitted / HONEST[0] / "multiply_sum.py").read_text()})
        with adopting():
            self._run(place)
        return self.marks(place)[0]

    def one(self, attack: Attack) -> Seen:
        """Grades one submission and looks what came of it."""
        place = self.folder / attack.name
        self.prepare(place, self.scene.files_of(attack))
        self.scene.look()
        with adopting():
            known = set(children())
            ended = self._run(place)
            left = orphans(known, grace=0.3)
        changed = self.scene.changed()
        points, text = self.marks(place)
        return seen(self.scene, attack, text, "graded" if ended else "timeout", points, changed, left)

    def _run(self, place: Path) -> bool:
        """Whether all commands came to an end in time; what they said is kept beside the submission."""
        log = place / "said.log"
        return all(run(c, self.scene, place, log, SECONDS, MEMORY) is not None for c in self.commands(place))


class Pytest(Peer):
    """Tests and submission in one folder and one process; a report that a script adds up."""

    name = "pytest"

    @property
    def version(self) -> str:
        """Its version."""
        return version("pytest")

    def prepare(self, place: Path, files: dict[str, str]) -> None:
        """The tests beside the submission."""
        write(place, files | {"test_multiply_sum.py": test_module(self.scene.canary("suite"))})

    def commands(self, place: Path) -> list[list[str]]:
        """One run of pytest."""
        options = ["-q", "-s", "-p", "no:cacheprovider", "--junitxml=report.xml", "test_multiply_sum.py"]
        return [[sys.executable, "-m", "pytest", *options]]

    def marks(self, place: Path) -> tuple[float, str]:
        """The points of the tests that the report calls passed."""
        points, text = 0.0, (place / "said.log").read_text("utf-8", "replace")
        with suppress(OSError, ElementTree.ParseError):
            report = (place / "report.xml").read_text("utf-8", "replace")
            for case in ElementTree.fromstring(report).iter("testcase"):
                name = case.get("name", "").removeprefix("test_")
                points += CHECKS[name][0] if name in CHECKS and not list(case.iterfind("failure")) + list(case.iterfind("error")) + list(case.iterfind("skipped")) else 0
            text += report
        return points, text


PEERS: dict[str, type[Peer]] = {peer.name: peer for peer in (Pytest,)}
