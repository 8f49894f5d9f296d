"""Times `nbgrader autograde` with the judge in it against nbgrader alone, on the same class, in one run.

    python tests/bench/autograde.py [STUDENTS]

Each student hands in two notebooks. Alone, nbgrader executes them with tests in hidden cells, as an instructor would
write them; with the judge, test cells hold a call and `grader grade` does the work. Both commands take turns.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

if __name__ == "__main__":
    here = Path(__file__).resolve()
    sys.path[:1] = [str(here.parents[2]), str(here.parents[1])]  # in the place of this folder

from bench.hidden import cell_of, checks_of
from bench.notebooks import run, scores

__all__: list[str] = []

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = ("multiply_sum", "convolve")
ROUNDS = 3
Scores = dict[str, tuple[float, float]]

# Notebooks are executed one by one, before the next one is there to be imported.
GIVEN = "def multiply_sum(a, b):\n    return float((np.asarray(a, dtype=float) * np.asarray(b, dtype=float)).sum())"
# What an instructor would write: one hidden cell a check.
TESTS = {f"{name}-{check}": cell_of(name, check) for name in EXERCISES for check in checks_of(name)}


def alone(judged: Path, folder: Path) -> None:
    """Makes of the course folder one for nbgrader alone: hidden tests in the cells, and its own execution step."""
    shutil.copytree(judged / "source", folder / "source")
    for path in (folder / "source").rglob("*.ipynb"):
        document = json.loads(path.read_text("utf-8"))
        for cell in document["cells"]:
            test = TESTS.get(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))
            if test is not None:
                cell["source"] = test
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
        report(students, seconds[executed], seconds[judged], scores(executed), scores(judged))


def report(students: int, executed: list[float], judged: list[float], without: Scores, marked: Scores) -> None:
    """Prints what was measured."""
    print(f"nbgrader autograde of {students * len(EXERCISES)} notebooks, {ROUNDS} rounds in turn, seconds a command:")
    for name, times in (("nbgrader alone", executed), ("with the judge", judged)):
        print(f"  {name}: {' '.join(f'{t:.1f}' for t in times)}   median {statistics.median(times):.1f}")
    print(f"  ratio of the medians: {statistics.median(executed) / statistics.median(judged):.2f}")
    print("marks (alone, with the judge):")
    for student in sorted(marked):
        print(f"  {student}: {without[student][0]:g} {marked[student][0]:g}")


if __name__ == "__main__":
    main()
