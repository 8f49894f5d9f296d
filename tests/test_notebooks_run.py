"""The notebooks with the course's answers, run from top to bottom as JupyterLab would."""

from __future__ import annotations

import json
import shutil
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
from corpus import ROOT
from nbclient import NotebookClient

from grader import course as courses
from grader.check.siblings import Siblings
from grader.handout.notebooks import notebook

__all__: list[str] = []

COURSE = courses.load(ROOT / "course.toml")
NUMPY = ["multiply_sum", "convolve", "filter_design"]
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as nbgrader's `source/` is: solved notebooks and the data beside them, and no modules."""
    place = tmp_path_factory.mktemp("notebooks")
    for name in NUMPY:
        source = (ROOT / "solutions" / f"{name}.py").read_text("utf-8")
        (place / f"{name}.ipynb").write_text(notebook(COURSE.exercise(name), source, solved=True), "utf-8")
    shutil.copyfile(ROOT / "data" / "grace_hopper.jpg", place / "grace_hopper.jpg")
    return place


def ran(path: Path, folder: Path) -> Any:
    """The notebook after a run in `folder`; the first error in a cell ends it."""
    document = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(
        document, timeout=180, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return document


@pytest.mark.parametrize("name", NUMPY)
def test_a_solved_notebook_runs_and_shows_pictures(name: str, folder: Path) -> None:
    document = ran(folder / f"{name}.ipynb", folder)
    shown = [output for cell in document.cells for output in cell.get("outputs", ())]
    pictures = [output for output in shown if "image/png" in output.get("data", {})]
    assert bool(pictures) == (name != "multiply_sum")
    assert [output for output in shown if output.output_type == "error"] == []


def test_a_notebook_is_imported_where_the_module_is_a_stub(tmp_path: Path) -> None:
    code = "value = 1\n\ndef double(x):\n    return 2 * x * value"
    cells = [{"cell_type": "code", "source": text} for text in ("raise SystemExit", code, "check('helper')")]
    (tmp_path / "helper.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}), "utf-8")
    finder = Siblings(tmp_path)
    spec = finder.find_spec("helper", None)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.double(4) == 8
    (tmp_path / "helper.py").write_text("def double(x):\n    raise NotImplementedError\n", "utf-8")
    assert finder.find_spec("helper", None) is not None
    (tmp_path / "helper.py").write_text("def double(x):\n    return x + x\n", "utf-8")
    assert finder.find_spec("helper", None) is None
    assert finder.find_spec("helper.part", None) is None
    assert finder.find_spec("numpy", None) is None


def test_a_file_that_is_no_notebook_is_named(tmp_path: Path) -> None:
    (tmp_path / "helper.ipynb").write_text("{", "utf-8")
    spec = Siblings(tmp_path).find_spec("helper", None)
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(ImportError, match=r"helper\.ipynb cannot be imported: it is no JSON"):
        spec.loader.exec_module(ModuleType("helper"))
