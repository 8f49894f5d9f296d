"""Planted faults are found: a course of one function, made wrong in one place after the other."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from commands import run_module
from corpus import ROOT
from hypothesis import strategies as st

from grader import course as courses
from grader.authoring import drawing
from grader.probing import Probe
from grader.proofs.declared import declared_in
from grader.proofs.equivalence import Holder
from grader.proofs.golden import modules_in
from grader.proofs.mutants import mutants_of
from grader.proofs.mutation import fingerprint, results_in

__all__: list[str] = []

COURSE = """
[course]
title = "Means"
secret = "seven small means"
isolation = "process"

[limits]
import_seconds = 10
call_seconds = 2
check_seconds = 10
exercise_seconds = 30
reference_factor = 20
memory_mb = 1024
output_kb = 4
output_limit_kb = 4096

[[exercise]]
name = "mean"
title = "Mean"
status = "ready"
points = 100
functions = ["mean"]

[[exercise.check]]
name = "small"
points = 60

[[exercise.check]]
name = "empty"
points = 40
"""
WORDS = """
[hints]
small = ["What is left to do with a sum?", "See the docstring.", "Divide by the number of entries."]
empty = ["What is the mean of nothing?"]
"""
SUITE = '''
import pytest


def test_small(student):
    """gives the mean of a few numbers"""
    assert student.mean([1, 2, 6]) == 3
    assert student.mean([5]) == 5
    assert student.mean([1, 2]) == 1.5


def test_empty(student):
    """raises ValueError for an empty list"""
    with pytest.raises(ValueError):
        student.mean([])
'''
SOLUTION = '''"""The mean."""

__all__ = ["mean"]


def mean(numbers: list[float]) -> float:
    """Give the mean of some numbers."""
    # TODO (mean.1): Return the mean.
    ### BEGIN SOLUTION
    if len(numbers) < 1:
        raise ValueError(f"no numbers in a list of {2 * len(numbers)}")
    return sum(numbers) / len(numbers)
    ### END SOLUTION
'''
RIGHT = "import statistics\n\ndef mean(numbers):\n    return statistics.mean(numbers)\n"
WRONG = "def mean(numbers):\n    return sum(numbers) / max(1, len(numbers))\n"
EXPECT = (
    'exercise = "mean"\nwhy = "Swallows the error."\nlost = ["empty"]\nmentions = ["not what this check asks for"]\n'
)
# `len(numbers) < 1` may as well be `len(numbers) == 0`; of such changes cosmic-ray makes these.
DECLARED = """
[[equivalent]]
exercise = "mean"
function = "mean"
removed = "if len(numbers) < 1:"
added = ["if len(numbers) <= 0:"]
reason = "A length is a whole number."
inputs = ["lists"]
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a course that is as it should be."""
    folder = tmp_path_factory.mktemp("sound")
    files = {
        "course.toml": COURSE,
        "solutions/mean.py": SOLUTION,
        "grader/suites/test_mean.py": SUITE,
        "grader/suites/words/mean.toml": WORDS,
        "tests/submissions/right/by_library/mean.py": RIGHT,
        "tests/submissions/wrong/swallows/mean.py": WRONG,
        "tests/submissions/wrong/swallows/expect.toml": EXPECT,
        "data/nothing.txt": "",
    }
    for name, text in files.items():
        write(folder / name, text)
    (folder / "docs").mkdir()
    for name in ("LICENSE", "docs/contract.md", "docs/digits.md", "requirements.txt", "requirements-numpy.txt"):
        shutil.copyfile(ROOT / name, folder / name)
    assert run("sync", "--course", folder).returncode == 0
    return folder


@pytest.fixture
def course(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to be made wrong."""
    shutil.copytree(sound, tmp_path / "course")
    return tmp_path / "course"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    done = run_module("grader", *arguments)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def faults(course: Path, *arguments: object) -> list[str]:
    """The faults that `verify` prints; its exit status says whether there are some."""
    done = run("verify", "--course", course, "--jobs", 1, *arguments)
    found = [line.removeprefix("WRONG  ") for line in done.stdout.splitlines() if line.startswith("WRONG")]
    assert done.returncode == bool(found), done.stdout + done.stderr
    return found


