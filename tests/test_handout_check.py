"""Public checks in a student's hands: from the bundle alone, in a terminal and in a notebook."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from handouts import FILES, ROOT, laid_out, run

from grader.check.showing import summary, text
from grader.check.table import table
from grader.check.verdicts import Verdict
from grader.check.work import Work
from grader.cli import main
from grader.errors import UsageError

__all__: list[str] = []

CHECK = "from grader.__main__ import main; sys.argv[1:1] = ['check']; sys.exit(main())"
RIGHT = """
import numpy as np

def multiply_sum(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError(f"different shapes: {a.shape}, {b.shape}")
    return float(np.sum(a.astype(float) * b.astype(float)))
"""
LAST = "public checks passed; hidden checks run when you hand in"
SHORT = {"import_seconds": 1.0, "call_seconds": 0.1, "reference_factor": 1.0}
LONG = {"import_seconds": 40.0, "call_seconds": 20.0, "reference_factor": 10.0}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The bundle in an empty folder; its time limits are short."""
    folder = laid_out(tmp_path / "bundle")
    path = folder / "grader" / "check" / "examples" / "index.json"
    plain = json.loads(path.read_text(encoding="utf-8"))
    for exercise in plain["exercises"]:
        exercise |= LONG if exercise["spec"]["template"] == "keras" else SHORT
    path.write_text(json.dumps(plain), encoding="utf-8")
    return folder


def write(bundle: Path, name: str, source: str) -> None:
    """Puts a student's file into the bundle."""
    (bundle / "exercises" / name).write_text(source, encoding="utf-8")


def check(bundle: Path, *names: str) -> tuple[int, str]:
    """Runs `grader check`: its exit status and what it prints."""
    done = run(bundle, CHECK, *names)
    assert "Traceback" not in done.stderr, done.stderr
    assert "all tests passed" not in done.stdout.lower()
    return done.returncode, done.stdout + done.stderr


def passed(said: str) -> list[str]:
    """The checks that passed, by name."""
    lines = re.findall(r"^  passed  (.*(?:\n {10}.*)*)", said, re.MULTILINE)
    return [name for line in lines for name in re.findall(r"\w+", line)]


def words(bundle: Path, source: str) -> str:
    """What the checks say of a `multiply_sum.py`."""
    write(bundle, "multiply_sum.py", source)
    return check(bundle, "multiply_sum")[1]


def test_red_on_the_stub_and_green_with_the_solution(bundle: Path) -> None:
    status, said = check(bundle, "multiply_sum")
    assert status == 1
    assert "failed  multiply_sum.hand: multiplies entry by entry" in said
    assert "is not written yet" in said
    assert "waits   agrees, uint8, mismatch: wait for hand" in said
    assert "later   bilinear, layouts: runs when you hand in" in said
    assert said.endswith("\n0 of 4 public checks passed; hidden checks run when you hand in\n")
    write(bundle, "multiply_sum.py", (ROOT / "solutions" / "multiply_sum.py").read_text(encoding="utf-8"))
    status, said = check(bundle, "multiply_sum")
    assert status == 0
    assert passed(said) == ["hand", "agrees", "uint8", "mismatch"]
    assert said.endswith(f"\n{LAST}\n")


def test_the_solutions_pass_all_public_checks_of_the_numpy_exercises(bundle: Path) -> None:
    for name in ("multiply_sum", "convolve", "filter_design"):
        write(bundle, f"{name}.py", (ROOT / "solutions" / f"{name}.py").read_text(encoding="utf-8"))
    status, said = check(bundle, "multiply_sum", "convolve", "filter_design")
    assert status == 0, said
    assert said.endswith(f"\n{LAST}\n")
    assert "quiz_line" in said
    assert len(passed(said)) == 4 + 11 + 5


@pytest.mark.keras
def test_the_solutions_pass_all_public_checks_of_the_keras_exercises(bundle: Path) -> None:
    for name in ("vgg_assembly", "cifar_setup"):
        write(bundle, f"{name}.py", (ROOT / "solutions" / f"{name}.py").read_text(encoding="utf-8"))
    status, said = check(bundle, "vgg_assembly", "cifar_setup")
    assert status == 0, said
    assert len(passed(said)) == 22 + 13
    assert {"top_k", "history"} <= set(passed(said))
    assert said.endswith(f"\n{LAST}\n")


def test_no_module_imports_what_is_not_there(bundle: Path) -> None:
    """Not even what only Unix has: whoever has neither can import all of it, but for the plugin of pytest, its own."""
    code = """
import importlib, pathlib
for name in ("fcntl", "resource", "termios", "pwd", "grp"):
    sys.modules[name] = None
here = pathlib.Path.cwd()
for path in sorted((here / "grader").rglob("*.py")):
    parts = path.relative_to(here).with_suffix("").parts
    if parts[-1] == "collecting":
        continue
    importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
ours = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "grader"}
assert all(pathlib.Path(module.__file__).is_relative_to(here) for module in ours.values())
print(len(ours), *sorted({name.split(".")[0] for name in sys.modules} & {"hypothesis", "jinja2", "keras", "pytest"}))
"""
    done = run(bundle, code)
    assert done.stderr == ""
    assert done.stdout.split() == [str(sum(name.endswith(".py") for name in FILES if name.startswith("grader/")) - 1)]


def test_a_failed_check_says_all_there_is_to_say(bundle: Path) -> None:
    said = words(bundle, RIGHT.replace("a.astype(float) * b.astype(float)", "a * b"))
    for part in (
        "passed  hand, agrees, mismatch", "failed  multiply_sum.uint8", "called:         multiply_sum(a, b)\n",
        "250    3 ", "a: uint8 array of shape (2, 2)", "200*2 + 100*3 + 250*1 + 3*100 = 1250, yours 482",
        "came back:      482", "expected:       1250", "likely mistake: uint8 wrap: ",
        "next step:      Convert to float64", "3 of 4 public checks",
    ):  # fmt: skip
        assert part in said


def test_the_first_index_that_differs_is_named(bundle: Path) -> None:
    write(bundle, "multiply_sum.py", RIGHT)
    solution = (ROOT / "solutions" / "convolve.py").read_text(encoding="utf-8")
    write(bundle, "convolve.py", solution.replace("filter_matrix.astype(np.float64)", "filter_matrix[::-1, ::-1]"))
    said = check(bundle, "convolve.hand")[1]
    assert "5 of 6 entries differ; the first at index (0, 0) is 6, expected 0" in " ".join(said.split())
    assert "likely mistake: flipped filter" in said


def test_an_exercise_and_one_of_its_checks_are_the_exercise(bundle: Path) -> None:
    write(bundle, "multiply_sum.py", RIGHT)
    assert len(passed(check(bundle, "multiply_sum", "multiply_sum.hand")[1])) == 4
    assert passed(check(bundle, "multiply_sum.hand", "multiply_sum.uint8")[1]) == ["hand", "uint8"]


def test_one_check_alone_does_not_wait(bundle: Path) -> None:
    write(bundle, "multiply_sum.py", "def multiply_sum(a, b):\n    raise ValueError('no')\n")
    status, said = check(bundle, "multiply_sum.mismatch")
    assert (status, said.splitlines()[-1]) == (0, LAST)
    assert "multiply_sum.hand" not in said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def multiply_sum(a, b):\n    while True: pass\n", "`multiply_sum` took too much time"),
        ("import os\ndef multiply_sum(a, b):\n    os._exit(0)\n", "`multiply_sum` ended the whole program"),
        ("import sys\ndef multiply_sum(a, b):\n    sys.exit()\n", "SystemExit"),
        ("def multiply_sum(a, b):\n    return multiply_sum(a, b)\n", "RecursionError"),
        ("import os\ndef multiply_sum(a, b):\n    os.close(0); os.close(1); os.close(2); os.abort()\n", "broke down"),
        ("def multiply_sums(a, b): return 1\n", "There is no function `multiply_sum`. The file has: multiply_sums"),
        ("def multiply_sum(a, b):\n    return {'a': object()}\n", "Expected one number, and a dictionary came back"),
        ("def multiply_sum(a, b):\n    input()\n", "EOFError"),
        ("def multiply_sum(a, b):\n    a += 1\n    return float((a * b).sum())\n", "failed multiply_sum.hand"),
        ("x = 1 / 0\n", "Importing multiply_sum raised ZeroDivisionError (multiply_sum.py, line 1)"),
        ("import time\nwhile True: time.sleep(1)\n", "`import multiply_sum` took too much time"),
        ("raise SystemExit\n", "Importing multiply_sum raised SystemExit"),
        ("def multiply_sum(a, b:\n", "is not valid Python yet"),
        ("import scipy\ndef multiply_sum(a, b): return 1\n", "uses scipy"),
    ],
)
def test_code_that_ends_badly_gets_a_sentence(bundle: Path, source: str, said: str) -> None:
    assert said in " ".join(words(bundle, source).split())


