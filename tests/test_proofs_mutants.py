"""Mutants: where solutions are changed and where not, and the committed result of grading all of them."""

from __future__ import annotations

import ast
import datetime

import pytest
from corpus import ROOT

from grader import course as courses
from grader.proofs.bench import Bench
from grader.proofs.declared import declared_in
from grader.proofs.mutants import alone, mutants_of, operators
from grader.proofs.mutation import fingerprint, mutation, results_in

__all__: list[str] = []

COURSE = courses.load(ROOT / "course.toml")
READY = [exercise.name for exercise in COURSE.ready]
MODULE = '''"""Prose with 1 + 1."""
__all__ = ["first"]
LIMIT = 3 + 4


def first(values: list[int | None], most: int | float = 5) -> int | None:
    """Give 2 or 3."""
    total: int | float = 0
    if len(values) > most:
        raise ValueError("größer", f"at most {most + 1}, not {len(values) - 1}", 7)
    return second(total)


def second(value):
    return -value


def third(value):
    return LIMIT if value else second
'''


def test_only_what_decides_is_changed() -> None:
    changes = {(mutant.removed, mutant.added) for mutant in mutants_of("m", MODULE)}
    lines = {removed for removed, _ in changes}
    assert lines == {
        "def first(values: list[int | None], most: int | float = 5) -> int | None:",
        "total: int | float = 0",
        "if len(values) > most:",
        "return -value",
        "return LIMIT if value else second",
    }
    default = {added for removed, added in changes if removed.startswith("def first")}
    assert {added.partition("=")[2].split(")")[0].strip() for added in default} == {"4", "6"}


def test_each_change_is_made_once_and_is_python() -> None:
    mutants = mutants_of("m", MODULE)
    trees = [ast.dump(ast.parse(mutant.source)) for mutant in mutants]
    assert len(set(trees)) == len(trees)
    assert ast.dump(ast.parse(MODULE)) not in trees
    assert mutants == mutants_of("m", MODULE)
    assert {mutant.function for mutant in mutants} == {"first", "second", "third"}
    assert ("- if len(values) > most:\n+ if len(values) >= most:", "ReplaceComparisonOperator_Gt_GtE") in {
        (mutant.diff(), mutant.operator) for mutant in mutants
    }


def test_operators_that_draw_at_random_are_left_out() -> None:
    names = operators()
    assert {"NumberReplacer", "AddNot", "ZeroIterationForLoop", "ReplaceBinaryOperator_Add_Sub"} <= names.keys()
    assert not {"VariableReplacer", "VariableInserter"} & names.keys()


@pytest.mark.parametrize(("name", "kept"), [("first", {"first", "second"}), ("second", {"second"})])
def test_a_function_alone_has_what_it_uses(name: str, kept: set[str]) -> None:
    tree = ast.parse(alone(MODULE, name))
    assert {node.name for node in tree.body if isinstance(node, ast.FunctionDef)} == kept
    assert "LIMIT = 3 + 4" in ast.unparse(tree)


@pytest.mark.parametrize("name", READY)
def test_the_committed_result_is_that_of_these_solutions(name: str) -> None:
    """A change of a solution or of the checks' examples asks for another run."""
    mutants = mutants_of(name, (ROOT / "solutions" / f"{name}.py").read_text("utf-8"))
    tally, declared = results_in(ROOT)[name], declared_in(ROOT).of(name)
    again = f"run: grader verify --exercise {name} --mutants all"
    assert tally.of == fingerprint(ROOT, name, mutants), again
    assert list(declared.faults(mutants)) == []
    assert len(declared.changes()) == tally.equivalent + tally.outside, again
    assert tally.mutants == tally.killed + tally.equivalent + tally.outside == len(mutants)
    assert tally.survivors == ()


@pytest.mark.keras
def test_a_sample_of_mutants_is_noticed() -> None:
    """What `grader verify --mutants sample` does; `tox -e mutation` takes them all."""
    proofs = list(mutation(Bench(ROOT, COURSE, 1), COURSE.ready, "sample", datetime.date(2026, 1, 1)))
    assert len(proofs) >= len(READY)
    assert [fault for proof in proofs for fault in proof.faults] == []
