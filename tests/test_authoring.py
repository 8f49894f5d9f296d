"""A course of one's own: exercises left out, other totals, and a new exercise from its gaps to its proof."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from corpus import ROOT, with_words

from grader import course as courses
from grader import recorded
from grader.authoring import drawing
from grader.authoring.new import GAP, gaps, new_exercise
from grader.errors import CourseError, UsageError

__all__: list[str] = []

PARTS = ("course.toml", "data", "docs", "exercises", "grader", "solutions", "tests/submissions/base")
FILES = ("LICENSE", "requirements.txt", "requirements-numpy.txt")

# What an author writes in the place of the gaps.
SOLUTION = """    return float(np.sum(np.asarray(values, dtype=np.float64)) / len(values))"""
ORACLE = """    return math.fsum(values.tolist()) / len(values)"""
MISTAKE = """    return math.fsum(values.tolist()) / (len(values) - 1) if len(values) > 1 else None"""


def run(root: Path, *words: object, status: int = 0) -> str:
    """Runs `grader` of a checkout in itself; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "grader", *map(str, words)], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def index(*replacements: tuple[str, str]) -> str:
    """The course's index with some of its text replaced."""
    text = (ROOT / "course.toml").read_text("utf-8")
    for old, new in replacements:
        assert text.count(old) >= 1
        text = text.replace(old, new)
    return text


def loaded(tmp_path: Path, text: str) -> courses.Course:
    """The index with this text."""
    (with_words(tmp_path) / "course.toml").write_text(text, "utf-8")
    return courses.load(tmp_path / "course.toml")


def off(name: str) -> tuple[str, str]:
    """Switches an exercise off."""
    head = re.search(rf'name = "{name}"\ntitle = ".*"\n', index())
    assert head is not None
    return f'{head[0]}status = "ready"', f'{head[0]}status = "off"'


def test_an_exercise_that_is_off_is_no_part_of_the_course(tmp_path: Path) -> None:
    course = loaded(tmp_path, index(off("cifar_setup"), ("[course]", "[course]\ntotal = 80")))
    assert course.off == ("cifar_setup",)
    assert [exercise.name for exercise in course.exercises][-1] == "vgg_assembly"
    assert course.total == course.max_total == 80


def test_the_total_has_to_be_said_when_it_is_another(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"give 80 points, not 100; .* or say total = \.\.\. under \[course\]"):
        loaded(tmp_path, index(off("cifar_setup")))


def test_what_others_depend_on_cannot_be_off(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"'multiply_sum' is off; take it out here and in solutions/convolve.py"):
        loaded(tmp_path, index(off("multiply_sum"), ("[course]", "[course]\ntotal = 90")))