def test_a_library_that_is_not_installed_is_named_with_the_command(bundle: Path) -> None:
    """As where a library that grading has is missing: its folder is no package here."""
    absent = """import sys
sys.modules.pop('cv2', None)
sys.meta_path = [finder for finder in sys.meta_path if 'Path' not in str(finder)]
import cv2
"""
    said = " ".join(words(bundle, absent).split())
    assert "No module named 'cv2'" in said
    assert "Grading has it, and it is not installed here; run: pip install opencv-python-headless" in said
    assert "Grading has it" not in words(bundle, "import nothing_of_the_kind\n")


def test_what_the_code_prints_is_shown_and_cannot_be_taken_for_an_answer(bundle: Path) -> None:
    said = words(bundle, RIGHT.replace("    a, b =", "    print('here', 1)\n    print('x' * 99)\n    a, b =", 1))
    assert "the code printed:\n  here 1\n" in said
    assert "more lines" not in said
    assert LAST in said
    said = words(bundle, RIGHT.replace("    a, b =", "    print('x\\n' * 9999)\n    a, b =", 1))
    assert "more lines" in said
    assert said.count("\n") < 60


def test_a_loop_is_ended_and_its_line_named_whatever_was_printed_before(bundle: Path) -> None:
    said = words(bundle, "def multiply_sum(a, b):\n    print('x' * 99999)\n    while True:\n        a = a + 0\n")
    assert "`multiply_sum` took too much time" in said
    said = words(bundle, "def multiply_sum(a, b):\n    while True:\n        pass\n")
    assert re.search(r"it was busy at multiply_sum\.py, line [23]", said)
    assert "Thread 0x" not in said


