"""nbgrader's own pipeline with the judge in it: stock commands, our marks, and nothing of the tests for students."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands import run_module
from corpus import ROOT
from nbgrader.api import Gradebook

from grader import course as courses
from grader.errors import GraderError
from grader.handout.notebooks import ANSWER, notebook, reflections

__all__: list[str] = []

COURSE = courses.load(ROOT / "course.toml")
EXERCISES = ["multiply_sum", "convolve"]
CHOSEN = [f"--exercise={name}" for name in EXERCISES]
# nbgrader and alembic, which it starts, lie beside this Python.
SURROUNDINGS = {**os.environ, "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])}

Notebook = dict[str, Any]
Edit = Callable[[str, Notebook], None]


def run(program: str, *words: object, folder: Path = ROOT, status: int = 0) -> str:
    """Runs a program of this environment in `folder`; what it printed."""
    done = run_module(program, *words, folder=folder, environment=SURROUNDINGS)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def read(path: Path) -> Notebook:
    """A notebook, the sources of its cells as text."""
    document: Notebook = json.loads(path.read_text("utf-8"))
    for cell in document["cells"]:
        cell["source"] = "".join(cell["source"])
    return document


def marked(document: Notebook) -> dict[str, Notebook]:
    """The cells that nbgrader knows, by grade_id."""
    cells = [cell for cell in document["cells"] if "nbgrader" in cell["metadata"]]
    return {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in cells}


def hand_in(folder: Path, student: str, edit: Edit, leave_out: str = "") -> None:
    """Hands in the released notebooks with the answers of `source/`, changed by `edit`."""
    target = folder / "submitted" / student / "ps1"
    target.mkdir(parents=True)
    (target / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC\n")
    for name in EXERCISES:
        released, answers = read(folder / f"release/ps1/{name}.ipynb"), read(folder / f"source/ps1/{name}.ipynb")
        for grade_id, cell in marked(released).items():
            if cell["metadata"]["nbgrader"]["solution"] and cell["cell_type"] == "code":
                cell["source"] = marked(answers)[grade_id]["source"].replace("### BEGIN SOLUTION", "")
        edit(name, released)
        if name != leave_out:
            (target / f"{name}.ipynb").write_text(json.dumps(released), "utf-8")


def as_it_is(name: str, document: Notebook) -> None:
    """Changes nothing."""


def untouched(name: str, document: Notebook) -> None:
    """Takes every answer back."""
    document.update(read(ROOT / "exercises" / f"{name}.ipynb"))


def turned(name: str, document: Notebook) -> None:
    """Turns the filter of `convolve` round."""
    for cell in document["cells"]:
        cell["source"] = cell["source"].replace("+ w], weights)", "+ w], weights[::-1, ::-1])")


def tampered(name: str, document: Notebook) -> None:
    """Gives a wrong answer, deletes a test cell, and makes others say what they like."""
    cells = marked(document)
    if name == "multiply_sum":
        document["cells"].remove(cells["multiply_sum-uint8"])
        hand = cells["multiply_sum-hand"]
        hand["metadata"]["nbgrader"] |= {"solution": True, "points": 100}
        hand["source"] = "1000.0"
        cells["multiply_sum-agrees"]["source"] = "2.0"
        cells["multiply_sum-task-1"]["source"] = (
            "import numpy as np\nnp.testing.assert_allclose = lambda *a, **k: None\n"
            "check = lambda name: 10.0\n\ndef multiply_sum(a, b):\n    return 100.0\n"
        )


STUDENTS: dict[str, tuple[Edit, str]] = {
    "ada": (as_it_is, ""),
    "ben": (untouched, ""),
    "cem": (turned, ""),
    "dora": (tampered, ""),
    "emil": (as_it_is, "multiply_sum"),
}


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder of nbgrader in which five students have handed in and were graded by nbgrader's own commands."""
    folder = tmp_path_factory.mktemp("nbgrader")
    run("grader", "nbgrader", folder, "--assignment", "ps1", *CHOSEN)
    run("nbgrader", "generate_assignment", "ps1", folder=folder)
    for student, (edit, leave_out) in STUDENTS.items():
        hand_in(folder, student, edit, leave_out)
    run("nbgrader", "autograde", "ps1", folder=folder)
    return folder


