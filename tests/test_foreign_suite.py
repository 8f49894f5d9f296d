"""Suites of a few lines for functions that no course knows, graded through the plugin: what other teachers write."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import wire

__all__: list[str] = []

SUITE = """
import pytest
from hypothesis import given, strategies as st

def test_examples(student):
    assert student.mean([1, 2, 3]) == 2

def test_nothing_to_divide(student):
    with pytest.raises(ValueError, match="no numbers"):
        student.mean([])

@given(st.lists(st.integers(), min_size=1))
def test_lies_between(student, numbers):
    assert min(numbers) <= student.mean(numbers) <= max(numbers)
"""
RIGHT = """
from fractions import Fraction

def mean(numbers):
    if not isinstance(numbers, list) or not numbers:
        raise ValueError(f"no numbers in {numbers!r}")
    exact = Fraction(sum(numbers), len(numbers))
    return int(exact) if exact.denominator == 1 or abs(exact) > 2**50 else float(exact)
"""


def graded(folder: Path, source: str, suite: str = SUITE, *options: str) -> subprocess.CompletedProcess[str]:
    """What pytest says of a module `mean` by alice; there is no course.toml anywhere near."""
    return graded_all(folder, {"mean": (source, suite)}, *options)


def graded_all(folder: Path, works: dict[str, tuple[str, str]], *options: str) -> subprocess.CompletedProcess[str]:
    """The same for several modules, each with a suite of its own."""
    (folder / "alice").mkdir()
    for name, (source, suite) in works.items():
        (folder / f"test_{name}.py").write_text(suite, "utf-8")
        (folder / "alice" / f"{name}.py").write_text(source, "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", ".", "--submission", "alice", *options]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_right_code_passes(tmp_path: Path) -> None:
    done = graded(tmp_path, RIGHT)
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout
    assert "mean: 3 of 3 points" in done.stdout


def test_wrong_code_fails_in_words_of_pytest(tmp_path: Path) -> None:
    done = graded(tmp_path, "def mean(numbers):\n    return sum(numbers) // (len(numbers) - 1)\n")
    assert done.returncode == 1
    assert "assert 3 == 2" in done.stdout
    assert "where 3 = student.mean([1, 2, 3])" in done.stdout
    assert "DID NOT RAISE" in done.stdout
    assert "`mean` raised ZeroDivisionError (mean.py, line 2)" in done.stdout
    assert "student=student" in done.stdout, "hypothesis prints the example, not the judge's inside"
    assert "numbers=[0]" in done.stdout
    assert "INTERNALERROR" not in done.stdout + done.stderr


def test_leaving_the_program_fails_a_test_and_no_more(tmp_path: Path) -> None:
    source = "import os, sys\ndef mean(numbers):\n    os._exit(0) if len(numbers) == 3 else sys.exit(0)\n"
    done = graded(tmp_path, source)
    assert done.returncode == 1
    assert "3 failed" in done.stdout
    assert "`mean` raised SystemExit" in done.stdout
    assert "`mean` ended the whole program" in done.stdout.lower()


def test_a_loop_without_end_fails_and_comes_to_an_end(tmp_path: Path) -> None:
    done = graded(tmp_path, "def mean(numbers):\n    while True:\n        pass\n")
    assert done.returncode == 1
    assert "3 failed" in done.stdout, "once it took too long, the function is not called any more"
    assert done.stdout.count("CheckFailed: `mean` took too") == 3
    assert "Flaky" not in done.stdout


OTHER_ENDS = {
    "broken": ("def mean(:", "broken.py, line 1"),
    "leaves": ("import sys\nsys.exit(3)", "Importing leaves raised SystemExit"),
    "misnamed": ("def average(numbers): return 0", "There is no function `mean`. The file has: average."),
    "sets": ("def mean(numbers): return {1, 2}", "`mean` returned an object of type set"),
    "huge": ("def mean(numbers): return [1 << 5000]", "`mean` returned a whole number"),
}


def test_other_ends_are_told(tmp_path: Path) -> None:
    suite = "def test_it(student):\n    student.mean([1])\n"
    done = graded_all(tmp_path, {name: (source, suite) for name, (source, _) in OTHER_ENDS.items()})
    assert done.returncode == 1
    for _, words in OTHER_ENDS.values():
        assert words in done.stdout
    assert "INTERNALERROR" not in done.stdout + done.stderr


def test_no_such_submission_is_one_sentence(tmp_path: Path) -> None:
    done = graded(tmp_path, RIGHT, SUITE, "--submission", "bob")
    assert done.returncode == 4
    assert "There is no submission 'bob'" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


SPY = """
import gc, os, sys

def found():
    words = ("pytest", "_pytest", "hypothesis", "pluggy", "test_spy", "test_foreign_suite")
    names = [name for name in sys.modules if name.split(".")[0] in words]
    frame = sys._getframe()
    while frame is not None:
        names += [frame.f_code.co_filename] if any(word in frame.f_code.co_filename for word in words) else []
        frame = frame.f_back
    for thing in gc.get_objects():
        module = getattr(type(thing), "__module__", None)
        names += [module] if isinstance(module, str) and module.split(".")[0] in words else []
    return sorted(set(names))

def listing():
    return os.listdir(".")

def asked():
    return [str(sys.argv), str(sorted(os.environ))]
"""
SPY_SUITE = """
def test_found(student):
    assert student.found() == []

def test_listing(student):
    assert "test_spy.py" not in student.listing()

def test_asked(student):
    argv, environment = student.asked()
    assert "test_spy" not in argv
    assert "PYTEST_CURRENT_TEST" not in environment
