"""`grader verify`: one proof after the other, a line each."""

from __future__ import annotations

import argparse
import ast
import datetime
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from grader import course as courses
from grader.authoring.new import GAP, gaps
from grader.authoring.sync import sync
from grader.course import Exercise
from grader.errors import CourseError, GraderError, UsageError
from grader.handout.bundle import members
from grader.handout.leaks import Watch
from grader.klass import chosen_exercises
from grader.proofs.bench import Bench, Work
from grader.proofs.golden import Expectation, Golden, modules_in
from grader.proofs.losses import losses, stub_gains, unexpected
from grader.proofs.proof import Proof
from grader.report import clean

__all__ = ["verify"]


def verify(root: Path, arguments: argparse.Namespace) -> int:
    """Prints each proof as soon as it is there; 0 where all of them hold."""
    began = time.perf_counter()
    if arguments.jobs is not None and arguments.jobs < 1:
        raise UsageError(f"--jobs has to be at least 1; received {arguments.jobs}.")
    wrong = proved = 0
    for proof in _proofs(root, arguments):
        print(clean("\n".join(proof.lines()), 1 << 20), flush=True)
        wrong += len(proof.faults)
        proved += not proof.faults
    print(f"proofs that hold: {proved}, faults: {wrong} ({time.perf_counter() - began:.0f} s)")
    return 1 if wrong else 0


def _proofs(root: Path, arguments: argparse.Namespace) -> Iterator[Proof]:
    try:
        course = courses.at_level(courses.load(root / "course.toml"), arguments.isolation)
    except CourseError as error:
        yield Proof("index", "", (str(error),))
        return
    names = chosen_exercises(course, arguments.exercise)
    bench = Bench(root, course, arguments.jobs)
    exercises = [course.exercise(name) for name in names]
    points = sum(exercise.points for exercise in exercises)
    checks = sum(len(exercise.checks) for exercise in exercises)
    yield Proof("index", f"{len(names)} exercises, {checks} checks, {points:g} points, no hint missing")
    lacking = tuple(_lacking(root, course))
    yield Proof("files", "each belongs to an exercise of the index", (*lacking, *_strays(root, course)))
    places = (place for place in gaps(root) if any(name in place for name in names))
    left = tuple(f"{place}: it still says {GAP}; write what belongs there" for place in places)
    yield Proof("gaps", "nothing is left to fill in", left)
    if left:
        return  # nothing could be drawn or graded
    suites = _suites(root, course)
    yield suites
    yield _generated(bench, exercises)
    yield _leaks(root, course)
    if lacking or suites.faults:
        return  # no judge would start
    yield from _graded(bench, names)
    if arguments.mutants != "none":
        from grader.proofs.mutation import mutation

        yield from mutation(bench, exercises, arguments.mutants, arguments.date or datetime.date.today())


def _strays(root: Path, course: courses.Course) -> Iterator[str]:
    """Solutions, stubs, suites and recordings that no exercise of the index asks for."""
    known = {exercise.name for exercise in course.exercises} | set(course.off)
    for folder, pattern, prefix in (
        ("solutions", "*.py", ""),
        ("exercises", "*.py", ""),
        ("grader/suites", "test_*.py", "test_"),
        ("grader/suites/recorded", "*.bin", ""),
        ("grader/suites/words", "*.toml", ""),
    ):
        there = {path.stem.removeprefix(prefix): path.name for path in (root / folder).glob(pattern)}
        for name in sorted(there.keys() - known):
            yield f"{folder}/{there[name]}: no exercise of course.toml is called {name!r}; add one, or delete the file"


def _lacking(root: Path, course: courses.Course) -> Iterator[str]:
    for exercise in course.ready:
        for path in (f"solutions/{exercise.name}.py", f"grader/suites/test_{exercise.name}.py"):
            if not (root / path).is_file():
                yield f"{path}: there is no such file, and {exercise.name} is ready; write it, or set it to planned"


