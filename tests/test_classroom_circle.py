"""The instructor's circle around grading: a download graded, its marks in every file; Gradescope's zip; JUnit."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import Any

import pytest
from corpus import ROOT, lay_over, with_words
from test_class import run

from grader.classroom import autograder as autograder_module

__all__: list[str] = []

CHOSEN = ["multiply_sum", "convolve"]
TYPED = [word for name in CHOSEN for word in ("--exercise", name)]
HOSTILE = "=cmd|'calc'!A0"
ROSTER = f"""student,id,email,group,aliases
Jürgen Müller,1001,jm@uni.example,,
Siobhan O'Brien,1002,so@uni.example,,
"{HOSTILE}",1003,hm@uni.example,,
Noor Haddad,1004,nh@uni.example,,
"""
OVERRIDES = """student,what,points,comment
1001,convolve-reflection,4.5,clear
Siobhan O'Brien,multiply_sum,6,"right idea, =1 slip"
"""
LATE = "due = 2026-11-20T23:59:00+01:00\npercent_a_day = 10\n"
EXTENDED = f"""{LATE}
[[extension]]
student = "1002"
days = 3

[[extension]]
group = "Team 7"
days = 4
"""
GROUPS = """student,id,email,group,aliases
"O'Brien, Siobhan",1002,,,obrien
Li Wei,1003,lw@uni.example,Team 7,
Li Wei,1004,other@uni.example,,
"""
METADATA = """---
submission_1:
  :submitters:
  - :name: Jürgen Müller
    :sid: '1001'
  :created_at: 2026-11-20 12:00:00.000000000 Z
submission_2:
  :submitters:
  - :name: Siobhan O'Brien
    :email: so@uni.example
  :created_at: 2026-11-21 12:00:00.000000000 Z
submission_3:
  :submitters:
  - :name: "line\\nbreak/../.."
    :email: hm@uni.example
  :created_at: 2026-11-20 12:00:00.000000000 Z
