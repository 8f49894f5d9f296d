"""What makes kept results stale: exactly the exercises that a change touches, and a sentence that says why."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from commands import run_module
from corpus import ROOT, lay_over

from grader import course as courses
from grader import seals
from grader.desk import spec_of
from grader.model import Submission
from grader.seals import ANALYSIS, changes, parts_of
from grader.settings import Settings
from grader.store import Store
from grader.worker.source import analyse, sources_for

__all__: list[str] = []

COURSE = courses.load(ROOT / "course.toml")
ALL = tuple(exercise.name for exercise in COURSE.ready)
IGNORED = shutil.ignore_patterns("__pycache__", "sample_class")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what results depend on."""
    folder = tmp_path_factory.mktemp("course")
    for name in ("grader", "data", "exercises"):
        shutil.copytree(ROOT / name, folder / name, ignore=IGNORED)
    shutil.copy(ROOT / "course.toml", folder)
    return folder


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "course")


def parts(root: Path, **settings: str) -> dict[str, seals.Parts]:
    told = Settings(root=str(root), exercises=ALL, isolation=settings.pop("isolation", "locked"), **settings)
    return parts_of(root, courses.load(root / "course.toml"), told)


def appended(name: str, text: str = "\n# changed\n") -> Callable[[Path], None]:
    def change(root: Path) -> None:
        with open(root / name, "a", encoding="utf-8") as stream:
            stream.write(text)

    return change


def more_points(root: Path) -> None:
    """One check of filter_design gets a point from another one."""
    text = (root / "course.toml").read_text("utf-8")
    start = text.index('name = "filter_design"')
    head, tail = text[:start], text[start:]
    tail = tail.replace("points = 2\n", "points = 1\n", 1).replace("points = 3\n", "points = 4\n", 1)
    (root / "course.toml").write_text(head + tail, "utf-8")


CHANGES: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "the file of checks": (appended("grader/suites/test_convolve.py"), {"convolve"}),
    "a module that two suites import": (appended("grader/suites/networks.py"), {"vgg_assembly", "cifar_setup"}),
    "a module that one suite imports through another": (appended("grader/suites/reports.py"), set(ALL[3:])),
    "a module that only draws examples": (appended("grader/suites/image_probes.py"), set()),
    "the words of one exercise": (appended("grader/suites/words/filter_design.toml"), {"filter_design"}),
    "the examples of one exercise": (appended("grader/suites/recorded/multiply_sum.bin"), {"multiply_sum"}),
    "digits for trainings": (appended("grader/suites/digits.npz"), {"cifar_setup"}),
    "the index of one exercise": (more_points, {"filter_design"}),
    "the engine": (appended("grader/judging.py"), set(ALL)),
    "the filter of system calls": (appended("grader/worker/filters/x86_64.bpf"), set(ALL)),
    "a file that workers are given": (appended("data/synset_words.txt"), set(ALL)),
    "a command beside grading": (appended("grader/staff/replay.py"), set()),
    "a page of documentation": (appended("data/sample_class.md"), set()),
}


@pytest.mark.parametrize("what", CHANGES)
def test_exactly_the_affected_exercises_are_stale(whole: Path, copy: Path, what: str) -> None:
    change, affected = CHANGES[what]
    change(copy)
    before, after = parts(whole), parts(copy)
    assert {name for name in ALL if seals.seal(before[name]) != seals.seal(after[name])} == affected
    said = changes(before, after)
    assert {name for name in ALL if any(name in sentence for sentence in said)} == affected