"""


def test_where_the_suite_is_in_reach_the_same_code_finds_it() -> None:
    names: dict[str, Any] = {}
    exec(SPY, names)
    assert "pytest" in names["found"]()
    assert "test_foreign_suite" in names["found"]()


DATA_SUITE = """
import numpy as np
from hypothesis import given, settings, strategies as st

leaves = st.none() | st.booleans() | st.integers(-2**999, 2**999) | st.floats(allow_nan=False) | st.text()
keys = st.text() | st.integers(-(2**63), 2**63 - 1)  # thousands of longer ones can share a hash, so they do not travel
data = st.recursive(leaves, lambda d: st.lists(d) | st.tuples(d, d) | st.dictionaries(keys, d))

@settings(max_examples=30)
@given(data)
def test_data_comes_back(student, value):
    echo = student.same(value)
    assert echo == value
    assert type(echo) is type(value)

def test_nested_lists_stay_lists(student):
    image = [[row * column for column in range(200)] for row in range(150)]
    assert student.same(image) == image
    assert student.same([(1, 2), [3]]) == [(1, 2), [3]]
    assert student.kinds([[1, 2.5], (True, "a")]) == "list list int float tuple bool str"

def test_arrays_stay_arrays(student):
    assert isinstance(student.same(np.eye(2)), np.ndarray)
    assert student.same({"a": [np.ones(2, np.uint8)]})["a"][0].dtype == np.uint8

def test_a_name_that_is_taken(student):
    assert student.function("value")(3) == 3

def test_two_arguments_and_none(student):
    assert (student.both(1, 2), student.nothing()) == ((1, 2), None)
"""
DATA = """
def same(value): return value
def value(x): return x
def both(a, b): return a, b
def nothing(): pass
def kinds(value):
    if isinstance(value, (list, tuple)):
        return " ".join([type(value).__name__, *map(kinds, value)])
    return type(value).__name__
"""


RAISING = """
import numpy as np
class Mine(LookupError): pass
def fail(kind):
    raise {"own": Mine("lost"), "os": FileNotFoundError(2, "gone", "x"), "key": KeyError("k"),
           "text": UnicodeDecodeError("utf-8", b"a", 0, 1, "why"), "axis": np.exceptions.AxisError(3, 2),
           "group": ExceptionGroup("many", [ValueError()]), "assert": AssertionError("no"),
           "stop": StopIteration()}[kind]
"""
RAISING_SUITE = """
import pytest

@pytest.mark.parametrize(("kind", "error"), [
    ("own", LookupError), ("os", OSError), ("key", KeyError), ("text", UnicodeDecodeError), ("axis", ValueError),
    ("group", AssertionError), ("assert", AssertionError), ("stop", StopIteration)])
def test_class(student, kind, error):
    with pytest.raises(error, match="`fail` raised .*"):
        student.fail(kind)

def test_another_class(student):
    with pytest.raises(TypeError):
        student.fail("own")
"""


# Three suites in one run: what a module may see, what data may travel, which exceptions arrive.
@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Outcomes by the names of the tests."""
    works = {"spy": (SPY, SPY_SUITE), "data": (DATA, DATA_SUITE), "raising": (RAISING, RAISING_SUITE)}
    done = graded_all(tmp_path_factory.mktemp("three"), works, "-rA", "--tb=short")
    assert done.returncode == 1, done.stdout
    assert "student.LookupError: `fail` raised Mine" in done.stdout
    lines = [line.split(" - ")[0].split() for line in done.stdout.splitlines() if "::" in line]
    return {words[1].partition("::")[2]: words[0] for words in lines}


@pytest.mark.parametrize("name", re.findall(r"def (test_\w+)", SPY_SUITE))
def test_the_suite_is_out_of_reach(outcome: dict[str, str], name: str) -> None:
    assert outcome[name] == "PASSED"


@pytest.mark.parametrize("name", re.findall(r"def (test_\w+)", DATA_SUITE))
def test_plain_data_goes_there_and_back(outcome: dict[str, str], name: str) -> None:
    assert outcome[name] == "PASSED"


def test_exceptions_have_the_class_that_was_raised(outcome: dict[str, str]) -> None:
    found = {name: word for name, word in outcome.items() if name.startswith("test_class[")}
    assert len(found) == 8
    assert set(found.values()) == {"PASSED"}
    assert outcome["test_another_class"] == "FAILED"


# The wire -----------------------------------------------------------------------------------------------------------
def exactly(value: object) -> Any:
    buffers: list[bytes] = []
    packed = wire.pack(value, buffers, exact=True)
    return wire.value_of(packed, wire.Reader(b"".join(buffers)), fresh=True)


@given(st.integers(-(2**1000) + 1, 2**1000 - 1) | st.tuples(st.integers(), st.lists(st.tuples(st.booleans()))))
def test_integers_and_tuples_keep_what_they_are(value: object) -> None:
    again = exactly(value)
    assert again == value
    assert type(again) is type(value)


def test_larger_integers_do_not_travel() -> None:
    assert isinstance(exactly(2**1000), wire.Big)
    assert math.isfinite(float(exactly(2**1000 - 1)))


@pytest.mark.parametrize("shape", [(1 << 30, 0), (1 << 15, 1 << 15, 0), (1 << 21,)])
def test_lists_out_of_thin_air_are_refused(shape: tuple[int, ...]) -> None:
    body = bytes(math.prod(shape))
    with pytest.raises(wire.WireError):
        wire.value_of(wire.Array("|b1", shape, listed=True), wire.Reader(body), fresh=True)
