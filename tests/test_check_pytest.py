"""The public checks as tests of pytest, in the bundle alone: what is listed, what runs, what is said."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from handouts import FILES, ROOT, laid_out, run

from grader.check.progress import load

__all__: list[str] = []

PYTEST = (
    "import os; os.environ['PYTEST_DISABLE_PLUGIN_AUTOLOAD'] = '1'; "
    "import pytest; sys.exit(pytest.main([*sys.argv[1:], '-p', 'no:cacheprovider']))"
)
RECORDS = "import os\nwith open(os.path.join({folder!r}, 'runs.txt'), 'a') as runs:\n    runs.write('{name}\\n')\n"

WRAPS = """
import numpy as np

def multiply_sum(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError("different shapes")
    return float(np.sum(a * b))
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle in an empty folder; each exercise of NumPy notes when it is imported."""
    folder = laid_out(tmp_path_factory.mktemp("bundle"))
    for name in ("multiply_sum", "convolve", "filter_design"):
        write(folder, name, (folder / "exercises" / f"{name}.py").read_text("utf-8"))
    return folder


def write(folder: Path, name: str, source: str) -> None:
    """Puts a student's module into the bundle, with a line that tells of its import."""
    head, future, rest = source.rpartition("from __future__ import annotations\n")
    note = RECORDS.format(folder=str(folder), name=name)
    (folder / "exercises" / f"{name}.py").write_text(f"{head}{future}{note}{rest}", encoding="utf-8")


def solution(name: str) -> str:
    """The module of the solution."""
    return (ROOT / "solutions" / f"{name}.py").read_text("utf-8")


def pytested(folder: Path, *arguments: str) -> tuple[int, str, list[str]]:
    """Runs pytest: its exit status, what it says, and which modules were imported meanwhile."""
    (folder / "runs.txt").write_text("", encoding="utf-8")
    done = run(folder, PYTEST, *arguments)
    assert "INTERNALERROR" not in done.stdout
    return done.returncode, done.stdout + done.stderr, (folder / "runs.txt").read_text("utf-8").split()


def test_every_public_check_is_listed_and_nothing_is_run(bundle: Path) -> None:
    status, said, runs = pytested(bundle, "--collect-only", "-q")
    listed = [line for line in said.splitlines() if "::" in line]
    index = json.loads(FILES["grader/check/examples/index.json"])
    assert listed == [
        f"exercises/{exercise['spec']['name']}.py::{exercise['spec']['name']}.{check['name']}"
        for exercise in index["exercises"]
        for check in exercise["checks"]
        if check.get("probes") or check.get("judge")
    ]
    assert (status, runs) == (0, [])


def test_a_file_that_is_named_is_not_imported_either(bundle: Path) -> None:
    status, said, runs = pytested(bundle, "--collect-only", "-q", "exercises/convolve.py")
    assert (status, runs) == (0, [])
    assert said.count("::convolve.hand") == 1


def test_one_process_an_exercise_and_a_failure_in_the_words_of_the_check(bundle: Path) -> None:
    write(bundle, "multiply_sum", WRAPS)
    write(bundle, "convolve", solution("convolve"))
    status, said, runs = pytested(bundle, "-rs", "-k", "convolve or multiply_sum")
    assert status == 1
    assert runs.count("convolve") == 1
    assert "failed  multiply_sum.uint8" in said
    assert "likely mistake: uint8 wrap: " in said
    assert "Traceback" not in said
    assert "def runtest" not in said
    assert re.search(r"\n\d+ of 15 public checks passed; hidden checks run when you hand in\n", said)
    assert load(bundle).outcomes["multiply_sum.uint8"] == "failed"


def test_what_waits_is_skipped_and_says_for_what(bundle: Path) -> None:
    write(bundle, "multiply_sum", FILES["exercises/multiply_sum.py"].decode())
    status, said, _ = pytested(bundle, "-rs", "-k", "multiply_sum")
    assert status == 1
    assert "waits for multiply_sum.hand" in said
    assert "1 failed, 3 skipped" in said


def test_a_file_that_cannot_be_run_is_told_once(bundle: Path) -> None:
    write(bundle, "multiply_sum", "def multiply_sum(a, b:\n")
    status, said, _ = pytested(bundle, "-rs", "-k", "multiply_sum")
    assert status == 1
    assert said.count("is not valid Python yet") == 1
    assert "waits until multiply_sum.py can be run" in said
    assert "0 of 4 public checks passed" in said


def test_one_check_alone(bundle: Path) -> None:
    write(bundle, "multiply_sum", solution("multiply_sum"))
    status, said, runs = pytested(bundle, "exercises/multiply_sum.py::multiply_sum.uint8", "-q")
    assert (status, runs) == (0, ["multiply_sum"])
    assert "\npublic checks passed; hidden checks run when you hand in\n" in said
    assert "1 passed" in said


def test_an_editor_finds_each_test_beside_its_function(bundle: Path) -> None:
    """VS Code asks for the place of each test, and takes an AssertionError for a failure."""
    probe = """
class Places:
    def pytest_collection_finish(self, session):
        lines = open("exercises/convolve.py", encoding="utf-8").read().splitlines()
        for item in session.items:
            if item.parent.name.endswith("convolve.py"):
                print("AT", item.name, lines[item.location[1]][:16], isinstance(item.parent, pytest.File))
import os; os.environ['PYTEST_DISABLE_PLUGIN_AUTOLOAD'] = '1'
import pytest; sys.exit(pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider"], plugins=[Places()]))
"""
    places = re.findall(r"^AT (\S+) (.*) True$", run(bundle, probe).stdout, re.MULTILINE)
    assert ("convolve.hand", "def convolve(ima") in places
    assert ("convolve.shape", "def filtered_sha") in places


def test_a_notebook_stands_in_for_the_module(bundle: Path) -> None:
    module = bundle / "exercises" / "filter_design.py"
    kept = module.read_bytes()
    module.unlink()
    said = pytested(bundle, "--collect-only", "-q", "-k", "filter_design")[1]
    module.write_bytes(kept)
    assert "exercises/filter_design.ipynb::filter_design.line" in said


def test_own_tests_of_students_are_tests_too(bundle: Path) -> None:
    path = bundle / "exercises" / "test_mine.py"
    path.write_text("def test_mine():\n    assert True\n", encoding="utf-8")
    status, said, _ = pytested(bundle, "-q", "exercises/test_mine.py")
    path.unlink()
    assert (status, "1 passed" in said, "public checks" in said) == (0, True, False)


def test_a_damaged_bundle_is_told_without_a_traceback(bundle: Path) -> None:
    place = bundle / "grader" / "check" / "examples" / "convolve.bin"
    kept = place.read_bytes()
    place.write_bytes(b"damaged")
    status, said, _ = pytested(bundle, "-q", "-k", "convolve")
    place.write_bytes(kept)
    assert status == 2
    assert "The public examples of convolve are missing or damaged" in said
    assert "Traceback" not in said


def test_settings_for_pytest_and_for_the_editor_are_there() -> None:
    options = tomllib.loads(FILES["pyproject.toml"].decode())["tool"]["pytest"]["ini_options"]
    assert options["testpaths"] == ["exercises"]
    settings = json.loads(FILES[".vscode/settings.json"])
    assert settings["python.testing.pytestEnabled"] is True
    assert b"grader.check.collecting" in FILES["conftest.py"]
    assert b"\npytest==" in FILES["requirements.txt"]