def test_a_sound_course_is_proved(course: Path) -> None:
    done = run("verify", "--course", course, "--mutants", "sample")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0].split(maxsplit=1)[1] for line in lines[:-1]] == [
        "index", "files", "gaps", "suites", "generated files", "leaks", "stubs", "solutions", "right work",
        "wrong work", "mutants of mean",
    ]  # fmt: skip
    assert "1 submissions lose what they should" in done.stdout


PLANTED = {
    "a stub that passes": (
        ("grader/suites/test_mean.py", "    with pytest.raises(ValueError):\n        student.mean([])", "    pass"),
        "the stub of mean passes empty",
    ),
    "a solution that loses a point": (
        ("grader/suites/test_mean.py", "assert student.mean([5]) == 5", "assert student.mean([5]) == 6"),
        "solutions: mean.small is lost",
    ),
    "right work that loses a point": (
        ("tests/submissions/right/by_library/mean.py", "(numbers)\n", "(numbers) + 1\n"),
        "tests/submissions/right/by_library: mean.small is lost",
    ),
    "wrong work that loses nothing": (
        ("tests/submissions/wrong/swallows/mean.py", "max(1, len(numbers))", "(len(numbers) or int(''))"),
        "tests/submissions/wrong/swallows: lost of mean: nothing; expected: empty",
    ),
    "wrong work that loses more": (
        ("tests/submissions/wrong/swallows/mean.py", "max(1,", "max(4,"),
        "tests/submissions/wrong/swallows: lost of mean: empty, small; expected: empty",
    ),
    "a message that does not tell": (
        ("tests/submissions/wrong/swallows/expect.toml", "not what this check asks for", "nothing of the kind"),
        "no message mentions 'nothing of the kind'",
    ),
    "a mistake that is not named": (
        ("tests/submissions/wrong/swallows/expect.toml", "mentions", 'misconception = "no error"\nmentions'),
        "no message names the misconception 'no error'",
    ),
    "an expectation of no check": (
        ("tests/submissions/wrong/swallows/expect.toml", '["empty"]', '["emty"]'),
        "wrong/swallows/expect.toml: mean has no check 'emty'; did you mean 'empty'?",
    ),
    "a solution that was edited": (
        ("solutions/mean.py", "Return the mean.", "Return the mean value."),
        "generated files: exercises/mean.py: it is not what its source makes; run: grader sync",
    ),
    "a hint without words": (
        ("grader/suites/words/mean.toml", "What is the mean of nothing?", " "),
        "grader/suites/words/mean.toml, line 4: empty is empty; write text in quotes with something in it",
    ),
    "no hints for a check": (("grader/suites/words/mean.toml", "empty = ", "emty = "), "did you mean 'empty'?"),
    "points that do not add up": (("course.toml", "points = 40", "points = 30"), "give 90 points, not 100"),
    "a test without a check": (
        ("grader/suites/test_mean.py", "test_empty", "test_nothing"),
        "suites: course.toml, line 29: the check 'empty' has no test",
    ),
}


@pytest.mark.parametrize("what", PLANTED)
def test_found(course: Path, what: str) -> None:
    (name, old, new), words = PLANTED[what]
    change(course / name, old, new)
    found = faults(course)
    assert any(words in fault for fault in found), found


def test_files_of_no_exercise_are_named(course: Path) -> None:
    write(course / "grader" / "suites" / "test_median.py", "")
    write(course / "grader" / "suites" / "words" / "median.toml", "")
    (course / "tests" / "submissions" / "wrong" / "no_word").mkdir()
    found = faults(course)
    assert len(found) == 3
    assert "grader/suites/test_median.py: no exercise of course.toml is called 'median'" in found[0]
    assert "grader/suites/words/median.toml: no exercise of course.toml is called 'median'" in found[1]
    assert "wrong/no_word/expect.toml: there is no such file" in found[2]