def test_a_function_that_ends_the_program_costs_its_own_checks_alone(bundle: Path) -> None:
    write(bundle, "multiply_sum.py", RIGHT)
    source = (ROOT / "solutions" / "convolve.py").read_text(encoding="utf-8")
    ends = "    import os\n    os._exit(0)\n"
    write(bundle, "convolve.py", source.replace("    image = np.asarray(image)\n", ends, 1))
    said = check(bundle, "convolve")[1]
    assert "failed  convolve.top_left" in said
    assert "`top_left` ended the whole program" in said
    assert len(passed(said)) == 10
    assert said.count("failed  ") == 1


def test_a_stub_that_is_called_is_the_one_that_is_named(bundle: Path) -> None:
    write(bundle, "convolve.py", (ROOT / "solutions" / "convolve.py").read_text(encoding="utf-8"))
    said = " ".join(check(bundle, "convolve.hand")[1].split())
    assert "`convolve` calls what is not written yet: NotImplementedError in multiply_sum.py, line" in said
    assert "`convolve` is not written yet" not in said


def test_functions_as_they_were_handed_out_are_open_and_no_success(bundle: Path) -> None:
    solution = (ROOT / "solutions" / "filter_design.py").read_text(encoding="utf-8")
    stub = (bundle / "exercises" / "filter_design.py").read_text(encoding="utf-8")
    write(bundle, "filter_design.py", solution[: solution.index("def quiz(")] + stub[stub.index("def quiz(") :])
    status, said = check(bundle, "filter_design")
    assert status == 1
    assert "  open    quiz: not written yet" in said
    assert said.endswith(
        "\n5 of 5 public checks passed; functions not written yet: 1; hidden checks run when you hand in\n"
    )
    assert check(bundle, "filter_design.line")[0] == 0
    assert "not written yet: quiz" in run(bundle, CHECK.replace("'check'", "'progress'")).stdout


