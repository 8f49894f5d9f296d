"""The three proofs: stubs earn nothing, right work everything, wrong work loses its own checks and is told why."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus import GOLDEN, RIGHT, ROOT, WRONG, lay_over
from judges import Judge

from grader import course as courses
from grader.model import SubmissionResult
from grader.proofs.losses import by_name, losses, stub_gains, unexpected, words
from grader.store import Store

__all__: list[str] = []

COURSE = courses.load(ROOT / "course.toml")
READY = tuple(exercise.name for exercise in COURSE.ready)


@pytest.fixture(scope="module")
def judge(store: Path) -> Iterator[Judge]:
    """A judge of all exercises that are ready; its store spares the right modules around a wrong one a second run."""
    judge = Judge(READY, store=store)
    yield judge
    judge.close()


def grade(judge: Judge, path: Path) -> SubmissionResult:
    """The result of the submission at `path`."""
    return judge.grade(path)


def test_stubs_earn_nothing(judge: Judge, tmp_path: Path) -> None:
    """Every check fails or waits, and the page says what to do."""
    shutil.copytree(ROOT / "exercises", tmp_path / "stub")
    result = grade(judge, tmp_path / "stub")
    assert list(stub_gains(result)) == []
    assert (result.score, result.max_score) == (0, COURSE.max_total)


def test_solutions_earn_everything(judge: Judge, tmp_path: Path) -> None:
    """The reference loses nothing."""
    shutil.copytree(ROOT / "solutions", tmp_path / "solution")
    result = grade(judge, tmp_path / "solution")
    assert list(losses(result)) == []
    assert result.score == result.max_score == COURSE.max_total


@pytest.mark.parametrize("name", RIGHT)
def test_unusual_but_right(judge: Judge, tmp_path: Path, name: str) -> None:
    """Another algorithm, dtype, container or style gets full marks."""
    result = grade(judge, lay_over("right", name, name, tmp_path))
    assert list(losses(result)) == []
    assert result.score == COURSE.max_total


@pytest.mark.parametrize("name", WRONG)
def test_wrong(judge: Judge, tmp_path: Path, name: str) -> None:
    """A known mistake loses its own checks, keeps the points of innocent exercises, and is called by its name."""
    result = grade(judge, lay_over("wrong", name, "somebody", tmp_path))
    assert list(unexpected(result, GOLDEN.expected(name, COURSE), COURSE)) == []


@pytest.mark.parametrize("name", WRONG[::110])
def test_the_name_changes_nothing(
    judge: Judge, store: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same work under another name gets the same verdicts, word for word, when it is graded anew."""
    one = grade(judge, lay_over("wrong", name, "a", tmp_path))
    assert judge.store is not None
    monkeypatch.setattr(judge, "store", Store(store.with_name("another-name"), judge.store.parts))
    other = grade(judge, lay_over("wrong", name, "Zoë O'Neil, B.", tmp_path))
    assert [(e.score, e.checks) for e in one.exercises] == [(e.score, e.checks) for e in other.exercises]


def test_the_root_cause_is_named(judge: Judge, tmp_path: Path) -> None:
    """An exercise that loses points with one that it imports says where to start."""
    result = grade(judge, lay_over("wrong", "sum_wraps_below_convolve", "somebody", tmp_path))
    convolve = by_name(result)["convolve"]
    assert convolve.score < convolve.max_score
    assert "convolve uses multiply_sum, which loses points itself" in convolve.notes[0]
    untouched = by_name(grade(judge, lay_over("wrong", "sum_mean", "independent", tmp_path)))["convolve"]
    assert untouched.notes == ()


def test_a_notebook_for_each_exercise(judge: Judge, tmp_path: Path) -> None:
    """What one notebook imports may stand in another one of the same submission."""
    (tmp_path / "three").mkdir()
    for name in READY:
        cell = {"cell_type": "code", "metadata": {}, "source": (ROOT / "solutions" / f"{name}.py").read_text("utf-8")}
        book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (tmp_path / "three" / f"{name}.ipynb").write_text(json.dumps(book), "utf-8")
    result = grade(judge, tmp_path / "three")
    assert (result.score, [e.status for e in result.exercises]) == (COURSE.max_total, ["graded"] * len(READY))


LATE = """
import os

def multiply_sum(a, b):
    if a.ndim < 4:
        return float((a.astype(float) * b).sum())
    os.close(os.open(f"{FOLDER}/{a.ravel()[0]}", os.O_CREAT))
    os._exit(1)

if os.listdir(FOLDER):
    raise RuntimeError(f"hidden: {os.listdir(FOLDER)}")
"""


def test_an_import_after_hidden_examples_tells_nothing(judge: Judge, tmp_path: Path) -> None:
    """A worker that starts again may know hidden inputs from the one before; its messages are not repeated."""
    (tmp_path / "memory").mkdir()
    (tmp_path / "late").mkdir()
    (tmp_path / "late" / "multiply_sum.py").write_text(f"FOLDER = {str(tmp_path / 'memory')!r}\n" + LATE)
    result = by_name(grade(judge, tmp_path / "late"))["multiply_sum"]
    assert result.score < result.max_score
    assert "hidden:" not in words(result)


def test_pictures_are_mended_between_submissions(judge: Judge, tmp_path: Path) -> None:
    """Code that destroys the pictures it was given spoils its own exercise alone."""
    text = "import os\n\ndef load_image(path, grayscale=False):\n    os.unlink(path)\n    raise OSError\n"
    (tmp_path / "vandal").mkdir()
    (tmp_path / "vandal" / "convolve.py").write_text(text)
    assert by_name(grade(judge, tmp_path / "vandal"))["convolve"].score == 0
    with open(lay_over("right", "einsum_windows", "later", tmp_path) / "convolve.py", "a", encoding="utf-8") as stream:
        stream.write("# no kept result is that of this file\n")
    assert grade(judge, tmp_path / "later").score == COURSE.max_total