@pytest.fixture(scope="module")
def our_marks(class_folder: Path) -> dict[str, dict[str, float]]:
    """What `grader grade` makes of the same folder: student to grade_id to points."""
    out = class_folder.parent / f"{class_folder.name}-out"
    run("grader", "grade", class_folder / "submitted", "--assignment", "ps1", "--out", out, *CHOSEN)
    marks = {}
    for student in STUDENTS:
        result = json.loads((out / "results" / f"{student}.json").read_text("utf-8"))
        checks = [check for name in EXERCISES for check in COURSE.exercise(name).checks]
        names = [f"{name}-{check.name}" for name in EXERCISES for check in COURSE.exercise(name).checks]
        assert len(result["tests"]) in (0, len(checks))
        marks[student] = dict(zip(names, [test["score"] for test in result["tests"]], strict=False))
    return marks


def grades_of(folder: Path, student: str) -> dict[str, float | None]:
    """The automatic points of a student in nbgrader's gradebook, by grade_id."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        notebooks = gradebook.find_submission("ps1", student).notebooks
        return {grade.name: grade.auto_score for notebook in notebooks for grade in notebook.grades}


def test_notebooks_are_what_nbgrader_would_release(tmp_path: Path) -> None:
    """The committed notebooks and nbgrader's own of the same source are the same bytes."""
    run("grader", "nbgrader", tmp_path, "--assignment", "ps1")
    run("nbgrader", "generate_assignment", "ps1", folder=tmp_path)
    for exercise in COURSE.ready:
        released = (tmp_path / "release" / "ps1" / f"{exercise.name}.ipynb").read_bytes()
        assert released == (ROOT / "exercises" / f"{exercise.name}.ipynb").read_bytes()


@pytest.mark.parametrize("exercise", COURSE.ready, ids=lambda exercise: exercise.name)
def test_a_released_notebook_holds_calls_and_no_tests(exercise: courses.Exercise) -> None:
    cells = marked(read(ROOT / "exercises" / f"{exercise.name}.ipynb"))
    tests = {name: cell for name, cell in cells.items() if cell["metadata"]["nbgrader"]["locked"]}
    assert {name: cell["source"] for name, cell in tests.items()} == {
        f"{exercise.name}-{check.name}": f'check("{exercise.name}.{check.name}")' for check in exercise.checks
    }
    assert sum(cell["metadata"]["nbgrader"]["points"] for cell in tests.values()) == exercise.points
    answers = [cell for name, cell in cells.items() if name not in tests]
    assert {cell["source"] for cell in answers if cell["cell_type"] == "markdown"} <= {ANSWER}
    assert all("raise NotImplementedError" in cell["source"] for cell in answers if cell["cell_type"] == "code")


def test_two_or_three_answers_are_graded_by_hand() -> None:
    sources = [(ROOT / "solutions" / f"{exercise.name}.py").read_text("utf-8") for exercise in COURSE.ready]
    assert [points for source in sources for points in reflections(source).values()] == [2.0, 2.0, 2.0]


def test_each_check_has_one_cell() -> None:
    exercise = COURSE.exercise("multiply_sum")
    source = (ROOT / "solutions" / "multiply_sum.py").read_text("utf-8")
    unnamed = json.loads(notebook(exercise, source.replace('"uint8", ', ""), solved=False))
    assert "".join(unnamed["cells"][-1]["source"]) == 'check("multiply_sum.uint8")'
    with pytest.raises(GraderError, match=r"multiply_sum.py: 2 cells name the check 'hand'"):
        notebook(exercise, source.replace('"uint8"', '"hand"'), solved=False)
    with pytest.raises(GraderError, match="'uint9', which the index does not have"):
        notebook(exercise, source.replace('"uint8"', '"uint9"'), solved=False)


def test_nbgrader_has_the_marks_of_the_grader(class_folder: Path, our_marks: dict[str, dict[str, float]]) -> None:
    for student, marks in our_marks.items():
        automatic = {
            name: points for name, points in grades_of(class_folder, student).items() if name != "convolve-turned"
        }
        assert automatic == marks, student
    totals = {student: sum(marks.values()) for student, marks in our_marks.items()}
    assert totals["ada"] == 35
    assert totals["ben"] == 0
    assert 0 < totals["cem"] < 35
    assert totals["emil"] < 35
    assert our_marks["dora"]["multiply_sum-hand"] == our_marks["dora"]["multiply_sum-uint8"] == 0


def test_exported_grades_hold_the_same_totals(class_folder: Path, our_marks: dict[str, dict[str, float]]) -> None:
    run("nbgrader", "export", folder=class_folder)
    with open(class_folder / "grades.csv", encoding="utf-8", newline="") as stream:
        exported = {row["student_id"]: float(row["score"]) for row in csv.DictReader(stream)}
    assert exported == {student: sum(marks.values()) for student, marks in our_marks.items()}