def test_a_fault_beneath_is_named_where_it_shows(bundle: Path) -> None:
    write(bundle, "multiply_sum.py", "def multiply_sum(a, b):\n    return float((a * b).sum() + 1)\n")
    write(bundle, "convolve.py", (ROOT / "solutions" / "convolve.py").read_text(encoding="utf-8"))
    said = " ".join(check(bundle, "multiply_sum", "convolve")[1].split())
    assert "note: convolve uses multiply_sum, and checks of multiply_sum fail: begin there." in said
    write(bundle, "multiply_sum.py", RIGHT)
    check(bundle, "multiply_sum")
    assert "begin there" not in check(bundle, "convolve")[1]


def test_a_missing_file_is_said(bundle: Path) -> None:
    (bundle / "exercises" / "multiply_sum.py").unlink()
    status, said = check(bundle, "multiply_sum")
    assert status == 1
    assert "multiply_sum" in said.splitlines()[1]


def test_a_notebook_counts_where_the_module_is_still_the_stub(bundle: Path) -> None:
    cell = {"cell_type": "code", "source": RIGHT, "metadata": {}, "outputs": [], "execution_count": None}
    write(bundle, "work.ipynb", json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
    status, said = check(bundle, "multiply_sum")
    assert (status, said.splitlines()[-1]) == (0, LAST)


def test_files_elsewhere_and_work_below_the_bundle(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "multiply_sum.py").write_text(RIGHT, encoding="utf-8")
    status, said = check(bundle, "multiply_sum", "--in", str(tmp_path / "mine"))
    assert (status, said.splitlines()[-1]) == (0, LAST)
    assert check(bundle, "multiply_sum", "--in", "nowhere")[0] == 2
    for here in (bundle, bundle / "data", bundle / "exercises"):
        work = Work(None, here, [])
        assert (work.folder, work.data) == (bundle / "exercises", bundle / "data")
    work = Work(bundle / "exercises", tmp_path, [])
    assert (work.data, work.home) == (bundle / "data", bundle)
    assert Work(None, tmp_path, []).data == tmp_path
    with pytest.raises(UsageError, match="no folder"):
        Work(tmp_path / "nowhere", bundle, [])


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_checked(bundle: Path) -> None:
    write(bundle, "multiply_sum.py", RIGHT)
    (bundle / "exercises" / "old.py").symlink_to("nowhere.py")
    status, said = check(bundle, "multiply_sum")
    assert (status, said.splitlines()[-1]) == (0, LAST)
    assert "could not be handed in: The member 'old.py' is a link" in " ".join(said.split())


def test_files_are_read_as_at_hand_in(bundle: Path) -> None:
    """At any depth, and under the names that browsers give; what would be refused is said, and checked all the same."""
    folder = bundle / "exercises"
    (folder / "tools").mkdir()
    (folder / "tools" / "steps.py").write_text(RIGHT.replace("multiply_sum", "added_up"), encoding="utf-8")
    (folder / "multiply_sum.py").unlink()
    write(bundle, "multiply_sum (1).py", "from tools.steps import added_up as multiply_sum\n")
    status, said = check(bundle, "multiply_sum")
    assert status == 0, said
    assert "multiply_sum (1).py" in said
    (folder / "more").mkdir()
    write(bundle, "multiply_sum.py", RIGHT)
    (folder / "more" / "multiply_sum.py").write_text(RIGHT, encoding="utf-8")
    status, said = check(bundle, "multiply_sum")
    assert status == 0, said
    assert "As a whole, this folder could not be handed in" in said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("convolv", "No exercise is called 'convolv'; did you mean 'convolve'?"),
        ("exercises/convolv.py", "did you mean 'convolve'?"),
        ("convolve.gray", "convolve has no check called 'gray'; did you mean 'grey'?"),
        ("x", "choose from: multiply_sum, convolve"),
    ],
)
def test_an_unknown_name_is_answered_with_those_that_there_are(bundle: Path, name: str, said: str) -> None:
    status, answer = check(bundle, name)
    assert status == 2
    assert said in answer


