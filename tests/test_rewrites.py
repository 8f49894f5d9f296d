"""Right work written anew loses nothing: a sample with every value of every dimension, and how it is drawn."""

from __future__ import annotations

import ast
import hashlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from rewrites import spelling
from rewrites.compose import COUNTS, Rewrite, covering, rewrites
from rewrites.frames import FRAMES
from rewrites.grading import graded, public
from rewrites.reading import parts_of

__all__: list[str] = []

NUMPY, KERAS = ("multiply_sum", "convolve", "filter_design"), ("vgg_assembly", "cifar_setup")
# So many rewrites deal out every value at least once; of the ways to import NumPy, code allows some but seldom.
DEALT, DEALT_KERAS = 120, 60
TESTS = Path(__file__).parent
PRINT = "from rewrites.compose import rewrites; print(''.join(one.source for one in rewrites('filter_design', 8)))"


@cache
def dealt(exercise: str) -> list[Rewrite]:
    """The first rewrites of an exercise."""
    return rewrites(exercise, DEALT if exercise in NUMPY else DEALT_KERAS)


def sample(exercise: str) -> list[Rewrite]:
    """A few rewrites with all values that there are."""
    return covering(dealt(exercise))


def wrong(given: list[Rewrite], losses: dict[str, list[str]]) -> list[str]:
    """What was lost, with the source that lost it."""
    return ["\n".join([one.name, *losses[one.name], one.source]) for one in given if losses[one.name]]


@pytest.mark.parametrize("exercise", NUMPY)
def test_no_point_is_lost_and_no_misconception_fires(exercise: str) -> None:
    given = sample(exercise)
    assert wrong(given, graded(given, 1)) == []


@pytest.mark.keras
@pytest.mark.parametrize("exercise", KERAS)
def test_nor_in_the_keras_exercises(exercise: str) -> None:
    """Those that have most of the values; `python tests/rewrites/run.py` takes them all."""
    given = sample(exercise)[:3]
    assert wrong(given, graded(given, 1)) == []


@pytest.mark.parametrize("exercise", NUMPY)
def test_public_checks_pass(exercise: str) -> None:
    given = sample(exercise)[:12]
    assert wrong(given, public(given)) == []


@pytest.mark.parametrize("exercise", COUNTS)
def test_a_sample_has_every_value(exercise: str) -> None:
    given = dealt(exercise)
    values = set().union(*(one.values for one in given))
    assert set().union(*(one.values for one in covering(given))) == values
    assert {value for dimension, value in values if dimension == "style"} == {frame.__name__ for frame in FRAMES}
    assert {value for dimension, value in values if dimension == "layout"} == set(spelling.LAYOUTS)
    assert {value for dimension, value in values if dimension == "names"} == set(spelling.NAMES)


def test_rewrites_differ_as_trees() -> None:
    given = dealt("multiply_sum")
    trees = {tuple(ast.dump(ast.parse(data)) for data in one.files.values()) for one in given}
    assert len(trees) == DEALT
    assert sum(COUNTS.values()) == 3000


def test_rewrites_are_the_same_every_time() -> None:
    digests = set()
    for seed in ("1", "2"):
        path = os.pathsep.join([str(TESTS.parent), str(TESTS)])
        surroundings = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": path}
        done = subprocess.run([sys.executable, "-c", PRINT], capture_output=True, env=surroundings, check=True)
        digests.add(hashlib.sha256(done.stdout).hexdigest())
    assert len(digests) == 1


def test_a_part_brings_what_it_needs() -> None:
    source = "import numpy as np\nimport os\nA = [1]\nA.extend(i for i in A[:])\nB = 3\n"
    source += "def f__x(a):\n    return np.sum(A) + g(a)\ndef g(a):\n    return a\n"
    (part,) = parts_of(source)
    kept = [ast.unparse(node).partition("\n")[0] for node in part.body]
    assert kept == ["import numpy as np", "A = [1]", "A.extend((i for i in A[:]))", "def f__x(a):", "def g(a):"]