"""
CANVAS = f'''Student,ID,SIS User ID,SIS Login ID,Section,CNN (77)
    Points Possible,,,,,35
"Müller, Jürgen",1,1001,jm,A,
"O'Brien, Siobhan",2,1002,so,A,
"=""{HOSTILE}""",3,1003,hm,A,
"Haddad, Noor",4,1004,nh,A,
'''
MOODLE = f"""ID,Vollständiger Name,ID-Nummer,E-Mail-Adresse,Bewertung,Bestwertung
Teilnehmer/in11,Jürgen Müller,,jm@uni.example,,"35,00"
Teilnehmer/in12,Siobhan O'Brien,,so@uni.example,,"35,00"
Teilnehmer/in13,"{HOSTILE}",,hm@uni.example,,"35,00"
Teilnehmer/in14,Noor Haddad,,nh@uni.example,,"35,00"
"""


def modules(kind: str, name: str, scratch: Path) -> dict[str, bytes]:
    """The modules of the first two exercises, those of a golden folder on top of right ones."""
    folder = lay_over(kind, name, name, scratch)
    return {path.name: path.read_bytes() for path in folder.glob("*.py") if path.stem in CHOSEN}


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A download of three, collected, graded with the files of a class, and filled into both gradebooks."""
    at = tmp_path_factory.mktemp("circle")
    works = [("right", "einsum_windows"), ("wrong", "sum_mean"), ("wrong", "convolve_flips_slices")]
    with zipfile.ZipFile(at / "export.zip", "w") as archive:
        archive.writestr("assignment_9_export/submission_metadata.yml", METADATA)
        for number, (kind, name) in enumerate(works, 1):
            for file, data in modules(kind, name, at).items():
                archive.writestr(f"assignment_9_export/submission_{number}/{file}", data)
    for name, text in (("roster.csv", ROSTER), ("overrides.csv", OVERRIDES), ("late.toml", LATE)):
        (at / name).write_text(text, encoding="utf-8")
    (at / "canvas.csv").write_text(CANVAS, encoding="utf-8-sig")
    (at / "moodle.csv").write_text(MOODLE, encoding="utf-8")
    run("collect", at / "export.zip", "--to", at / "in", "--roster", at / "roster.csv")
    files = [word for what in ("roster", "overrides") for word in (f"--{what}", at / f"{what}.csv")]
    files += ["--late", at / "late.toml"]
    told = run("grade", at / "in", "--out", at / "out", *TYPED, *files).stdout
    assert "not submitted: Noor Haddad" in told
    before = (at / "out" / "marks.csv").read_bytes()
    run("marks", at / "out", *files)
    assert (at / "out" / "marks.csv").read_bytes() == before
    run("fill", "canvas", at / "canvas.csv", "--from", at / "out", "--to", at / "canvas_new.csv")
    run(
        "fill",
        "moodle",
        at / "moodle.csv",
        "--from",
        at / "out",
        "--to",
        at / "moodle_new.csv",
        "--feedback",
        at / "f.zip",
    )
    return at


def rows(path: Path, key: str) -> dict[str, dict[str, str]]:
    """The rows of a table by the cells of one column."""
    with open(path, encoding="utf-8-sig", newline="") as stream:
        return {row[key]: row for row in csv.DictReader(stream)}


def test_every_file_holds_the_same_marks(around: Path) -> None:
    marks = rows(around / "out" / "marks.csv", "id")
    results = {}
    for path in (around / "out" / "results").iterdir():
        result = json.loads(path.read_bytes())
        results[result["extra_data"]["student"]] = result["score"]
    canvas = {row["SIS User ID"]: row["CNN (77)"] for row in rows(around / "canvas_new.csv", "ID").values()}
    moodle = {row["E-Mail-Adresse"]: row["Bewertung"] for row in rows(around / "moodle_new.csv", "ID").values()}
    for number in ("1001", "1002", "1003"):
        row = marks[number]
        parts = [float(row[name] or 0) for name in ("automatic", "manual", "penalty", "total")]
        assert parts[0] + parts[1] - parts[2] == pytest.approx(parts[3])
        assert float(row["automatic"]) == results[row["submission"].removeprefix("'")]
        assert canvas[number] == row["total"]
        assert moodle[row["email"]].replace(",", ".") == row["total"]
    assert canvas["1004"] == moodle["nh@uni.example"] == marks["1004"]["total"] == ""


def test_the_marks_are_what_the_files_say(around: Path) -> None:
    marks = rows(around / "out" / "marks.csv", "id")
    names = ("automatic", "manual", "late_days", "penalty", "total")
    right, late = marks["1001"], marks["1002"]
    assert [right[name] for name in names] == ["35", "4.5", "0", "0", "39.5"]
    assert [late[name] for name in names] == ["25", "6", "1", "3.1", "27.9"]
    assert late["comment"] == "right idea, =1 slip"
    assert marks["1003"]["student"] == f"'{HOSTILE}"


def test_grades_and_results_know_nothing_of_the_class(around: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    shutil.copytree(around / "out", plain)
    run("grade", around / "in", "--out", plain, *TYPED)
    assert (plain / "grades.csv").read_bytes() == (around / "out" / "grades.csv").read_bytes()
    for path in (around / "out" / "results").iterdir():
        assert (plain / "results" / path.name).read_bytes() == path.read_bytes()
    # What `grader marks` wrote is out of date as soon as the class is graded without its files.
    assert not (plain / "marks.csv").exists()
    assert "Adjusted by hand" not in "".join(page.read_text("utf-8") for page in (plain / "feedback").iterdir())


def test_pages_and_feedback_show_the_changes(around: Path) -> None:
    with zipfile.ZipFile(around / "f.zip") as archive:
        pages = {name.split("_")[1]: archive.read(name).decode() for name in archive.namelist()}
    assert set(pages) == {"11", "12", "13"}
    assert "convolve-reflection</strong>: 4.5 points on top" in pages["11"]
    assert "1 day late: 3.1 points less" in pages["12"]
    assert "Adjusted by hand" not in pages["13"]
    assert "Noor Haddad" in (around / "out" / "index.html").read_text(encoding="utf-8")


def test_pages_older_than_the_marks_are_not_sent(around: Path, tmp_path: Path) -> None:
    shutil.copytree(around / "out", tmp_path / "out")
    (tmp_path / "more.csv").write_text("student,what,points,comment\n1001,convolve,3,\n", encoding="utf-8")
    run("marks", tmp_path / "out", "--roster", around / "roster.csv", "--overrides", tmp_path / "more.csv")
    words = ("fill", "moodle", around / "moodle.csv", "--from", tmp_path / "out", "--to", tmp_path / "filled.csv")
    told = run(*words, "--feedback", tmp_path / "f.zip", status=2).stderr
    assert "are older than its marks; run grader grade again first" in told
    assert not (tmp_path / "filled.csv").exists()
    assert not (tmp_path / "f.zip").exists()
    run(*words)


def test_who_else_handed_in_for_a_group_is_told(around: Path, tmp_path: Path) -> None:
    """The page of an upload that does not count says so; a time of nobody is named."""
    roster = ROSTER.replace("jm@uni.example,,", "jm@uni.example,T,").replace("so@uni.example,,", "so@uni.example,T,")
    (tmp_path / "roster.csv").write_text(roster, encoding="utf-8")
    told = run("collect", around / "export.zip", "--to", tmp_path / "in", "--roster", tmp_path / "roster.csv").stderr
    assert "the latest upload counts, of 'Siobhan O'Brien'" in told.replace('"', "'")
    shutil.copytree(around / "in", tmp_path / "both")
    with open(tmp_path / "both" / "times.csv", "a", encoding="utf-8") as stream:
        stream.write("Noor Hadad,2026-11-20 12:00:00+00:00\n")
    words = ("--out", tmp_path / "out", "--roster", tmp_path / "roster.csv", *TYPED)
    assert "times of nobody in this class, in times.csv: Noor Hadad" in run("grade", tmp_path / "both", *words).stdout
    page = (tmp_path / "out" / "feedback" / "Jürgen Müller.html").read_text("utf-8")
    assert "This submission does not count" in page
    assert "does not count" not in (tmp_path / "out" / "feedback" / "Siobhan O'Brien.html").read_text("utf-8")
    assert "does not count" not in (tmp_path / "out" / "results" / "Jürgen Müller.json").read_text("utf-8")


def test_a_problem_stops_before_anything_is_graded(around: Path, tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("student,what,points\nnobody at all,convolve,1\n")
    done = run("grade", around / "in", "--out", tmp_path / "out", *TYPED, "--overrides", tmp_path / "o.csv", status=2)
    assert "o.csv, line 2: 'nobody at all' is nobody in this class" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def autograder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a container as Gradescope lays it out: the zip unpacked in `source`."""
    root = tmp_path_factory.mktemp("autograder")
    files = ["--late", _written(root / "late.toml", EXTENDED), "--roster", _written(root / "roster.csv", GROUPS)]
    for name in ("one.zip", "two.zip"):
        run("gradescope", "--to", root / name, *TYPED, *files)
    assert (root / "one.zip").read_bytes() == (root / "two.zip").read_bytes()
    with zipfile.ZipFile(root / "one.zip") as archive:
        archive.extractall(root / "source")
    return root


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def play(autograder: Path) -> Path:
    """The same root with an empty submission, and nothing of an earlier one."""
    for path in [*autograder.glob("submission*/*"), *autograder.glob("results/*"), *autograder.glob("*.json")]:
        path.unlink()
    (autograder / "submission").mkdir(exist_ok=True)
    return autograder


def played(root: Path, python: str = sys.executable) -> dict[str, Any]:
    """What `run_autograder` leaves, run from the folder that Gradescope runs it in."""
    surroundings = {"AUTOGRADER_ROOT": str(root), "AUTOGRADER_PYTHON": python, "PATH": os.environ["PATH"]}
    script = root / "source" / "run_autograder"
    command = ["bash", str(script)]
    done = subprocess.run(command, cwd=root, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (root / "results").iterdir()] == ["results.json"]
    result: dict[str, Any] = json.loads((root / "results" / "results.json").read_bytes())
    return result


def test_the_zip_holds_what_grading_needs_and_no_solution(autograder: Path) -> None:
    with zipfile.ZipFile(autograder / "one.zip") as archive:
        names = set(archive.namelist())
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
        lock = archive.read("requirements.txt")
    assert {name for name, mode in modes.items() if mode & 0o111} == {"setup.sh", "run_autograder"}
    with zipfile.ZipFile(autograder / "one.zip") as archive:
        # What a compressor makes of a file depends on its version.
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
    assert {"course.toml", "grader/suites/test_convolve.py", "grader/suites/recorded/convolve.bin"} <= names
    assert not [name for name in names if name.startswith(("solutions/", "tests/", "grader/artefacts/", "data/sample"))]
    assert "grader/suites/recorded/vgg_assembly.bin" not in names
    assert lock == (ROOT / "requirements-numpy.txt").read_bytes()
    bodies = [path.read_bytes() for path in (ROOT / "solutions").glob("*.py")]
    with zipfile.ZipFile(autograder / "one.zip") as archive:
        assert not [name for name in names if archive.read(name) in bodies]


def test_a_policy_that_cannot_be_read_is_not_packed(tmp_path: Path) -> None:
    late = _written(tmp_path / "late.toml", "due = 2026-11-20T23:59:00\npercent_a_day = 10\n")
    done = run("gradescope", "--to", tmp_path / "a.zip", *TYPED, "--late", late, status=2)
    assert "late.toml, line 1: due has no time zone" in done.stderr
    assert not (tmp_path / "a.zip").exists()


@pytest.mark.parametrize(
    ("late", "roster", "told"),
    [
        (EXTENDED, "", ["late.toml, line 4: '1002' is nobody", "late.toml, line 8: 'Team 7' is nobody", "--roster"]),
        (EXTENDED, "student,id\nAnna,1002\n", ["late.toml, line 8: 'Team 7' is nobody"]),
        (
            EXTENDED,
            "student,id,group\nLi Wei,1002,\nLi Wei,1003,\nBo Berg,1004,Team 7\n",
            ["'Li Wei' (1002) has an extension, a name of several students and no email; write"],
        ),
    ],
)
def test_an_extension_that_gradescope_cannot_know_is_not_packed(
    tmp_path: Path, late: str, roster: str, told: list[str]
) -> None:
    typed = ["--late", _written(tmp_path / "late.toml", late)]
    typed += ["--roster", _written(tmp_path / "roster.csv", roster)] if roster else []
    done = run("gradescope", "--to", tmp_path / "a.zip", *TYPED, *typed, status=2)
    assert [text for text in told if text not in done.stderr] == [], done.stderr
    assert not (tmp_path / "a.zip").exists()


def test_a_planned_exercise_is_not_packed(tmp_path: Path) -> None:
    before, ready, after = (ROOT / "course.toml").read_text(encoding="utf-8").rpartition('status = "ready"')
    _written(with_words(tmp_path) / "course.toml", before + ready.replace("ready", "planned") + after)
    typed = ["--course", tmp_path, "--exercise", "cifar_setup"]
    done = run("gradescope", "--to", tmp_path / "a.zip", *typed, status=2)
    assert "The exercise cifar_setup is planned and cannot be graded yet" in done.stderr


def test_where_there_is_no_source_it_is_no_zero(autograder: Path, tmp_path: Path) -> None:
    script = autograder / "source" / "run_autograder"
    surroundings = {"AUTOGRADER_ROOT": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(["bash", str(script)], env=surroundings, capture_output=True, check=False)
    assert done.returncode == 1
    assert set(json.loads((tmp_path / "results" / "results.json").read_bytes())) == {"output"}


@pytest.mark.parametrize("script", ["setup.sh", "run_autograder"])
def test_the_scripts_are_bash(autograder: Path, script: str) -> None:
    subprocess.run(["bash", "-n", str(autograder / "source" / script)], check=True)


def test_a_submission_is_graded_as_everywhere(play: Path, around: Path) -> None:
    for name, data in modules("wrong", "sum_mean", play).items():
        (play / "submission" / name).write_bytes(data)
    result = played(play)
    assert result["score"] == 25
    assert result["max_score"] == 35
    assert result["extra_data"]["student"] == "submission"
    graded = json.loads((around / "out" / "results" / "Siobhan O'Brien.json").read_bytes())
    assert [test["score"] for test in result["tests"]] == [test["score"] for test in graded["tests"]]


CRASH = "import ctypes\n\n\ndef multiply_sum(a, b):\n    ctypes.string_at(0)\n"
FORK = """import os


def multiply_sum(a, b):
    if os.fork() == 0:
        os._exit(0)
    raise RuntimeError("there are two of us")
"""


def test_a_submission_that_crashes_gets_its_verdict(play: Path) -> None:
    (play / "submission" / "multiply_sum.py").write_text(CRASH)
    result = played(play)
    exercises = result["extra_data"]["exercises"]
    assert result["score"] == 0
    assert (exercises["multiply_sum"]["status"], exercises["convolve"]["status"]) == ("crashed", "missing")


@pytest.mark.parametrize(("filters", "words"), [(True, "PermissionError"), (False, "there are two of us")])
def test_the_filters_on_system_calls_travel_along(play: Path, tmp_path: Path, filters: bool, words: str) -> None:
    (play / "submission" / "multiply_sum.py").write_text(FORK)
    folder = play / "source" / "grader" / "worker" / "filters"
    kept = folder if filters else folder.rename(tmp_path / "filters")
    try:
        assert words in played(play)["tests"][0]["output"]
    finally:
        kept.rename(folder)


@pytest.mark.parametrize(("due", "score"), [(None, 9.0), ("2026-11-20T22:00:00Z", 10.0)])
def test_late_days_count_where_gradescope_knows_no_due_date(play: Path, due: str | None, score: float) -> None:
    metadata = {
        "created_at": "2026-11-21T10:00:00.000000-08:00",
        "assignment": {"due_date": due},
        "users": [{"name": "../../x", "email": "x@uni.example"}],
    }
    (play / "submission_metadata.json").write_text(json.dumps(metadata))
    (play / "submission" / "multiply_sum.py").write_bytes((ROOT / "solutions" / "multiply_sum.py").read_bytes())
    result = played(play)
    assert result["score"] == score
    assert ("Handed in late, days: 1; points less: 1." in str(result.get("output"))) is (due is None)


@pytest.mark.parametrize(
    ("name", "email", "score"),
    [
        ("Siobhan O'Brien", "somewhere@else.example", 10.0),
        ("Obrien", "somewhere@else.example", 10.0),
        ("Wei L.", "LW@uni.example", 10.0),
        ("Li Wei", "other@uni.example", 8.0),
        ("1002", "1002", 8.0),
    ],
)
def test_extensions_are_known_to_gradescope(play: Path, name: str, email: str, score: float) -> None:
    users = [{"name": name, "email": email}]
    metadata = {"created_at": "2026-11-22T10:00:00.000000-08:00", "assignment": {}, "users": users}
    (play / "submission_metadata.json").write_text(json.dumps(metadata))
    assert autograder_module._lateness(play, {"score": 10.0}).get("score", 10.0) == score


@pytest.mark.parametrize("broken", ["python", "recording", "metadata"])
def test_a_failure_of_the_grader_is_no_zero(play: Path, broken: str) -> None:
    recording = play / "source" / "grader" / "suites" / "recorded" / "convolve.bin"
    kept = recording.read_bytes()
    if broken == "recording":
        recording.write_bytes(b"")
    if broken == "metadata":
        (play / "submission_metadata.json").write_text("{")
    result = played(play, "false" if broken == "python" else sys.executable)
    recording.write_bytes(kept)
    assert set(result) == {"output"}
    assert "grader itself failed" in str(result["output"])


def test_junit_holds_the_same_verdicts(around: Path, tmp_path: Path) -> None:
    suite = ROOT / "grader" / "suites" / "test_multiply_sum.py"
    command = [sys.executable, "-m", "pytest", str(suite), "--submission", str(around / "in" / "Siobhan O'Brien")]
    done = subprocess.run(
        [*command, "--junitxml", str(tmp_path / "j.xml"), "-q"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    cases = ET.parse(tmp_path / "j.xml").getroot().iter("testcase")
    passed = [case.find("failure") is None and case.find("skipped") is None for case in cases]
    graded = json.loads((around / "out" / "results" / "Siobhan O'Brien.json").read_bytes())
    tests = [test for test in graded["tests"] if test["number"].startswith("1.")]
    assert passed == [test["status"] == "passed" for test in tests]
    assert len(passed) == 6