def test_an_exercise_may_be_named_by_its_file(bundle: Path) -> None:
    write(bundle, "multiply_sum.py", RIGHT)
    for name in ("exercises/multiply_sum.py", "multiply_sum.ipynb"):
        assert check(bundle, name)[0] == 0


def test_outside_of_the_course_it_says_where_to_go(bundle: Path) -> None:
    (bundle / "elsewhere" / "exercises").mkdir(parents=True)
    code = f"import os; os.chdir({str(bundle.parent)!r}); {CHECK}"
    done = run(bundle, code)
    assert done.returncode == 2
    assert "There are no exercises in" in done.stderr
    assert not (bundle.parent / ".grader").exists()


def test_without_a_command_it_shows_what_there_is(bundle: Path) -> None:
    done = run(bundle, CHECK.replace("sys.argv[1:1] = ['check']; ", ""))
    assert done.returncode == 2
    assert "submit-check" in done.stdout


def test_a_bundle_that_was_damaged_says_so(bundle: Path) -> None:
    path = bundle / "grader" / "check" / "examples" / "multiply_sum.bin"
    path.write_bytes(path.read_bytes()[:1000])
    status, said = check(bundle, "multiply_sum")
    assert status == 1
    assert "public examples of multiply_sum are missing or damaged" in said


def test_in_a_checkout_the_command_says_where_public_checks_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "multiply_sum"]) == 1
    assert "grader release" in capsys.readouterr().err


# Words


def verdict(name: str, outcome: str, **more: object) -> Verdict:
    """A verdict without points."""
    return Verdict(name=name, title=f"does {name}", points=0, max_points=0, outcome=outcome, **more)  # type: ignore[arg-type]


def test_the_last_line_never_says_that_all_is_well() -> None:
    passed, later = verdict("a", "passed"), verdict("b", "not_run", observation="runs when you hand in")
    assert summary([passed, later]) == LAST
    assert summary([later]) == "nothing to check here; all these checks run when you hand in"
    waits = verdict("c", "not_run", waits_for="a")
    assert summary([verdict("a", "failed"), waits]).startswith("0 of 2 public checks passed")


def test_words_of_the_code_are_no_html() -> None:
    bad = verdict("a", "failed", observation="<script>alert(1)</script>", next_step="a\nb")
    page = table("convolve", [bad], "<end>")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "&lt;end&gt;" in page
    assert "  failed  convolve.a: does a" in text("convolve", [bad])


# Notebooks


def cells(bundle: Path, code: str) -> dict[str, str]:
    """Runs a notebook cell's code, and gives what Jupyter would show of `report`."""
    done = run(bundle, f"import json\n{code}\nprint(json.dumps(report._repr_mimebundle_()))")
    assert done.stderr == "", done.stderr
    shown: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return shown