def test_feedback_names_the_mistake_and_shows_no_test(class_folder: Path) -> None:
    run("nbgrader", "generate_feedback", "ps1", "--student", "cem", folder=class_folder)
    page = (class_folder / "feedback" / "cem" / "ps1" / "convolve.html").read_text("utf-8")
    assert "flipped filter" in page
    assert "data:image/png;base64," in page
    assert "not run" in page
    probes = (ROOT / "grader" / "suites" / "convolve_probes.py").read_text("utf-8").splitlines()
    assert [line for line in probes if len(line) > 60 and line in page] == []


def test_a_deleted_test_cell_is_back_and_a_changed_one_is_right(class_folder: Path) -> None:
    cells = marked(read(class_folder / "autograded" / "dora" / "ps1" / "multiply_sum.ipynb"))
    for name in ("hand", "agrees", "uint8"):
        cell = cells[f"multiply_sum-{name}"]
        assert cell["source"] == f'check("multiply_sum.{name}")'
        assert cell["metadata"]["nbgrader"]["points"] == COURSE.exercise("multiply_sum").check(name).points
        (output,) = cell["outputs"]
        assert "".join(output["data"]["text/plain"]) == "0"
        assert ("failed" if name == "hand" else "It waits for") in "".join(output["data"]["text/html"])


def test_marks_by_hand_survive_a_new_run(class_folder: Path) -> None:
    url = f"sqlite:///{class_folder / 'gradebook.db'}"
    with Gradebook(url) as gradebook:
        for name, points in (("convolve-turned", 1.5), ("convolve-hand", 0.5)):
            gradebook.find_grade(name, "convolve", "ps1", "ada").manual_score = points
        gradebook.db.commit()
    run("nbgrader", "autograde", "ps1", "--student", "ada", "--force", folder=class_folder)
    with Gradebook(url) as gradebook:
        found = {
            name: gradebook.find_grade(name, "convolve", "ps1", "ada") for name in ("convolve-turned", "convolve-hand")
        }
        assert {name: grade.score for name, grade in found.items()} == {"convolve-turned": 1.5, "convolve-hand": 0.5}
        assert found["convolve-hand"].auto_score == 2
        for grade in found.values():
            grade.manual_score = None
        gradebook.db.commit()
    # The others were not graded again, and are still there.
    rows = (class_folder / ".grader" / "ps1" / "grades.csv").read_text("utf-8").splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == sorted(STUDENTS)


def test_without_the_judge_every_test_cell_gives_nothing(class_folder: Path, tmp_path: Path) -> None:
    """An instructor who forgets the line sees zeros at once, not other marks."""
    for name in ("source", "release", "gradebook.db"):
        copy = shutil.copytree if (class_folder / name).is_dir() else shutil.copyfile
        copy(class_folder / name, tmp_path / name)
    (tmp_path / "submitted").mkdir()
    shutil.copytree(class_folder / "submitted" / "ada", tmp_path / "submitted" / "ada")
    run("nbgrader", "autograde", "ps1", folder=tmp_path)
    marks = grades_of(tmp_path, "ada")
    assert len(marks) == 21
    assert {name: points for name, points in marks.items() if points and name != "convolve-turned"} == {}


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two students' modules: one has all right, one has touched nothing."""
    folder = tmp_path_factory.mktemp("modules")
    shutil.copytree(ROOT / "tests" / "submissions" / "base", folder / "Zoë, O'Brien")
    shutil.copytree(ROOT / "exercises", folder / "Yuki", ignore=shutil.ignore_patterns("*.ipynb"))
    return folder


