"""A whole class through the command line: files, exit status, resuming, and marks that do not depend on the machine."""

from __future__ import annotations

import csv
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import build_sample_class
import pytest
from commands import run_module
from corpus import ROOT, lay_over

from grader.__main__ import main as start

__all__: list[str] = []

SAMPLE = ROOT / "data" / "sample_class"
EXERCISES = ["multiply_sum", "convolve", "filter_design", "vgg_assembly", "cifar_setup"]
HEADER = ["student", *EXERCISES, "total", "max_total", "status"]
# The exercises that need no TensorFlow, as they are typed.
NUMPY = [word for name in EXERCISES[:3] for word in ("--exercise", name)]


def command(*arguments: object) -> list[str]:
    """The command line of `grader`."""
    return [sys.executable, "-m", "grader", *map(str, arguments)]


def run(*arguments: object, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Runs `grader` and holds its exit status against `status`."""
    done = run_module("grader", *arguments)
    assert done.returncode == status, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return done


def rows(out: Path) -> dict[str, dict[str, str]]:
    """The rows of grades.csv by student."""
    with open(out / "grades.csv", encoding="utf-8", newline="") as stream:
        return {row["student"]: row for row in csv.DictReader(stream)}


MARKS = {
    "'-Sam Karlsson": ["10", "11", "18"],
    "'=Ines Duarte": ["10", "21", "0"],
    "Adaeze Okafor": ["10", "25", "20"],
    "Charlotte Dubois": ["10", "23", "20"],
    "Emre Y\u0131lmaz": ["10", "11", "7"],
    "Grete Lindqvist": ["8", "18", "12"],
    "Li Wei": ["10", "25", "20"],
    "Müller, Jürgen": ["10", "25", "20"],
    "Noor Haddad": ["0", "0", "0"],
    "Ravi Menon": ["10", "11", "0"],
    "Siobhan O'Brien": ["10", "11", "17"],
    "Tomasz Zielinski": ["8", "23", "17"],
}


@contextmanager
def busy() -> Iterator[None]:
    """Keeps every processor busy meanwhile."""
    spinners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample class, graded by one judge."""
    out = tmp_path_factory.mktemp("sample") / "out"
    done = run("grade", SAMPLE, "--out", out, "--jobs", 1, *NUMPY)
    assert "ours" in done.stdout
    assert done.stderr == ""
    return out


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A class of three: all right, a stub, a broken archive."""
    folder = tmp_path / "class"
    folder.mkdir()
    lay_over("right", "einsum_windows", "=right", folder)
    shutil.copytree(ROOT / "exercises", folder / "stub, untouched")
    (folder / "torn.zip").write_bytes(b"PK\3\4 torn")
    (folder / "notes.txt").write_text("a loose file")
    return folder


def test_the_sample_class_has_the_files_of_the_contract(graded: Path) -> None:
    with open(graded / "grades.csv", encoding="utf-8", newline="") as stream:
        table = list(csv.reader(stream))
    assert table[0] == HEADER
    students = [row[0] for row in table[1:]]
    assert len(students) == 12
    assert {row[-2] for row in table[1:]} == {"55"}
    assert {row[4] for row in table[1:]} == {row[5] for row in table[1:]} == {""}
    assert {row[0]: row[1:4] for row in table[1:]} == MARKS
    for student in students:
        plain = student.removeprefix("'")
        result = json.loads((graded / "results" / f"{plain}.json").read_bytes())
        assert result["max_score"] == 55
        assert set(result["extra_data"]["exercises"]) == set(HEADER[1:4])
        assert (graded / "feedback" / f"{plain}.html").is_file()
    assert (graded / "index.html").is_file()


def test_marks_do_not_depend_on_jobs_or_load(graded: Path, tmp_path: Path) -> None:
    with busy():
        run("grade", SAMPLE, "--out", tmp_path / "out", "--jobs", 2, *NUMPY)
    assert (tmp_path / "out" / "grades.csv").read_bytes() == (graded / "grades.csv").read_bytes()
    for page in sorted((graded / "feedback").iterdir()):
        assert (tmp_path / "out" / "feedback" / page.name).read_bytes() == page.read_bytes()


def kept_in(out: Path) -> dict[str, int]:
    """When each kept result was written, by its name."""
    store = out / ".grader" / "store"
    return {
        path.name: path.stat().st_mtime_ns for path in store.iterdir() if re.fullmatch("[0-9a-f]{64}.json", path.name)
    }


def test_what_is_unchanged_is_kept(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("grade", small, "--out", out, "--exercise", "multiply_sum")
    first = kept_in(out)
    run("grade", small, "--out", out, "--exercise", "multiply_sum", "--resume")
    assert kept_in(out) == first
    with open(small / "=right" / "multiply_sum.py", "a", encoding="utf-8") as stream:
        stream.write("\n\ndef multiply_sum(a, b):\n    return 0.0\n")
    run("grade", small, "--out", out, "--exercise", "multiply_sum")
    assert rows(out)["'=right"]["multiply_sum"] == "0"
    second = kept_in(out)
    assert first.items() <= second.items()
    assert len(second) == len(first) + 1
    run("grade", small, "--out", out, "--exercise", "multiply_sum", "--fresh")
    third = kept_in(out)
    assert third.keys() == second.keys()
    assert third.items().isdisjoint(second.items() - first.items())


def test_rows_names_and_refusals(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("grade", small, "--out", out, "--exercise", "multiply_sum", "--exercise", "filter_design")
    assert "\nrefused: torn: " in f"\n{done.stdout}"
    table = rows(out)
    assert set(table) == {"'=right", "stub, untouched", "torn"}
    assert [table["'=right"][name] for name in HEADER[1:]] == ["10", "", "20", "", "", "30", "30", "graded"]
    assert table["torn"]["status"] == "refused"
    assert (table["torn"]["total"], table["stub, untouched"]["total"]) == ("0", "0")
    assert json.loads((out / "results" / "=right.json").read_bytes())["score"] == 30
    assert "broken" in (out / "feedback" / "torn.html").read_text("utf-8")


def test_students_who_left_leave_no_files(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("grade", small, "--out", out, "--exercise", "multiply_sum")
    (out / "results" / "mine.json").write_text("{}")
    (small / "torn.zip").unlink()
    run("grade", small, "--out", out, "--exercise", "multiply_sum")
    assert {path.name for path in (out / "results").iterdir()} == {"=right.json", "stub, untouched.json", "mine.json"}


def test_a_name_that_cannot_be_used(small: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "exercises", small / "two\nlines")
    done = run("grade", small, "--out", tmp_path / "out", "--exercise", "multiply_sum", status=1)
    assert "two\\nlines" in done.stderr or "two\\x0alines" in done.stderr
    assert set(rows(tmp_path / "out")) == {"'=right", "stub, untouched", "torn"}


@pytest.mark.parametrize(
    ("arguments", "status", "word"),
    [
        (["grade", "nowhere", "--out", "{tmp}/out"], 2, "nowhere"),
        (["grade", "{small}", "--out", "{small}/out"], 2, "--out"),
        (["grade", "{small}", "--out", "{tmp}/out", "--exercise", "convolv"], 2, "convolve"),
        (["grade", "{small}", "--out", "{tmp}/out", "--jobs", "0"], 2, "--jobs"),
        (["grade", "{small}", "--out", "{tmp}/out", "--course", "{tmp}"], 2, "course.toml"),
        (["grade", "{small}"], 2, "--out"),
    ],
)
def test_unusable_arguments(small: Path, tmp_path: Path, arguments: list[str], status: int, word: str) -> None:
    typed = [argument.format(small=small, tmp=tmp_path) for argument in arguments]
    assert word in run(*typed, status=status).stderr
    assert not (tmp_path / "out").exists()


def test_the_work_of_one_student_is_no_class(small: Path, tmp_path: Path) -> None:
    said = run("grade", small / "=right", "--out", tmp_path / "out", status=2).stderr
    assert "If it is the work of one student, name the folder around it." in said


def test_two_runs_on_one_folder(small: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / ".grader").mkdir(parents=True)
    with open(tmp_path / "out" / ".grader" / "lock", "w", encoding="ascii") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        for words in (["grade", small, "--out", tmp_path / "out"], ["marks", tmp_path / "out"]):
            assert "Another run" in run(*words, status=4).stderr


def test_marks_of_a_folder_that_is_none(tmp_path: Path) -> None:
    assert "holds no records" in run("marks", tmp_path / "outt", status=2).stderr
    assert not (tmp_path / "outt").exists()


def test_ctrl_c_while_the_command_is_only_being_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("grader.__main__.import_module", interrupted)
    assert (start(), capsys.readouterr().err) == (130, "grader: interrupted\n")


def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    """The whole run is killed once something is kept; the next one ends with the marks of an undisturbed one."""
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    names = ["convolve_never_ends", "sum_mean", "sum_absolute", "quiz_misspelt", "prewitt_of_ones"]
    for number, name in enumerate(names):
        lay_over("wrong", name, f"student {number}", folder)
    process = subprocess.Popen(
        command("grade", folder, "--out", out, "--jobs", 1, *NUMPY), cwd=ROOT, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not (out / ".grader" / "store").exists() or len(kept_in(out)) < 4:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (out / "grades.csv").exists()
    kept = kept_in(out)
    run("grade", folder, "--out", out, "--jobs", 1, *NUMPY)
    assert kept.items() <= kept_in(out).items()
    run("grade", folder, "--out", tmp_path / "undisturbed", "--jobs", 2, *NUMPY)
    assert (out / "grades.csv").read_bytes() == (tmp_path / "undisturbed" / "grades.csv").read_bytes()


def test_an_interrupted_run_says_how_to_go_on(tmp_path: Path) -> None:
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    for number in range(4):
        target = lay_over("wrong", "convolve_never_ends", f"slow {number}", folder)
        with open(target / "convolve.py", "a", encoding="utf-8") as stream:
            stream.write(f"\n# {number}\n")
    with subprocess.Popen(
        command("grade", folder, "--out", out, "--jobs", 1, *NUMPY), cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None and not (out.exists() and list((out / ".grader" / "store").glob("*.json"))):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert "go on" in process.communicate(timeout=60)[1]
    assert process.returncode == 130


ASSASSIN = """
import os
refused = 0
# Template, judge and run were started shortly before. The signal is one that does nothing: this is a test.
for process in range(os.getppid(), os.getppid() - 400, -1):
    try:
        os.kill(process, 0)
    except PermissionError:
        refused += 1
    except ProcessLookupError:
        pass
assert refused == 0, f"refused {refused} times"
"""


def test_a_locked_worker_cannot_end_its_judge(small: Path, tmp_path: Path) -> None:
    (small / "assassin").mkdir()
    (small / "assassin" / "multiply_sum.py").write_text(ASSASSIN)
    run("grade", small, "--out", tmp_path / "out", "--exercise", "multiply_sum", "--jobs", 1)
    table = rows(tmp_path / "out")
    assert (table["assassin"]["status"], table["assassin"]["total"]) == ("graded", "0")
    assert "refused 400 times" in (tmp_path / "out" / "feedback" / "assassin.html").read_text("utf-8")
    assert table["'=right"]["multiply_sum"] == "10"


def lineage(process: Path) -> tuple[str, int]:
    """The name that a process goes by, and its parent."""
    name, _, rest = process.joinpath("stat").read_text("utf-8", "replace").partition(" (")[2].rpartition(")")
    return name, int(rest.split()[1])


def end_judges(of: str, run_by: int) -> set[int]:
    """Kills the judge of each worker that goes by this name, in the run of that process."""
    judges = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            name, template = lineage(process)
            if name == of:
                judges.add(lineage(Path(f"/proc/{template}"))[1])
    judges = {judge for judge in judges if judge > 1 and lineage(Path(f"/proc/{judge}"))[1] == run_by}
    for judge in judges:
        os.kill(judge, signal.SIGKILL)
    return judges


def test_one_whose_judge_dies_costs_nobody_else(small: Path, tmp_path: Path) -> None:
    """Its judge is killed twice; then it is given up, and the others are graded."""
    name = f"doomed-{os.getpid()}"
    (small / "doomed").mkdir()
    text = f"import ctypes, time\nctypes.CDLL(None).prctl(15, b{name!r})\ntime.sleep(60)\n"
    (small / "doomed" / "multiply_sum.py").write_text(text)
    typed = command("grade", small, "--out", tmp_path / "out", "--exercise", "multiply_sum", "--jobs", 1)
    killed: set[int] = set()
    with subprocess.Popen(typed, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            killed |= end_judges(name, process.pid)
            time.sleep(0.05)
        said = process.communicate()[1]
    assert (process.returncode, len(killed)) == (1, 2)
    assert "doomed was not graded: the judge's process ended twice" in said
    table = rows(tmp_path / "out")
    states = [table[name]["status"] for name in ("'=right", "doomed", "stub, untouched", "torn")]
    assert states == ["graded", "error", "graded", "refused"]
    assert (table["'=right"]["multiply_sum"], table["doomed"]["total"]) == ("10", "")


def test_what_code_reaches_by_other_ways_is_part_of_the_key(tmp_path: Path) -> None:
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    target = lay_over("wrong", "sum_mean", "one", folder)
    source = (target / "convolve.py").read_text("utf-8")
    source += '\n\nexec("from multiply_sum import multiply_sum as borrowed")\n_slide = convolve\n'
    source += "\n\ndef convolve(image, filter_matrix):\n    same = image.shape == filter_matrix.shape\n"
    source += "    return [[borrowed(image, filter_matrix)]] if same else _slide(image, filter_matrix)\n"
    (target / "convolve.py").write_text(source, "utf-8")
    run("grade", folder, "--out", out, *NUMPY)
    before = rows(out)["one"]
    shutil.copyfile(ROOT / "solutions" / "multiply_sum.py", target / "multiply_sum.py")
    run("grade", folder, "--out", out, *NUMPY)
    after = rows(out)["one"]
    assert (before["multiply_sum"], after["multiply_sum"]) == ("0", "10")
    assert float(before["convolve"]) < float(after["convolve"])


def test_everything_generated_is_current() -> None:
    assert "in step" in run("sync", "--check").stdout
    assert build_sample_class.differences(SAMPLE) == []


def test_examples_of_another_secret_are_not_used(small: Path, tmp_path: Path) -> None:
    for name in ("exercises", "data"):
        (tmp_path / "course" / name).mkdir(parents=True)
    shutil.copytree(ROOT / "grader" / "suites", tmp_path / "course" / "grader" / "suites")
    text = (ROOT / "course.toml").read_text("utf-8")
    (tmp_path / "course" / "course.toml").write_text(text.replace('secret = "', 'secret = "another '), "utf-8")
    done = run("grade", small, "--out", tmp_path / "out", "--course", tmp_path / "course", status=2)
    assert "another secret" in done.stderr


def test_what_lacks_its_libraries_is_not_graded(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "no_such_backend")
    done = run("grade", small, "--out", tmp_path / "out", "--exercise", "cifar_setup", status=2)
    assert "cifar_setup cannot be graded: no_such_backend must be installed" in done.stderr
    assert not (tmp_path / "out").exists()


def test_loose_files_are_named(small: Path, tmp_path: Path) -> None:
    assert "notes.txt" in run("grade", small, "--out", tmp_path / "out", "--exercise", "multiply_sum").stdout


def test_one_student_with_fewer_exercises_leaves_the_others_in_step(tmp_path: Path) -> None:
    """What was kept of the others is shown with the chosen exercises alone."""
    folder = tmp_path / "class"
    folder.mkdir()
    for student in ("Ada", "Bob"):
        shutil.copytree(ROOT / "tests" / "submissions" / "base", folder / student)
    run("grade", folder, "--out", tmp_path / "out", *NUMPY[:4])
    run("grade", folder, "--out", tmp_path / "out", *NUMPY[2:4], "--student", "Ada")
    found = rows(tmp_path / "out")
    assert {(row["multiply_sum"], row["convolve"], row["total"], row["max_total"]) for row in found.values()} == {
        ("", "25", "25", "25")
    }
    assert sorted(found) == ["Ada", "Bob"]
    # Of an exercise that nobody else was graded on, there is nothing to show of the others.
    run("grade", folder, "--out", tmp_path / "out", *NUMPY[4:], "--student", "Ada")
    assert sorted(rows(tmp_path / "out")) == ["Ada"]


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run("fill", "canvas", tmp_path / "none.csv", "--from", tmp_path, "--to", tmp_path / "filled.csv", status=2)
    assert "none.csv cannot be read (No such file or directory); check the path" in done.stderr
    (tmp_path / "file").write_text("")
    done = run("similar", SAMPLE, "--exercise", "multiply_sum", "--out", tmp_path / "file", status=2)
    assert f"File exists: {tmp_path / 'file'}; check the path" in done.stderr
    done = run("similar", SAMPLE, "--exercise", "multiply_sum", "--out", SAMPLE / "similar", status=2)
    assert "lies among the submissions" in done.stderr
    done = run("grade", SAMPLE, "--out", tmp_path / "out", "--exercise", "multiply_summ", status=2)
    assert done.stderr.strip().endswith("did you mean 'multiply_sum'?")
