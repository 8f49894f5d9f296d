"""Mutation: every mutant of a solution is graded; what survives is declared with a reason, or a hole in a suite."""

from __future__ import annotations

import datetime
import hashlib
import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from grader import recorded
from grader.course import Exercise
from grader.errors import CourseError, GraderError
from grader.files import write_whole
from grader.model import SubmissionResult
from grader.proofs.bench import Bench, Work
from grader.proofs.declared import DECLARED, Declaration, Declared, declared_in, shown
from grader.proofs.golden import modules_in
from grader.proofs.mutants import Mutant, alone, mutants_of
from grader.proofs.proof import Proof
from grader.versions import installed

__all__ = ["RESULT", "Tally", "fingerprint", "mutation", "results_in"]

RESULT = "tests/mutants/result.json"
SAMPLE = {"numpy": 100, "keras": 4}  # about a minute together
SEED = 20
LIBRARIES = {"cosmic-ray", "keras", "numpy", "tensorflow-cpu", "tensorflow"}
How = Literal["sample", "all"]


class Tally(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What became of all mutants of one exercise, when, with which versions; `of` is what it is the result of."""

    date: datetime.date
    versions: dict[str, str]
    of: str
    mutants: int
    killed: int
    equivalent: int
    outside: int
    survivors: tuple[str, ...] = ()


def fingerprint(root: Path, exercise: str, mutants: Sequence[Mutant]) -> str:
    """Gives what a tally depends on: the mutants, and where the checks' examples were drawn from."""
    path = root / "grader" / "suites" / "recorded" / f"{exercise}.bin"
    probes = recorded.read(path).probes if path.is_file() else {}
    drawn = [(name, probe.drawn_from) for name, probe in probes.items()]
    return hashlib.sha256(repr(([mutant.key for mutant in mutants], drawn)).encode()).hexdigest()[:32]


def results_in(root: Path) -> dict[str, Tally]:
    """Gives the kept tallies by exercise, none where there is no file; GraderError where it cannot be read."""
    try:
        return msgspec.json.decode((root / RESULT).read_bytes(), type=dict[str, Tally])
    except FileNotFoundError:
        return {}
    except msgspec.MsgspecError as error:
        raise GraderError(f"{RESULT}: {error}; delete it and run: grader verify --mutants all") from None


def mutation(bench: Bench, exercises: Sequence[Exercise], how: How, date: datetime.date) -> Iterator[Proof]:
    """Grades mutants of each exercise; with `all` the tally is kept in the result file."""
    try:
        declared = declared_in(bench.root)
    except CourseError as error:
        yield Proof("mutants", "", (str(error),))
        return
    names = [exercise.name for exercise in bench.course.exercises]
    strange = sorted({key[0] for key in declared.changes()} - set(names))
    if strange:
        yield Proof("mutants", "", tuple(f"{DECLARED}: no exercise is called {name!r}" for name in strange))
    for exercise in exercises:
        yield _of(bench, exercise, declared.of(exercise.name), how, date)


def _of(bench: Bench, exercise: Exercise, declared: Declared, how: How, date: datetime.date) -> Proof:
    modules = modules_in(bench.root / "solutions")
    mutants = mutants_of(exercise.name, modules[f"{exercise.name}.py"].decode())
    chosen = mutants if how == "all" else _sample(mutants, declared, SAMPLE[exercise.template])
    alive, ungraded = _Grading(bench, exercise.name, modules).survivors(chosen)
    survivors = [mutant for mutant in alive if mutant.key not in declared.changes()]
    faults = [*ungraded, *map(_hole, survivors), *_stale(declared, mutants, chosen, alive)]
    held = 0
    if declared.equivalent:
        from grader.proofs.equivalence import INPUTS, Holder

        held = INPUTS[how]
        with closing(Holder(bench.root, bench.course, exercise.name, modules, held)) as holder:
            faults += holder.faults(declared.equivalent, mutants)
    tally = Tally(
        date=date,
        versions=installed(LIBRARIES),
        of=fingerprint(bench.root, exercise.name, mutants),
        mutants=len(chosen),
        killed=len(chosen) - len(alive),
        equivalent=_count(mutants, declared.equivalent),
        outside=_count(mutants, declared.outside),
        survivors=tuple(shown(mutant.key) for mutant in survivors),
    )
    if how == "all" and len(faults) == len(survivors):
        _keep(bench.root, exercise.name, tally)
    fewer = _count(mutants, [one for one in declared.equivalent if one.count])
    return Proof(f"mutants of {exercise.name}", _told(tally, len(mutants), held, fewer), tuple(faults))


def _stale(
    declared: Declared, mutants: Sequence[Mutant], chosen: Sequence[Mutant], alive: Sequence[Mutant]
) -> Iterator[str]:
    """Declarations that have no mutant, or one that is noticed after all."""
    yield from (f"{DECLARED}: {fault}" for fault in declared.faults(mutants))
    noticed = {mutant.key for mutant in chosen} & declared.changes() - {mutant.key for mutant in alive}
    yield from (f"{DECLARED}: {shown(key)}: a check notices it; take the declaration out" for key in sorted(noticed))


def _count(mutants: Sequence[Mutant], declarations: Sequence[Declaration]) -> int:
    keys = {key for one in declarations for key in one.changes()}
    return sum(mutant.key in keys for mutant in mutants)


def _sample(mutants: Sequence[Mutant], declared: Declared, size: int) -> list[Mutant]:
    """The same few in every run, of those that should be noticed."""
    there = [mutant for mutant in mutants if mutant.key not in declared.changes()]
    return random.Random(SEED).sample(there, min(size, len(there)))


class _Grading(NamedTuple):
    """What it takes to grade mutants of one exercise."""

    bench: Bench
    exercise: str
    modules: dict[str, bytes]

    def survivors(self, mutants: Sequence[Mutant]) -> tuple[list[Mutant], list[str]]:
        """Gives those that lose nothing, and sentences on those that could not be graded.

        First each function is graded alone, in a solution without all others: a check that it passes so, and its
        mutant does not, notices the mutant; checks of other functions cost nothing. What is left is graded whole.
        """
        solution = self.modules[f"{self.exercise}.py"].decode()
        parts = {mutant.function: alone(solution, mutant.function) for mutant in mutants}
        first = self._grade(parts | {mutant: alone(mutant.source, mutant.function) for mutant in mutants})
        known = {name: _passed(first[name]) for name in parts}
        left = [one for one in mutants if first[one].state != "graded" or known[one.function] <= _passed(first[one])]
        whole = self._grade({mutant: mutant.source for mutant in left})
        bad = [one for one in left if whole[one].state != "graded"]
        faults = [f"{shown(one.key)}: it was not graded ({whole[one].state}): {whole[one].why}" for one in bad]
        return [one for one in left if one not in bad and whole[one].score == whole[one].max_score], faults

    def _grade(self, sources: dict[Any, str]) -> dict[Any, SubmissionResult]:
        """The results of modules that stand in the place of the solution's, beside all others."""
        files = [self.modules | {f"{self.exercise}.py": source.encode()} for source in sources.values()]
        results = self.bench.grade([Work(str(number), one) for number, one in enumerate(files)], (self.exercise,))
        return {name: results[str(number)] for number, name in enumerate(sources)}


def _passed(result: SubmissionResult) -> set[str]:
    return {check.name for exercise in result.exercises for check in exercise.checks if check.outcome == "passed"}


def _hole(mutant: Mutant) -> str:
    change = mutant.diff().replace("\n", "\n    ")
    cure = f"strengthen grader/suites/test_{mutant.exercise}.py, or declare it with its reason in {DECLARED}"
    where = f"solutions/{mutant.exercise}.py, {mutant.function}"
    return f"{where}: no check notices this; {cure}\n    {change}\n    by {mutant.operator}"


def _told(tally: Tally, there: int, held: int, fewer: int) -> str:
    text = f"{tally.killed} of {tally.mutants} {'' if tally.mutants == there else f'(of {there}) '}lose points"
    if tally.equivalent:
        text += f"; {tally.equivalent} declared equivalent, held against {held:,} inputs"
        text += f" ({fewer} of them as `compared` says)" if fewer else ""
    return text + (f"; {tally.outside} declared outside the contract" if tally.outside else "")


def _keep(root: Path, exercise: str, tally: Tally) -> None:
    """Writes the tally beside those of other exercises."""
    kept = results_in(root) | {exercise: tally}
    (root / RESULT).parent.mkdir(parents=True, exist_ok=True)
    write_whole(root / RESULT, msgspec.json.format(msgspec.json.encode(kept, order="sorted"), indent=2) + b"\n")