def _suites(root: Path, course: courses.Course) -> Proof:
    """Each check has its test, and each test its check; suites are read, not run."""
    tests = {}
    for exercise in course.ready:
        path = root / "grader" / "suites" / f"test_{exercise.name}.py"
        body = ast.parse(path.read_bytes(), path.name).body if path.is_file() else []
        names = [node.name for node in body if isinstance(node, ast.FunctionDef)]
        tests[exercise.name] = [name for name in names if name.startswith("test_")]
    try:
        courses.agree_with(course, tests)
    except CourseError as error:
        return Proof("suites", "", (str(error),))
    return Proof("suites", "each check has its test, each test its check")


def _generated(bench: Bench, exercises: Sequence[Exercise]) -> Proof:
    """Stubs of all exercises, recorded examples of the chosen ones."""
    try:
        stale = sync(bench.root, msgspec.structs.replace(bench.course, exercises=tuple(exercises)), check=True)
    except GraderError as error:
        return Proof("generated files", "", (str(error),))
    faults = (f"{name}: it is not what its source makes; run: grader sync" for name in stale)
    return Proof("generated files", "stubs and recorded examples are in step", tuple(faults))


def _leaks(root: Path, course: courses.Course) -> Proof:
    """What students get, made in memory and searched for what it must not hold."""
    try:
        files = members(root, course, ())
        leaks = Watch(root, course).leaks(files)
    except GraderError as error:
        return Proof("leaks", "", (str(error),))
    faults = (f"{leak}; take it out of its source, then run: grader sync" for leak in leaks)
    return Proof("leaks", f"none in the {len(files)} files that students get", tuple(faults))


def _graded(bench: Bench, names: tuple[str, ...]) -> Iterator[Proof]:
    """The proofs that need judges, all submissions in one run."""
    golden = Golden(bench.root)
    expected, faults = _expected(golden, bench.course)
    wrong = {name: one for name, one in expected.items() if one.exercise in names}
    right = golden.names("right")
    works = [Work(folder, modules_in(bench.root / folder)) for folder in ("exercises", "solutions")]
    works += [Work(f"right {name}", golden.files("right", name)) for name in right]
    works += [Work(f"wrong {name}", golden.files("wrong", name)) for name in wrong]
    results = bench.grade(works, names)
    total = sum(bench.course.exercise(name).points for name in names)
    found = _found("exercises", stub_gains(results["exercises"]), "mend the suite, or what stands outside the solution")
    yield Proof("stubs", f"0 of {total:g} points", tuple(found))
    found = _found("solutions", losses(results["solutions"]), "look closer with: grader replay solutions CHECK")
    yield Proof("solutions", f"{total:g} of {total:g} points", tuple(found))
    found = []
    for name in right:
        cure = "mend the suite, or the submission where it is not right"
        found += _found(f"tests/submissions/right/{name}", losses(results[f"right {name}"]), cure)
    yield Proof("right work", f"{len(right)} submissions get all points", tuple(found))
    for name, one in wrong.items():
        cure = "mend the suite, or expect.toml"
        other = unexpected(results[f"wrong {name}"], one, bench.course)
        faults += _found(f"tests/submissions/wrong/{name}", other, cure)
    told = f"{len(wrong)} submissions lose what they should and nothing else, and are told why"
    yield Proof("wrong work", told, tuple(faults))


def _found(path: str, faults: Iterator[str], cure: str) -> list[str]:
    return [f"{path}: {fault}; {cure}" for fault in faults]


def _expected(golden: Golden, course: courses.Course) -> tuple[dict[str, Expectation], list[str]]:
    """What wrong submissions should lose; faults where that is not said, or said of what is not there."""
    expected, faults = {}, []
    for name in golden.names("wrong"):
        try:
            expected[name] = golden.expected(name, course)
        except CourseError as error:
            faults.append(f"tests/submissions/wrong/{name}/expect.toml: {error}")
    return expected, faults