def test_a_notebook_checks_what_it_has_defined_and_is_worth_nothing(bundle: Path) -> None:
    shown = cells(bundle, f"{RIGHT}\nfrom grader.notebook import check\nreport = check('multiply_sum')")
    assert shown["text/plain"] == "0.0"
    assert "hand, agrees, uint8, mismatch" in shown["text/html"]
    assert LAST in shown["text/html"]
    wrong = RIGHT.replace("a.astype(float) * b.astype(float)", "a * b")
    shown = cells(bundle, f"{wrong}\nfrom grader.notebook import check\nreport = check('multiply_sum.uint8')")
    assert shown["text/plain"] == "0.0"
    assert "uint8 wrap" in shown["text/html"]
    assert "<code>" in shown["text/html"]
    assert "`" not in shown["text/html"]
    assert shown["text/html"].count("<tr>") == 1


@pytest.mark.parametrize("name", ["'nonsense'", "'multiply_sum.nonsense'", "''"])
def test_a_check_that_cannot_be_made_is_worth_nothing(bundle: Path, name: str) -> None:
    shown = cells(bundle, f"from grader.notebook import check\nreport = check({name})")
    assert shown["text/plain"] == "0.0"
    assert "choose from" in shown["text/html"]


def test_a_notebook_without_keras_says_how_to_get_it(bundle: Path) -> None:
    without = "import importlib.util\nimportlib.util.find_spec = lambda name: None"
    shown = cells(bundle, f"from grader.notebook import check\n{without}\nreport = check('cifar_setup')")
    assert "Keras is not installed; run: pip install -r requirements-keras.txt" in shown["text/html"]


def test_a_notebook_keeps_its_random_numbers(bundle: Path) -> None:
    code = """
import random
import numpy as np
random.seed(1); np.random.seed(2)
wanted = random.random(), np.random.random()
def multiply_sum(a, b):
    return np.random.random() + random.random()
random.seed(1); np.random.seed(2)
from grader.notebook import check
report = check("multiply_sum")
assert (random.random(), np.random.random()) == wanted
"""
    assert ">failed<" in cells(bundle, code)["text/html"]


def test_an_interrupted_check_ends(bundle: Path) -> None:
    code = """
def multiply_sum(a, b):
    raise KeyboardInterrupt
from grader.notebook import check
try:
    check("multiply_sum")
except KeyboardInterrupt:
    print("ended")
"""
    assert run(bundle, code).stdout == "ended\n"


def test_nbgrader_gives_a_test_cell_nothing_for_a_check_of_the_student(bundle: Path) -> None:
    """A kernel runs the cells; nbgrader's own reading of the answers gives 0 of 4, right work or wrong, or an error."""
    code = f"""
import nbformat, logging
from nbclient import NotebookClient
from nbgrader.utils import determine_grade
cell = nbformat.v4.new_code_cell
book = nbformat.v4.new_notebook(cells=[
    cell({RIGHT!r}), cell("from grader.notebook import check\\ncheck('multiply_sum')"),
    cell("del multiply_sum"), cell("check('multiply_sum')"), cell("check('multiply_sum.nothing')"),
    cell("check(3)"),
])
NotebookClient(book, allow_errors=True, kernel_name="python3").execute()
for cell in book.cells[1:2] + book.cells[3:]:
    cell.metadata["nbgrader"] = {{"grade": True, "solution": False, "points": 4, "grade_id": "x"}}
    print(*determine_grade(cell, logging.getLogger()))
"""
    done = run(bundle, code)
    assert done.stdout.splitlines() == ["0.0 4.0"] * 3 + ["0 4.0"], done.stderr


def test_the_zip_works_where_nothing_else_is(tmp_path: Path) -> None:
    """The released zip, unpacked in an empty folder."""
    assert main(["release", "--out", str(tmp_path / "out")]) == 0
    [packed] = (tmp_path / "out").glob("*.zip")
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / packed.stem
    assert check(folder, "multiply_sum")[0] == 1
    write(folder, "multiply_sum.py", RIGHT)
    assert check(folder, "multiply_sum")[0] == 0