def test_modules_get_their_marks_into_a_new_gradebook(modules: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    words = ("grader", "grade", modules, "--out", tmp_path / "out", *CHOSEN, "--gradebook", url)
    assert "--assignment NAME; it has none yet" in run(*words, status=2)
    assert "the marks of 2 students" in run(*words, "--assignment", "ps1")
    assert sum(grades_of(tmp_path, "Zoë, O'Brien").values()) == 35  # type: ignore[arg-type]
    assert set(grades_of(tmp_path, "Yuki").values()) == {0.0}
    # Once the gradebook has one assignment, nothing is left to say.
    assert "the marks of 2 students" in run(*words)


def test_other_points_in_the_gradebook_stop_everything(modules: Path, class_folder: Path, tmp_path: Path) -> None:
    shutil.copyfile(class_folder / "gradebook.db", tmp_path / "gradebook.db")
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    with Gradebook(url) as gradebook:
        gradebook.find_grade_cell("convolve-misfit", "convolve", "ps1").max_score = 7
        gradebook.db.commit()
    words = ("grader", "grade", modules, "--out", tmp_path / "out", *CHOSEN, "--gradebook", url)
    message = run(*words, status=1)
    assert re.search(r"convolve-misfit gives [12] points in the course and 7 in the gradebook", message)
    assert "Warning" not in message
    with Gradebook(url) as gradebook:
        grades = [grade for book in gradebook.find_submission("ps1", "Zoë, O'Brien").notebooks for grade in book.grades]
        assert len(grades) == 21
        assert {grade.auto_score for grade in grades} == {None}


def test_a_gradebook_that_cannot_be_opened_is_named(modules: Path, tmp_path: Path) -> None:
    words = ("grader", "grade", modules, "--out", tmp_path / "out", *CHOSEN, "--assignment", "ps1", "--gradebook")
    message = run(*words, f"sqlite:///{tmp_path / 'none' / 'gradebook.db'}", status=2)
    assert "cannot be opened" in message
    assert "cannot be opened" in run(*words, "gradebook.db", status=2)


def test_what_was_changed_by_hand_is_not_overwritten(class_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(class_folder / "source", tmp_path / "source")
    path = tmp_path / "source" / "ps1" / "convolve.ipynb"
    path.write_text(path.read_text("utf-8") + " ", "utf-8")
    words = ("grader", "nbgrader", tmp_path, "--assignment", "ps1", *CHOSEN)
    assert "convolve.ipynb differs from what is made here" in run(*words, status=2)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    printed = run(*words, "--force")
    for line in (
        "c.Autograde.autograde_preprocessors = ['grader.gradebook.Judge'",
        "c.Judge.course",
        "c.ClearSolutions.",
    ):
        assert line in printed
    assert (tmp_path / "nbgrader_config.py").read_text() == "c = get_config()\n"


def test_an_assignment_is_a_plain_name(modules: Path, tmp_path: Path) -> None:
    for name in ("../ps1", "", ".."):
        message = run("grader", "grade", modules, "--out", tmp_path / "out", "--assignment", name, status=2)
        assert "is no name of an assignment" in message
    message = run("grader", "grade", modules, "--out", tmp_path / "out", "--assignment", "ps2", status=2)
    assert "a folder 'ps2' in that of each student" in message


def test_a_student_who_is_not_there_is_named(modules: Path, tmp_path: Path) -> None:
    message = run("grader", "grade", modules, "--out", tmp_path / "out", "--student", "Yukki", status=2)
    assert "There is no submission of Yukki; did you mean 'Yuki'?" in message


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Convolutions (7)
    Points Possible,,,,,35
"Lovelace, Ada",1,s1,ada,A,
"Öz, Cem",2,s2,cem,A,
"""
MOODLE = """Identifier,Full name,Email address,Status,Grade,Maximum Grade,Feedback comments
Participant 11,Ada Lovelace,ada@uni.example,Submitted,,"35,00",
Participant 12,Cem Öz,cem@uni.example,Submitted,,"35,00",
"""
ROSTER = "student,id,email,aliases\nAda Lovelace,s1,ada@uni.example,ada\nCem Öz,s2,cem@uni.example,cem\n"


def table(path: Path, key: str, value: str) -> dict[str, float]:
    """Two columns of a table, the second as numbers, decimal commas or not; rows without a number are left out."""
    with open(path, encoding="utf-8-sig", newline="") as stream:
        cells = {row[key]: row[value].replace(",", ".") for row in csv.DictReader(stream)}
    return {name: float(cell) for name, cell in cells.items() if cell and "Points" not in name}


def test_the_circle_from_a_release_to_every_gradebook(tmp_path: Path) -> None:
    """One student fills in the stubs, one a notebook; five files hold the same two marks."""
    run("grader", "release", "--out", tmp_path / "handout", *CHOSEN)
    (bundle,) = [path for path in (tmp_path / "handout").iterdir() if path.is_dir()]
    folder = tmp_path / "course"
    run("grader", "nbgrader", folder, "--assignment", "ps1", *CHOSEN)
    run("nbgrader", "generate_assignment", "ps1", folder=folder)
    for student in ("ada", "cem"):
        shutil.copytree(bundle / "exercises", folder / "submitted" / student / "ps1")
    for name in EXERCISES:
        shutil.copyfile(ROOT / "solutions" / f"{name}.py", folder / "submitted" / "ada" / "ps1" / f"{name}.py")
        answers = read(folder / "source" / "ps1" / f"{name}.ipynb")
        turned(name, answers)
        (folder / "submitted" / "cem" / "ps1" / f"{name}.ipynb").write_text(json.dumps(answers), "utf-8")
    for name, text in (("canvas.csv", CANVAS), ("moodle.csv", MOODLE), ("roster.csv", ROSTER)):
        (tmp_path / name).write_text(text, "utf-8")

    run("nbgrader", "autograde", "ps1", folder=folder)
    run("nbgrader", "export", folder=folder)
    out = tmp_path / "out"
    typed = ("--assignment", "ps1", "--out", out, "--roster", tmp_path / "roster.csv", *CHOSEN)
    run("grader", "grade", folder / "submitted", *typed)
    for kind in ("canvas", "moodle"):
        run("grader", "fill", kind, tmp_path / f"{kind}.csv", "--from", out, "--to", tmp_path / f"filled_{kind}.csv")

    marks = list(table(folder / "grades.csv", "student_id", "score").values())
    assert marks[0] == 35
    assert 0 < marks[1] < 35
    assert list(table(out / "grades.csv", "student", "total").values()) == marks
    assert list(table(out / "marks.csv", "student", "total").values()) == marks
    assert list(table(tmp_path / "filled_canvas.csv", "Student", "Convolutions (7)").values()) == marks
    assert list(table(tmp_path / "filled_moodle.csv", "Full name", "Grade").values()) == marks


def test_checks_that_come_later_get_their_marks_too(modules: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    words = ("grader", "grade", modules, "--out", tmp_path / "out", "--assignment", "ps1", "--gradebook", url)
    run(*words, CHOSEN[0])
    assert sum(grades_of(tmp_path, "Zoë, O'Brien").values()) == 10  # type: ignore[arg-type]
    run(*words, *CHOSEN)
    assert sum(grades_of(tmp_path, "Zoë, O'Brien").values()) == 35  # type: ignore[arg-type]


def test_a_gradebook_does_not_go_with_the_files_of_a_class(modules: Path, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text("student\nYuki\n", "utf-8")
    words = ("--gradebook", f"sqlite:///{tmp_path / 'gradebook.db'}", "--roster", tmp_path / "roster.csv")
    message = run("grader", "grade", modules, "--out", tmp_path / "out", *CHOSEN, *words, status=2)
    assert "leave out --roster" in message.lower()
    assert not (tmp_path / "out" / "grades.csv").exists()


def test_a_test_cell_of_somebody_else_is_named_and_nobody_gets_a_mark(class_folder: Path, tmp_path: Path) -> None:
    for name in ("gradebook.db", "nbgrader_config.py"):
        shutil.copyfile(class_folder / name, tmp_path / name)
    shutil.copytree(class_folder / "submitted" / "ada", tmp_path / "submitted" / "ada")
    (tmp_path / "source" / "ps1").mkdir(parents=True)
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        gradebook.add_grade_cell("cell-1f2e", "convolve", "ps1", max_score=3, cell_type="code")
    message = run("nbgrader", "autograde", "ps1", "--force", folder=tmp_path, status=1)
    assert "The test cell cell-1f2e of convolve is no check of the course" in message
    assert not (tmp_path / "autograded" / "ada" / "ps1").exists()


def test_a_run_that_fails_leaves_no_older_mark(class_folder: Path, tmp_path: Path) -> None:
    for name in ("gradebook.db", "nbgrader_config.py"):
        shutil.copyfile(class_folder / name, tmp_path / name)
    for name in ("submitted", ".grader"):
        shutil.copytree(class_folder / name, tmp_path / name)
    (tmp_path / "source" / "ps1").mkdir(parents=True)
    results = tmp_path / ".grader" / "ps1" / "results"
    shutil.rmtree(results)
    results.symlink_to(tmp_path)  # the grader writes nothing through links
    message = run("nbgrader", "autograde", "ps1", "--student", "ada", "--force", folder=tmp_path, status=1)
    assert "Nothing was graded." in message
    assert "is a link" in message


def test_nothing_is_added_to_an_assignment_that_nbgrader_generated(
    modules: Path, class_folder: Path, tmp_path: Path
) -> None:
    shutil.copyfile(class_folder / "gradebook.db", tmp_path / "gradebook.db")
    words = ("--gradebook", f"sqlite:///{tmp_path / 'gradebook.db'}", "--exercise", "filter_design")
    message = run("grader", "grade", modules, "--out", tmp_path / "out", *words, status=1)
    assert "nbgrader generated ps1 without filter_design-line" in message
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        names = [notebook.name for notebook in gradebook.find_assignment("ps1").notebooks]
    assert sorted(names) == ["convolve", "multiply_sum"]
