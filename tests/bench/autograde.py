"""Times `nbgrader autograde` with the judge in it against nbgrader alone, on the same class, in one run.

    python tests/bench/autograde.py [STUDENTS]

Each student hands in two notebooks. Alone, nbgrader executes them with tests in hidden cells, as an instructor would
write them; with the judge, test cells hold a call and `grader grade` does the work. Both commands take turns.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

__all__: list[str] = []

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = ("multiply_sum", "convolve")
ROUNDS = 3
SURROUNDINGS = {**os.environ, "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])}

# What an instructor would write: one hidden cell a check, the examples drawn anew in each.
START = """\
### BEGIN HIDDEN TESTS
import numpy as np
from scipy.signal import correlate2d
rng = np.random.default_rng(20)
def refuses(function, *arguments):
    try:
        function(*arguments)
    except ValueError:
        return True
    return False
"""
END = "### END HIDDEN TESTS"
# Notebooks are executed one by one, before the next one is there to be imported.
GIVEN = "def multiply_sum(a, b):\n    return float((np.asarray(a, dtype=float) * np.asarray(b, dtype=float)).sum())"
TESTS = {
    "multiply_sum-hand": "assert multiply_sum([[3, 5], [2, 7]], [[1, 0], [2, 1]]) == 14",
    "multiply_sum-agrees": """\
for _ in range(60):
    a, b = rng.normal(size=(2, *rng.integers(1, 6, size=rng.integers(1, 5))))
    assert np.isclose(multiply_sum(a, b), np.vdot(a, b))""",
    "multiply_sum-bilinear": """\
for _ in range(20):
    a, b, c = rng.normal(size=(3, 4, 5))
    assert np.isclose(multiply_sum(2 * a + c, b), 2 * multiply_sum(a, b) + multiply_sum(c, b))""",
    "multiply_sum-uint8": """\
for _ in range(20):
    a, b = rng.integers(0, 256, size=(2, 6, 6), dtype=np.uint8)
    assert np.isclose(multiply_sum(a, b), np.vdot(a.astype(float), b.astype(float)))""",
    "multiply_sum-layouts": """\
for _ in range(20):
    a, b = rng.normal(size=(2, 5, 6))
    before = a.copy()
    assert np.isclose(multiply_sum(a.T, b.T), np.vdot(a, b)) and (a == before).all()""",
    "multiply_sum-mismatch": "assert refuses(multiply_sum, np.ones((3, 3)), np.ones(3))",
    "convolve-load_colour": 'assert load_image("grace_hopper.jpg").shape == (600, 512, 3)',
    "convolve-load_grey": """\
colour = load_image("grace_hopper.jpg").astype(float)
assert np.abs(load_image("grace_hopper.jpg", grayscale=True) - colour @ [0.299, 0.587, 0.114]).max() <= 1""",
    "convolve-load_missing": """\
try:
    load_image("none.png")
except Exception:
    pass
else:
    raise AssertionError""",
    "convolve-top_left": "assert (top_left(np.arange(12).reshape(3, 4), 2, 9) == np.arange(8).reshape(2, 4)).all()",
    "convolve-shape": "assert tuple(filtered_shape((600, 512, 3), (3, 5, 3))) == (598, 508)",
    "convolve-shape_misfit": "assert refuses(filtered_shape, (3, 3), (4, 1))",
    "convolve-hand": """\
answers = convolve([[1, 0, 2, 1], [3, 1, 0, 2], [0, 2, 1, 1]], [[1, 2], [0, -1]])
assert np.array_equal(answers, [[0, 4, 2], [3, 0, 3]])""",
    "convolve-grey": """\
for _ in range(25):
    image, weights = rng.normal(size=rng.integers(6, 14, size=2)), rng.normal(size=rng.integers(1, 6, size=2))
    assert np.allclose(convolve(image, weights), correlate2d(image, weights, mode="valid"))""",
    "convolve-families": """\
for _ in range(20):
    image, weights = rng.normal(size=(9, 8)), rng.normal(size=(3, 2))
    assert np.allclose(convolve(image, 3 * weights), 3 * convolve(image, weights))""",
    "convolve-colour": """\
for _ in range(20):
    image, weights = rng.normal(size=(9, 8, 3)), rng.normal(size=(3, 2, 3))
    expected = sum(correlate2d(image[..., c], weights[..., c], mode="valid") for c in range(3))
    assert np.allclose(convolve(image, weights), expected)""",
    "convolve-keras": """\
