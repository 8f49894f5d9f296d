"""Rewrites held against the judge, and against the public checks that students have."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
from corpus import GOLDEN, ROOT

from grader import course as courses
from grader import recorded
from grader.check.public import INDEX, Index
from grader.check.verdicts import verdicts
from grader.desk import Desk
from grader.handout.public import public_data
from grader.messages import Locks
from grader.model import Submission
from grader.proofs.bench import Bench, Work
from grader.proofs.losses import losses
from rewrites.compose import Rewrite

__all__ = ["files_of", "graded", "public"]

COURSE = courses.load(ROOT / "course.toml")


def files_of(rewrite: Rewrite) -> dict[str, bytes]:
    """The files that are handed in: those of the rewrite, and the right modules of other exercises beside them."""
    base = {name: data for name, data in GOLDEN.files("base", "").items() if name.endswith(".py")}
    return base | rewrite.files


def graded(given: Sequence[Rewrite], jobs: int | None = None) -> dict[str, list[str]]:
    """What each of these rewrites of one exercise loses, by name; nothing for most of them, it is hoped."""
    works = [Work(one.name, files_of(one)) for one in given]
    results = Bench(ROOT, COURSE, jobs).grade(works, (given[0].exercise,))
    return {name: list(losses(result)) for name, result in results.items()}


def public(given: Sequence[Rewrite]) -> dict[str, list[str]]:
    """What the public checks that students have say against rewrites of one exercise, by name."""
    exercise = COURSE.exercise(given[0].exercise)
    data = public_data(ROOT, COURSE, [exercise])
    index = msgspec.json.decode(data[INDEX], type=Index)
    recording = recorded.unpacked(data[f"{exercise.name}.bin"])
    shown, names = index.choose(exercise.name)
    desk = Desk(
        [shown.spec], COURSE.limits, ROOT / "data", ROOT / "grader" / "suites" / "recorded", isolation="process"
    )
    desk.bench.locks = Locks(own_user=False)  # students run their own code on their own machine
    found = {}
    try:
        for one in given:
            case = desk.open(Submission(student=one.name, modules=_modules(files_of(one))))
            student = desk.fixture(case, exercise.name).student
            with tempfile.TemporaryDirectory() as folder:
                made = verdicts(shown, recording, student, Path(folder), names)
            found[one.name] = [f"{check.name}: {check.observation}" for check in made if check.outcome == "failed"]
            case.close()
    finally:
        desk.close()
    return found


def _modules(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path.removesuffix(".py").replace("/", "."): data for path, data in files.items()}