def test_the_survivor_of_a_hole_is_shown(course: Path) -> None:
    change(course / "grader" / "suites" / "test_mean.py", "    assert student.mean([1, 2]) == 1.5\n", "")
    found = run("verify", "--course", course, "--mutants", "all").stdout
    assert "mutants of mean: solutions/mean.py, mean: no check notices this; strengthen" in found
    assert "    + return sum(numbers) // len(numbers)\n" in found
    assert "by ReplaceBinaryOperator_Div_FloorDiv" in found
    tally = results_in(course)["mean"]
    assert tally.survivors
    assert tally.mutants == tally.killed + len(tally.survivors)


def test_the_result_belongs_to_its_solution(course: Path) -> None:
    assert faults(course, "--mutants", "all", "--date", "2026-01-31") == []
    kept = json.loads((course / "tests" / "mutants" / "result.json").read_text("utf-8"))["mean"]
    mutants = mutants_of("mean", (course / "solutions" / "mean.py").read_text("utf-8"))
    assert (kept["date"], kept["mutants"], kept["killed"]) == ("2026-01-31", len(mutants), len(mutants))
    assert kept["of"] == fingerprint(course, "mean", mutants)
    changed = mutants_of("mean", SOLUTION.replace("< 1", "<= 0"))
    assert kept["of"] != fingerprint(course, "mean", changed)
    commented = mutants_of("mean", SOLUTION.replace("    if len", "    # why\n    if len"))
    assert kept["of"] == fingerprint(course, "mean", commented)


def test_declarations_of_what_is_not_there_are_named(course: Path) -> None:
    write(course / "tests" / "mutants" / "equivalent.toml", DECLARED + DECLARED.replace("equivalent", "outside"))
    found = faults(course, "--mutants", "all")
    assert len([fault for fault in found if "the solution has no such mutant any more" in fault]) == 2
    write(course / "tests" / "mutants" / "equivalent.toml", DECLARED.replace('inputs = ["lists"]', "count = 3"))
    found = list(declared_in(course).faults([]))
    assert [fault.partition(" is missing")[0].split()[-1] for fault in found[1:]] == ["`inputs`", "`compared`"]
    noticed = DECLARED.replace("<= 0", "< 2")
    write(course / "tests" / "mutants" / "equivalent.toml", noticed)
    found = faults(course, "--mutants", "all")
    assert any("a check notices it; take the declaration out" in fault for fault in found), found


# Declarations held against inputs -------------------------------------------------------------------------------------
def lists_of(most: int) -> Probe:
    """A probe that draws lists of numbers."""
    numbers = st.lists(st.integers(-99, 99), max_size=most)
    return Probe("mean", sum, hidden=numbers.map(lambda drawn: (np.array(drawn, float),)))


def test_false_equivalence_does_not_hold(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite = SimpleNamespace(PROBES={"lists": lists_of(5), "one": lists_of(0)})
    monkeypatch.setattr(drawing, "suite_module", lambda exercise, part: suite)
    change(course / "solutions" / "mean.py", "len(numbers) < 1", "len(numbers) <= 0")
    modules = modules_in(course / "solutions")
    mutants = mutants_of("mean", modules["mean.py"].decode())

    def fault(added: str, inputs: str = "lists") -> str:
        text = DECLARED.replace("< 1", "<= 0").replace('["if len(numbers) <= 0:"]', f'["{added}"]')
        write(course / "tests" / "mutants" / "equivalent.toml", text.replace('["lists"]', f'["{inputs}"]'))
        declared = declared_in(course).of("mean")
        assert list(declared.faults(mutants)) == []
        return " ".join(holder.faults(declared.equivalent, mutants))

    holder = Holder(course, courses.load(course / "course.toml"), "mean", modules, 300)
    try:
        assert fault("if len(numbers) == 0:") == ""
        assert "not equivalent: mean(" in fault("if len(numbers) <= 1:")
        assert "give 1 inputs, not 300" in fault("if len(numbers) == 0:", "one")
        assert "'others' in `inputs` is no probe of mean" in fault("if len(numbers) == 0:", "others")
    finally:
        holder.close()