image, weights = rng.normal(size=(24, 24, 3)), rng.normal(size=(5, 5, 3))
expected = sum(correlate2d(image[..., c], weights[..., c], mode="valid") for c in range(3))
assert np.allclose(convolve(image, weights), expected, atol=1e-4)""",
    "convolve-dtypes": """\
image, weights = rng.integers(0, 256, size=(9, 8), dtype=np.uint8), rng.integers(-9, 9, size=(3, 3))
assert np.allclose(convolve(image, weights), correlate2d(image.astype(float), weights, mode="valid"))""",
    "convolve-intact": """\
image, weights = rng.normal(size=(9, 8)), rng.normal(size=(3, 3))
before = image.copy()
convolve(image, weights)
assert (image == before).all()""",
    "convolve-misfit": "assert refuses(convolve, np.ones((3, 3)), np.ones((3, 3, 1)))",
}


def run(*words: object, folder: Path) -> float:
    """Runs a program of this environment; the seconds that it took."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *map(str, words)], cwd=folder, env=SURROUNDINGS, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return time.perf_counter() - started


def alone(judged: Path, folder: Path) -> None:
    """Makes of the course folder one for nbgrader alone: hidden tests in the cells, and its own execution step."""
    shutil.copytree(judged / "source", folder / "source")
    for path in (folder / "source").rglob("*.ipynb"):
        document = json.loads(path.read_text("utf-8"))
        for cell in document["cells"]:
            test = TESTS.get(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))
            if test is not None:
                cell["source"] = f"{START}{test}\n{END}"
            elif "from grader.notebook import check" in "".join(cell["source"]):
                text = "".join(cell["source"]).partition("\n")[2]
                cell["source"] = text.replace("from multiply_sum import multiply_sum", GIVEN)
        path.write_text(json.dumps(document), "utf-8")


def hand_in(folder: Path, students: int) -> None:
    """Hands in for everybody: every other student turns the filter round."""
    for number in range(students):
        target = folder / "submitted" / f"student{number:02}" / "ps1"
        shutil.copytree(folder / "release" / "ps1", target)
        for name in EXERCISES:
            answers = json.loads((folder / "source" / "ps1" / f"{name}.ipynb").read_text("utf-8"))
            for cell in answers["cells"]:
                text = "".join(cell["source"])
                if "HIDDEN TESTS" in text:
                    cell["source"] = ""
                elif number % 2:
                    cell["source"] = text.replace("+ w], weights)", "+ w], weights[::-1, ::-1])")
            (target / f"{name}.ipynb").write_text(json.dumps(answers), "utf-8")


def marks(folder: Path) -> dict[str, Any]:
    """The automatic totals in the gradebook of a folder."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        return {submission.student.id: submission.score for submission in gradebook.assignment_submissions("ps1")}


def main() -> None:
    """Prepares both folders, then lets both commands take turns; prints times, their ratio, and the marks."""
    students = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as scratch:
        judged, executed = Path(scratch) / "judged", Path(scratch) / "executed"
        run("grader", "nbgrader", judged, "--assignment", "ps1", *(f"--exercise={n}" for n in EXERCISES), folder=ROOT)
        executed.mkdir()
        alone(judged, executed)
        for folder in (judged, executed):
            run("nbgrader", "generate_assignment", "ps1", folder=folder)
            hand_in(folder, students)
        seconds: dict[Path, list[float]] = {judged: [], executed: []}
        for _ in range(ROUNDS):
            for folder in seconds:
                shutil.rmtree(folder / ".grader", ignore_errors=True)  # nothing is kept from the last round
                seconds[folder].append(run("nbgrader", "autograde", "ps1", "--force", folder=folder))
        report(students, seconds[executed], seconds[judged], marks(executed), marks(judged))


def report(
    students: int, executed: list[float], judged: list[float], without: dict[str, Any], marked: dict[str, Any]
) -> None:
    """Prints what was measured."""
    print(f"nbgrader autograde of {students * len(EXERCISES)} notebooks, {ROUNDS} rounds in turn, seconds a command:")
    for name, times in (("nbgrader alone", executed), ("with the judge", judged)):
        print(f"  {name}: {' '.join(f'{t:.1f}' for t in times)}   median {statistics.median(times):.1f}")
    print(f"  ratio of the medians: {statistics.median(executed) / statistics.median(judged):.2f}")
    print("marks (alone, with the judge):")
    for student in sorted(marked):
        print(f"  {student}: {without[student]:g} {marked[student]:g}")


if __name__ == "__main__":
    main()
