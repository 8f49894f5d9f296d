"""What is handed out after the due date, and what `grader afterwards` makes of it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from handouts import COURSE, ROOT, copied, laid_out, run

from grader.cli import main
from grader.handout.afterwards import solutions
from grader.handout.leaks import Watch

__all__: list[str] = []

AFTER = "from grader.__main__ import main; sys.argv[1:1] = ['afterwards']; sys.exit(main())"
LESSON = f"import builtins; builtins.input = lambda question: print(question, end='') or '3'; {AFTER}"


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with right work, beside the solutions."""
    folder = laid_out(tmp_path_factory.mktemp("after") / "bundle")
    for name, data in solutions(ROOT, COURSE, ()).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    for name in ("multiply_sum", "convolve"):
        (folder / "exercises" / f"{name}.py").write_bytes((ROOT / "solutions" / f"{name}.py").read_bytes())
    return folder


def test_solutions_run_and_have_no_marker_and_no_head_of_a_cell() -> None:
    files = solutions(ROOT, COURSE, ["multiply_sum"])
    assert sorted(files) == ["solutions/afterwards.json", "solutions/multiply_sum.py"]
    text = files["solutions/multiply_sum.py"].decode()
    space: dict[str, object] = {}
    exec(compile(text, "multiply_sum.py", "exec"), space)
    assert space["multiply_sum"]([1, 2], [3, 4]) == 11  # type: ignore[operator]
    assert "SOLUTION" not in text
    assert "# %%" not in text


def test_without_the_option_nothing_of_a_solution_goes_out_and_with_it_nothing_of_a_suite(tmp_path: Path) -> None:
    files = solutions(ROOT, COURSE, ())
    assert Watch(ROOT, COURSE).leaks(files)
    watch = Watch(ROOT, COURSE, answers=False)
    assert watch.leaks(files) == []
    suite = (ROOT / "grader" / "suites" / "test_convolve.py").read_bytes()
    assert watch.leaks(files | {"solutions/more.py": suite})
    assert watch.leaks(files | {"solutions/more.py": COURSE.secret.encode()})
    assert main(["release", "--solutions", "--out", str(tmp_path)]) == 0
    [packed] = tmp_path.glob("*-solutions.zip")
    with zipfile.ZipFile(packed) as archive:
        assert f"{packed.stem}/solutions/convolve.py" in archive.namelist()


def test_a_missing_solution_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copied(tmp_path)
    (root / "solutions" / "convolve.py").unlink()
    assert main(["release", "--solutions", "--course", str(root), "--out", str(tmp_path / "out")]) == 1
    assert "solutions/convolve.py cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_before_the_due_date_there_is_nothing_to_compare(tmp_path: Path) -> None:
    done = run(laid_out(tmp_path / "bundle"), AFTER, "convolve")
    assert done.returncode == 1
    assert "There are no solutions in" in done.stderr
    assert "beside exercises/" in done.stderr


def test_functions_are_compared_one_by_one(solved: Path) -> None:
    path = solved / "exercises" / "convolve.py"
    whole = path.read_text(encoding="utf-8")
    changed = whole.replace("return image[:rows, :cols]", "return image[0:rows, 0:cols]  # mine")
    path.write_text(changed.replace("def filtered_shape", "def other_shape"), encoding="utf-8")
    try:
        said = run(solved, LESSON, "convolve").stdout
    finally:
        path.write_text(whole, encoding="utf-8")
    assert "load_image: the same" in said
    assert "    -    return image[0:rows, 0:cols]  # mine\n" in said
    assert "    +    return image[:rows, :cols]\n" in said
    assert "filtered_shape: not written yet; the solution:\n    def filtered_shape(" in said
    assert '"""' not in said
    assert "  yours                 no answer" in said


def test_times_and_a_filter_that_nobody_has_seen(solved: Path) -> None:
    done = run(solved, LESSON, "convolve")
    assert done.stderr == ""
    for name in ("yours", "the solution", "SciPy's correlate2d"):
        assert f"  {name} " in done.stdout
    assert "no answer" not in done.stdout
    assert "That is it: 3  single points" in done.stdout
    picture = solved / ".grader" / "pictures" / "convolve.afterwards.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert str(picture.relative_to(solved)) in done.stdout
    other = run(solved, LESSON.replace("'3'", "'1'"), "convolve").stdout
    assert "The answer is another one: 3" in other


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def convolve(:\n", "convolve: not written yet; the solution:"),
        ("raise RuntimeError('here')\n", "Importing convolve raised RuntimeError (convolve.py, line 1): here."),
    ],
)
def test_code_that_cannot_be_run_is_compared_and_not_timed(solved: Path, code: str, told: str) -> None:
    path = solved / "exercises" / "convolve.py"
    whole = path.read_text(encoding="utf-8")
    path.write_text(code, encoding="utf-8")
    try:
        done = run(solved, LESSON, "convolve")
    finally:
        path.write_text(whole, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert told in done.stdout
    assert "SciPy" not in done.stdout


def test_an_exercise_without_a_lesson_is_compared(solved: Path) -> None:
    assert run(solved, LESSON, "multiply_sum").stdout.rstrip().endswith("multiply_sum: the same")