def test_a_new_exercise_needs_a_name_and_points_that_can_be_used() -> None:
    for name, points, message in (
        ("Max-Pooling", 5, "small letters"),
        ("class", 5, "small letters"),
        ("top_left", 5, "called 'top_left' already"),
        ("pooling", 0, "more than 0"),
        ("numpy", 5, "Python has already"),
        ("json", 5, "Python has already"),
    ):
        with pytest.raises(UsageError, match=message):
            new_exercise(ROOT, name, "Pooling", points)
    assert list(gaps(ROOT)) == []


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this course in which only `multiply_sum` is taught, and `mean_of` has been begun."""
    root = tmp_path_factory.mktemp("course")
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copyfile
        copy(ROOT / part, root / part)
    for name in FILES:
        shutil.copyfile(ROOT / name, root / name)
    others = ("convolve", "filter_design", "vgg_assembly", "cifar_setup")
    text = index(*map(off, others), ("[course]", "[course]\ntotal = 10"))
    (root / "course.toml").write_text(text, "utf-8")
    run(root, "new", "mean_of", "--title", 'The "mean" of some', "--points", "5")
    return root


def fill(path: Path, *replacements: tuple[str, str]) -> None:
    """Writes something in the place of some gaps, and words in the place of all others."""
    text = path.read_text("utf-8")
    for old, new in replacements:
        assert old in text, (path.name, old)
        text = text.replace(old, new)
    path.write_text(re.sub(rf"{GAP} [^\"\n]*?(?=[.\"\n])", "Words on it", text), "utf-8")


def test_a_new_exercise_is_accepted_once_it_is_filled_in(checkout: Path) -> None:
    assert courses.load(checkout / "course.toml").total == 15
    found = run(checkout, "verify", "--exercise", "mean_of", status=1)
    assert "solutions/mean_of.py:" in found
    assert "grader/suites/words/mean_of.toml:" in found
    assert f"still says {GAP}" in found
    assert "still says" not in run(checkout, "verify", "--exercise", "multiply_sum", status=1)
    assert f"mean_of were left alone: grader/suites/mean_of_probes.py has gaps that say {GAP}" in run(checkout, "sync")
    work = 'raise NotImplementedError("FILL IN")'
    submissions = checkout / "tests" / "submissions"
    fill(
        checkout / "solutions" / "mean_of.py",
        ('    raise NotImplementedError("FILL IN the answer")', SOLUTION),
        ("FILL IN what it answers", "3.0"),
    )
    fill(
        checkout / "grader" / "suites" / "mean_of_probes.py",
        ('    raise NotImplementedError("FILL IN the oracle")', ORACLE),
        ('    raise NotImplementedError("FILL IN the mistake")', MISTAKE),
        ("from typing import Any", "import math\nfrom typing import Any"),
    )
    fill(checkout / "grader" / "suites" / "words" / "mean_of.toml", ("FILL IN its name", "one too few"))
    fill(checkout / "grader" / "suites" / "test_mean_of.py")
    fill(submissions / "base" / "mean_of.py", (work, "return np.mean(values)"))
    fill(submissions / "right" / "mean_of_another_way" / "mean_of.py", (work, "return sum(values) / len(values)"))
    wrong = submissions / "wrong" / "mean_of_known_mistake"
    fill(wrong / "mean_of.py", (work, "return np.sum(values) / max(len(values) - 1, 1)"))
    fill(wrong / "expect.toml", ("FILL IN its name", "one too few"))
    assert "written: grader/suites/recorded/mean_of.bin" in run(checkout, "sync", "--exercise", "mean_of").replace(
        " (", "\n"
    )
    proved = run(checkout, "verify", "--exercise", "mean_of", "--mutants", "all")
    assert "ok     solutions: 5 of 5 points" in proved
    assert "WRONG" not in proved


def test_a_file_that_is_there_is_not_overwritten(checkout: Path) -> None:
    before = (checkout / "course.toml").read_bytes()
    (checkout / "solutions" / "sum_of.py").write_text("mine = 1\n")
    with pytest.raises(UsageError, match=r"solutions/sum_of.py is there already"):
        new_exercise(checkout, "sum_of", "A sum", 5)
    (checkout / "solutions" / "sum_of.py").unlink()
    assert (checkout / "course.toml").read_bytes() == before


def test_a_term_can_vary_the_filters(checkout: Path, tmp_path: Path) -> None:
    """Another line filter: the suite takes it from the index, and the solution has to follow."""
    path = checkout / "course.toml"
    before = path.read_text("utf-8")
    head = 'name = "filter_design"\ntitle = "Design filters"\nstatus = "off"'
    assert head in before
    text = before.replace(head, head.replace("off", "ready") + "\nvariant = { line = [2, -4, 2] }")
    path.write_text(re.sub(r"(?m)^total = .*$", "total = 35", text), "utf-8")
    told = run(checkout, "sync", "--exercise", "filter_design", status=1)
    assert "horizontal_line_filter" in told
    solution = checkout / "solutions" / "filter_design.py"
    answer = "[[-1, -1, -1], [2, 2, 2], [-1, -1, -1]]"
    assert answer in solution.read_text("utf-8")
    solution.write_text(solution.read_text("utf-8").replace(answer, "[[2] * 3, [-4] * 3, [2] * 3]"), "utf-8")
    run(checkout, "sync", "--exercise", "filter_design")
    work, out = tmp_path / "work", tmp_path / "out"
    shutil.copytree(checkout / "solutions", work / "varied", ignore=shutil.ignore_patterns("__pycache__"))
    run(checkout, "grade", work, "--out", out, "--exercise", "filter_design")
    assert "varied,,20,,20,20,graded" in (out / "grades.csv").read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace("line =", "lines ="), "utf-8")
    told = run(checkout, "sync", "--check", "--exercise", "filter_design", status=2)
    assert "filter_design has no value 'lines' to vary; did you mean 'line'?" in told


def test_a_command_that_is_not_run_imports_nothing() -> None:
    code = "import sys, grader.cli; print(sorted({'PIL', 'jinja2', 'nbformat', 'numpy', 'pytest'} & {*sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"


def test_a_recording_from_another_processor_is_in_step() -> None:
    """Its answers differ in their last digits, and so do tolerances that go by their size; more than that is new."""
    old = recorded.read(ROOT / "grader" / "suites" / "recorded" / "vgg_assembly.bin")

    def other(factor: float) -> recorded.Recording:
        probe = old.probes["layer_output"]
        first, *rest = probe.examples
        assert first.tolerance > 0
        changed = replace(probe, examples=[replace(first, tolerance=first.tolerance * factor), *rest])
        return replace(old, probes=old.probes | {"layer_output": changed})

    assert drawing.stale(old, other(1 + 1e-7)) == ""
    assert drawing.stale(old, other(1.01)) == "example 0 of layer_output has another answer"
