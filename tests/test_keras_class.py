"""The Keras exercises of the sample class through the command line: marks, and the same ones again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from test_class import SAMPLE, rows, run

__all__: list[str] = []

pytestmark = pytest.mark.keras
KERAS = ["--exercise", "vgg_assembly", "--exercise", "cifar_setup"]
MARKS = {
    "'-Sam Karlsson": ("24", "16"),
    "Emre Y\u0131lmaz": ("11", "0"),
    "Grete Lindqvist": ("10", "12"),
    "Li Wei": ("25", "20"),
    "Ravi Menon": ("22", "0"),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Keras exercises of five from the sample class, graded by two judges."""
    folder = tmp_path_factory.mktemp("keras")
    (folder / "class").mkdir()
    names = {name.removeprefix("'") for name in MARKS}
    for path in SAMPLE.iterdir():
        if path.name.split(".")[0] in names:
            copy = shutil.copytree if path.is_dir() else shutil.copy
            copy(path, folder / "class" / path.name)
    run("grade", folder / "class", "--out", folder / "out", "--jobs", 2, *KERAS)
    return folder / "out"


def test_marks_of_the_sample_class(graded: Path) -> None:
    assert {name: (row["vgg_assembly"], row["cifar_setup"]) for name, row in rows(graded).items()} == MARKS
    assert {row["max_total"] for row in rows(graded).values()} == {"45"}


def test_another_run_comes_to_the_same(graded: Path, tmp_path: Path) -> None:
    """Word for word, check by check; what the code printed holds times, and is no part of this."""
    (tmp_path / "class").mkdir()
    names = ("-Sam Karlsson", "Grete Lindqvist")
    for name in names:
        shutil.copytree(SAMPLE / name, tmp_path / "class" / name)
    run("grade", tmp_path / "class", "--out", tmp_path / "out", "--jobs", 1, *KERAS)
    for name in names:
        one, other = (
            json.loads((out / "results" / f"{name}.json").read_bytes())["tests"] for out in (graded, tmp_path / "out")
        )
        assert one == other