@pytest.mark.parametrize("library", ["numpy", "keras"])
def test_another_version_is_named(whole: Path, monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    before, installed = parts(whole), seals.installed
    monkeypatch.setattr(seals, "installed", lambda names: installed(names) | {library: "99.1"})
    [sentence] = changes(before, parts(whole))
    assert sentence.startswith(f"results of the last run count no longer: {', '.join(ALL)} ({library}: ")
    assert sentence.endswith(", now 99.1)")


def test_another_level_and_another_device_are_named(whole: Path) -> None:
    [sentence] = changes(parts(whole), parts(whole, isolation="process", stamp="a GPU"))
    assert "device: none, now a GPU" in sentence
    assert "isolation: locked, now process" in sentence


def test_a_long_list_is_cut() -> None:
    before = {"one": {f"file{number}": "sha256:0" for number in range(9)}}
    after = {"one": {f"file{number}": "sha256:1" for number in range(9)}}
    [sentence] = changes(before, after)
    assert sentence.endswith("file3 changed, and 5 more)")


def test_a_stub_counts_for_the_analysis_alone(whole: Path, copy: Path) -> None:
    appended("exercises/convolve.py")(copy)
    before, after = parts(whole), parts(copy)
    assert {name for name in after if before[name] != after[name]} == {ANALYSIS}
    assert changes(before, after) == []


def test_the_run_says_why_it_grades_again(copy: Path, tmp_path: Path) -> None:
    """From the command line: a change of one exercise's index grades that one again, and says so."""
    (tmp_path / "class").mkdir()
    lay_over("wrong", "sum_mean", "ada", tmp_path / "class")
    typed = ["grade", tmp_path / "class", "--out", tmp_path / "out", "--course", copy]
    typed += [word for name in ("multiply_sum", "filter_design") for word in ("--exercise", name)]
    first = run_module("grader", *typed)
    assert first.returncode == 0, first.stderr
    assert "count no longer" not in first.stdout
    more_points(copy)
    second = run_module("grader", *typed)
    assert "results of the last run count no longer: filter_design (course.toml changed)" in second.stdout
    assert "results of exercises taken from the store (unchanged, or the same work): 1\n" in second.stdout
    third = run_module("grader", *typed)
    assert "count no longer" not in third.stdout
    assert "results of exercises taken from the store (unchanged, or the same work): 2\n" in third.stdout


def test_a_kept_list_that_cannot_be_read_says_nothing(whole: Path, tmp_path: Path) -> None:
    store = Store(tmp_path, parts(whole))
    store.settle()
    assert Store(tmp_path, parts(whole, isolation="process")).stale() != []
    (tmp_path / "parts.json").write_bytes(b"{")
    assert Store(tmp_path, parts(whole, isolation="process")).stale() == []


# What a result depends on of a submission ----------------------------------------------------------------------------
def submitted(modules: dict[str, str], cells: Sequence[str] = ()) -> Submission:
    book = {"cells": [{"cell_type": "code", "metadata": {}, "source": cell} for cell in cells], "metadata": {}}
    notebooks = {"work.ipynb": json.dumps(book | {"nbformat": 4, "nbformat_minor": 5}).encode()} if cells else {}
    return Submission(student="", modules={name: text.encode() for name, text in modules.items()}, notebooks=notebooks)


SPECS = [spec_of(exercise, ROOT / "exercises") for exercise in COURSE.ready]
SUM = "def multiply_sum(a, b): return borrowed(a, b)\n"
ASKED = "import importlib\nborrowed = importlib.import_module('con' + 'volve').convolve\n"
HIDDEN_WAYS: dict[str, tuple[dict[str, str], Sequence[str]]] = {
    "a word": ({"multiply_sum": ASKED + SUM}, ()),
    "a word elsewhere": (
        {"multiply_sum": "from filter_design import *\n" + SUM, "filter_design": ASKED},
        (),
    ),
    "a notebook": ({}, [ASKED + SUM]),
    "a package": (
        {
            "multiply_sum": "from helpers import *\n" + SUM,
            "helpers": "__all__ = ['sub']\n",
            "helpers.sub": "import convolve\nborrowed = convolve.convolve\n",
        },
        (),
    ),
}


def key_and_given(modules: dict[str, str], cells: Sequence[str], folder: Path) -> tuple[str, set[str]]:
    """The name of a result of multiply_sum, and the modules that its worker is given."""
    work = submitted(modules, cells)
    known = {fact.exercise: fact for fact in analyse(work.modules, work.notebooks, SPECS)}
    store = Store(folder, {name: {} for name in (*ALL, ANALYSIS)})
    given = sources_for(SPECS[0], known, work.modules, work.notebooks).modules
    return store.key("multiply_sum", work, known), set(given)


@pytest.mark.parametrize("way", HIDDEN_WAYS)
def test_what_code_reaches_out_of_sight_is_part_of_the_name(tmp_path: Path, way: str) -> None:
    modules, cells = HIDDEN_WAYS[way]
    one, given = key_and_given(modules | {"convolve": "def convolve(a, b): return 1\n"}, cells, tmp_path)
    other, _ = key_and_given(modules | {"convolve": "def convolve(a, b): return 2\n"}, cells, tmp_path)
    assert one != other
    assert "convolve" in given


OUT_OF_REACH = ("", "import importlib\n", "from PIL import Image\nImage.open('a.png')\n")


@pytest.mark.parametrize("elsewhere", OUT_OF_REACH)
@pytest.mark.parametrize("own", ["", "open('convolve.py').read()\n"])
def test_what_is_out_of_reach_is_no_part_of_it_and_is_not_given(tmp_path: Path, elsewhere: str, own: str) -> None:
    """Whatever that code may import itself, and although files are opened: modules of a submission are none."""
    modules = {"multiply_sum": own + "def multiply_sum(a, b): return 1\n"}
    one, given = key_and_given(modules | {"convolve": elsewhere + "def convolve(a, b): return 1\n"}, (), tmp_path)
    other, _ = key_and_given(modules | {"convolve": elsewhere + "def convolve(a, b): return 2\n"}, (), tmp_path)
    assert one == other
    assert given == {"multiply_sum"}


def test_with_notebooks_the_facts_of_all_exercises_count(tmp_path: Path) -> None:
    """Where one notebook and one module answer the same exercise, it depends on its stub which of them is handed on."""
    work = submitted({"convolve": "def convolve(a, b): return 1\n"}, ["def multiply_sum(a, b): return 1\n"])
    known = {fact.exercise: fact for fact in analyse(work.modules, work.notebooks, SPECS)}
    moved = known | {"convolve": msgspec.structs.replace(known["convolve"], origin="notebook")}
    store = Store(tmp_path, {name: {} for name in (*ALL, ANALYSIS)})
    assert store.key("multiply_sum", work, known) != store.key("multiply_sum", work, moved)
    bare = submitted({"convolve": "", "multiply_sum": "def multiply_sum(a, b): return 1\n"})
    assert store.key("multiply_sum", bare, known) == store.key("multiply_sum", bare, moved)
