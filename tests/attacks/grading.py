"""Plays attacks on this grader: all of them in one class, at one level of isolation."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from attacks.archives import archives
from attacks.attack import Attack
from attacks.scene import HONEST, Scene
from attacks.watching import Play, adopting, children, descendants, orphans, run, seen

__all__ = ["crowd", "grade", "killed", "rows"]

# How far a worker is from the process that was started: judge, template, worker.
WORKER = 3
PATIENCE = 120.0
# Results in the store are named by a hash; what an analysis said lies there, too, long before the first of them.
RESULTS = "?" * 64 + ".json"


def grade(scene: Scene, attacks: Sequence[Attack], level: str, exercises: Sequence[str] = ("multiply_sum",)) -> Play:
    """Grades a class in which everybody attacks but those who have handed in before, and looks what came of it."""
    scene.hand_in(attacks)
    scene.look()
    out, log = scene.root / "out", scene.root / "log.txt"
    command = command_line(scene, level, exercises)
    began = time.perf_counter()
    with adopting():
        known = set(children())
        ended = run(command, scene, scene.course, log)
        left = orphans(known)
    changed = scene.changed()
    play = Play(seconds=time.perf_counter() - began, said=log.read_text("utf-8", "replace"))
    for attack in attacks:
        result = _result(out, attack.name)
        status, points, text = result
        play.seen[attack.name] = seen(scene, attack, text, status, points, changed, left)
    play.beside = _beside(scene, out, ended or 0, changed, left)
    return play


def command_line(scene: Scene, level: str, exercises: Sequence[str]) -> list[object]:
    """What is typed."""
    command = [sys.executable, "-m", "grader", "grade", scene.submitted, "--out", scene.root / "out"]
    chosen = (word for name in exercises for word in ("--exercise", name))
    return [*command, "--isolation", level, "--jobs", 4, *chosen]


def killed(scene: Scene, attacks: Sequence[Attack], level: str, grace: float) -> tuple[list[str], list[str]]:
    """Kills the grader, and nothing else of what it started, while workers run: these, and what is left after a while.

    It waits for two workers, and for two results: of right work, and of an attack that is done.
    """
    scene.hand_in(attacks)
    with adopting():
        known = set(children())
        with open(scene.root / "log.txt", "wb") as log:
            command = [str(word) for word in command_line(scene, level, ("multiply_sum",))]
            environment = scene.environment()
            process = subprocess.Popen(command, cwd=scene.course, env=environment, stdout=log, stderr=log)
        until = time.monotonic() + PATIENCE
        store, workers = scene.root / "out" / ".grader" / "store", list[str]()
        while (len(workers) < 2 or len(list(store.glob(RESULTS))) < 2) and time.monotonic() < until:
            time.sleep(0.05)
            workers = descendants(process.pid, WORKER)
        process.kill()
        process.wait()
        return workers, orphans(known, grace=grace)


def crowd(scene: Scene, attacks: Sequence[Attack], level: str, exercises: Sequence[str]) -> Play:
    """Grades the sample class among attackers, hostile archives among them; without attackers, by itself."""
    scene.hand_in_the_sample_class()
    for name, data in archives().items() if attacks else ():
        (scene.submitted / name).write_bytes(data)
    return grade(scene, attacks, level, exercises)


def rows(scene: Scene) -> dict[str, bytes]:
    """The lines of grades.csv as they are, by the names of the students."""
    lines = (scene.root / "out" / "grades.csv").read_bytes().splitlines(keepends=True)
    return {next(csv.reader([line.decode()]))[0].removeprefix("'"): line for line in lines[1:]}


def _result(out: Path, student: str) -> tuple[str, float, str]:
    """Status, points, and all that is said of a student; what would be markup on the page is none in the other file."""
    try:
        text = (out / "results" / f"{student}.json").read_text("utf-8")
        page = (out / "feedback" / f"{student}.html").read_text("utf-8")
    except FileNotFoundError:
        return "no result", 0.0, ""
    exercise = json.loads(text)["extra_data"]["exercises"].get("multiply_sum", {"status": "error", "score": 0})
    return exercise["status"], float(exercise["score"] or 0), text.replace("<", "(") + page


def _beside(scene: Scene, out: Path, status: int, changed: Sequence[str], left: Sequence[str]) -> list[str]:
    """What nobody's mark explains: work of others that lost points, changes, processes, secrets on common pages."""
    marks = [*scene.marks.values(), *(str(1_000_000_000 + int(mark[2:5])) for mark in scene.marks.values())]
    found = [f"{student}: {_result(out, student)[:2]}" for student in HONEST]
    found = [line for line in found if not line.endswith("('graded', 10.0)")]
    found += [line for line in (*changed, *left) if not any(mark in line for mark in marks)]
    pages = [path for path in (out / "grades.csv", out / "index.html", scene.root / "log.txt") if path.exists()]
    common = "".join(path.read_text("utf-8", "replace") for path in pages)
    found += [f"{kind} on a common page" for kind, canary in scene.canaries.items() if canary in common]
    return found + ([f"exit status {status}"] if status else [])
