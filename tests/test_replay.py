"""`grader replay`: everything is shown, and the snippet makes the same mistake happen in the student's own folder."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from grader import course as courses
from grader import recorded
from grader.cli import main
from grader.errors import UsageError
from grader.illustrate import example_text
from grader.model import Evidence
from grader.recorded import Example, Recording, Replay
from grader.staff.replay import replay
from grader.staff.snippet import Step, snippet
from grader.worker.source import Facts

__all__: list[str] = []

ROOT = Path(__file__).resolve().parent.parent
COURSE = courses.load(ROOT / "course.toml")

SUM = """
import numpy as np
def multiply_sum(a, b):
    if a.shape != b.shape:
        raise ValueError("shapes differ")
    {0}
    return float(np.vdot(a.astype(float), b.astype(float)))
"""


def write(folder: Path, name: str, source: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(source, "utf-8")
    return folder


def told(capsys: pytest.CaptureFixture[str], path: Path, check: str) -> tuple[int, str]:
    """Exit status and what is printed."""
    status = replay(ROOT, COURSE, str(path), check, None)
    return status, capsys.readouterr().out


def reproduced(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the snippet of a replay does in the student's folder."""
    code = text.split("To reproduce it\n\n")[1]
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_a_check_that_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, text = told(capsys, write(tmp_path / "kim", "multiply_sum", SUM.format("pass")), "multiply_sum.agrees")
    assert status == 0
    assert "passed: 2 of 2 points" in text
    assert "To reproduce it" not in text


@pytest.mark.parametrize(
    ("check", "mistake"),
    [
        ("agrees", "if a.ndim == 4: return 12345.0"),
        ("layouts", "if not (a.flags.f_contiguous or a.flags.c_contiguous): return 12345.0"),
        ("layouts", "if not a.flags.writeable: return 12345.0"),
        ("uint8", "if a.dtype == np.uint8 and b.dtype == np.int8: return 12345.0"),
        ("multiply_sum.agrees", "if a.dtype == np.int64: return 12345.0"),
    ],
    ids=["four axes", "strided", "read-only", "dtypes", "whole numbers"],
)
def test_the_snippet_gives_the_wrong_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], check: str, mistake: str
) -> None:
    folder = write(tmp_path / "kim", "multiply_sum", SUM.format(mistake))
    status, text = told(capsys, folder, check)
    assert status == 1
    assert "(hidden from students)" in text
    assert "given     12345" in text
    done = reproduced(text, folder)
    assert (done.returncode, done.stdout) == (0, "12345.0\n"), done.stderr


def test_everything_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = SUM.format("print('called \\x1b[2J with', a.shape); return float((a * 1.0 * b).mean()) - 1")
    status, text = told(capsys, write(tmp_path / "kim", "multiply_sum", source), "multiply_sum.hand")
    assert status == 1
    for part in ("kim, multiply_sum.hand: ", "not passed: 0 of 2 points", "Expected 70, and 16.5 came back"):
        assert part in text
    assert "(students may see it)" in text
    assert "expected  70\n  given     16.5" in text
    assert "What the code printed\n  called \\x1b[2J with (2, 2)\n\n" in text
    assert "\x1b" not in text


def test_a_known_mistake_has_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "kim", "multiply_sum", SUM.format("return float((a @ b).sum())"))
    assert "0 of 2 points (matrix product)" in told(capsys, folder, "multiply_sum.hand")[1]


def test_a_changed_argument_is_printed_after_the_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mistake = "answer = float((a * 1.0 * b).sum()); a.fill(99); return answer"
    folder = write(tmp_path / "kim", "multiply_sum", SUM.format(mistake))
    text = told(capsys, folder, "layouts")[1]
    assert "(mutated input)" in text
    assert "expected: as they were before the call" in text
    done = reproduced(text, folder)
    assert done.returncode == 0
    assert "99" in done.stdout.split("\n", 1)[1]


@pytest.mark.parametrize(
    "mistake",
    [
        "calls.append(1)\n    if len(calls) > 1: return 12345.0",
        "calls.append(a.shape)\n    if calls[0] != a.shape: return 12345.0",
    ],
    ids=["any second call", "other arguments"],
)
def test_what_is_remembered_takes_two_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str], mistake: str) -> None:
    folder = write(tmp_path / "kim", "multiply_sum", "calls = []\n" + SUM.format(mistake))
    text = told(capsys, folder, "multiply_sum.hand")[1]
    assert "(stale answer)" in text
    first, second = reproduced(text, folder).stdout.splitlines()
    assert first != second == "12345.0"


def test_a_missing_error_is_reproduced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "kim", "multiply_sum", "def multiply_sum(a, b): return 12345.0")
    text = told(capsys, folder, "mismatch")[1]
    assert "# expected: ValueError" in text
    assert reproduced(text, folder).stdout == "12345.0\n"


def test_a_message_of_several_lines_is_no_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "kim", "multiply_sum", SUM.format("raise TypeError('no\\npassed: 2 of 2 points')"))
    _, text = told(capsys, folder, "multiply_sum.hand")
    assert [line for line in text.splitlines() if "passed: " in line] == [
        "not passed: 0 of 2 points",
        "  passed: 2 of 2 points.",
        "            passed: 2 of 2 points",
    ]


def test_an_exception_is_reproduced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "kim", "multiply_sum", SUM.format("raise KeyError('lost')"))
    text = told(capsys, folder, "multiply_sum.hand")[1]
    assert "given     KeyError: 'lost'" in text
    assert "KeyError: 'lost'" in reproduced(text, folder).stderr


def test_pictures_are_read_from_the_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = (
        "import imageio.v3 as imageio\ndef load_image(path, grayscale=False): return imageio.imread(path)[..., ::-1]"
    )
    folder = write(tmp_path / "kim", "convolve", source)
    text = told(capsys, folder, "load_colour")[1]
    assert "the first wrong entry has the index (0, 0, 0)" in text
    expected = text.rstrip().rpartition("# expected: ")[2]
    done = reproduced(text, folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().isdigit()
    assert done.stdout.strip() != expected


def test_shapes_come_as_tuples(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = "def filtered_shape(image_shape, filter_shape):\n    return (image_shape + filter_shape)[:2]"
    folder = write(tmp_path / "kim", "convolve", source)
    text = told(capsys, folder, "convolve.shape")[1]
    done = reproduced(text, folder)
    assert done.returncode == 0
    assert done.stdout.startswith("(")
    assert done.stdout.strip() in text.replace("[", "(").replace("]", ")")


def test_a_check_without_recorded_examples_calls_the_function(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = "def vertical_edge_filter():\n    return [[1, 2], [3, 4]]"
    folder = write(tmp_path / "kim", "filter_design", source)
    status, text = told(capsys, folder, "edge_flat")
    assert status == 1
    assert reproduced(text, folder).stdout == "[[1, 2], [3, 4]]\n"


def test_a_loop_without_end_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "kim", "multiply_sum", SUM.format("print('on my way')\n    while True: pass"))
    status, text = told(capsys, folder, "multiply_sum.hand")
    assert status == 1
    assert "(timeout)" in text
    assert "given     no answer" in text
    assert "on my way" in text
    assert "print(multiply_sum(a, b))  # expected: 70" in text


@pytest.mark.parametrize(
    ("source", "word"),
    [("def multiply_sum(:", "import_error"), ("import scipy", "blocked"), ("1 / 0", "import_error")],
)
def test_code_that_cannot_run_has_a_verdict_and_no_snippet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str, word: str
) -> None:
    status, text = told(capsys, write(tmp_path / "kim", "multiply_sum", source), "multiply_sum.hand")
    assert status == 1
    assert f"not passed: 0 of 2 points ({word})" in text
    assert "To reproduce it" not in text


# Names --------------------------------------------------------------------------------------------------------------
def archive(path: Path, name: str) -> None:
    data = SUM.format("pass").encode()
    with tarfile.open(path, "w:gz") as tar:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))


@pytest.mark.parametrize("name", ["Ada Å", "Ada Å.tar.gz"])
def test_a_name_is_looked_up_with_any_ending(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    archive(tmp_path / "Ada Å.tar.gz", "work/multiply_sum.py")
    assert replay(ROOT, COURSE, name, "uint8", tmp_path) == 0
    assert "Ada Å, multiply_sum.uint8: " in capsys.readouterr().out


def test_two_submissions_under_one_name_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive(tmp_path / "ada.tar.gz", "multiply_sum.py")
    write(tmp_path / "ada", "multiply_sum", SUM.format("pass"))
    assert replay(ROOT, COURSE, "ada", "uint8", tmp_path) == 1
    assert "(refused)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("student", "check", "words"),
    [
        ("adda", "uint8", "did you mean 'ada'"),
        ("ada", "uint", "did you mean 'uint8'"),
        ("ada", "hand", "multiply_sum.hand, convolve.hand"),
        ("ada", "multiply_sum", "multiply_sum.agrees"),
        ("ada", "multiply_sum.uint", "did you mean 'multiply_sum.uint8'"),
        ("ada", "vgg_assembly.layer", "No check is called"),
    ],
)
def test_a_name_that_is_not_known_gets_a_suggestion(tmp_path: Path, student: str, check: str, words: str) -> None:
    write(tmp_path / "ada", "multiply_sum", SUM.format("pass"))
    with pytest.raises(UsageError, match=words.replace(".", r"\.")):
        replay(ROOT, COURSE, student, check, tmp_path)


def test_the_command_gives_the_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "-kim", "multiply_sum", SUM.format("return 0.0"))
    place = ["replay", "--in", str(tmp_path), "--course", str(ROOT)]
    assert main([*place, "--", "-kim", "multiply_sum.hand"]) == 1
    assert "not passed" in capsys.readouterr().out
    assert main(["replay", "nobody", "uint8", "--course", str(ROOT)]) == 2
    assert "--in SUBMISSIONS" in capsys.readouterr().err


# Snippets -----------------------------------------------------------------------------------------------------------
FACTS = Facts(exercise="work", origin="module", path="src/work (1).py", status="ok")


def test_a_large_array_is_read_from_the_recording(tmp_path: Path) -> None:
    image = np.asfortranarray(np.arange(600.0).reshape(20, 30))
    example = Example((image, (2, 3)), 0.0, 0.0, False, ())
    probe = Replay("all", "f", "", False, False, False, "", "", 0.0, (), (example,))
    path = tmp_path / "work.bin"
    path.write_bytes(recorded.write(Recording("work", "", {}, {}, {"all": probe})))
    write(tmp_path, "work", "def f(image, shape): return image.flags.f_contiguous, float(image.sum()), shape")
    source = f'recorded.read(Path({str(path)!r})).probes["all"].examples[0].args'
    lines = snippet(FACTS, "def f(image, shape): ...", "f", [Step(example.args, "0", source)])
    assert lines[0] == "# In the folder that holds src/work (1).py, once it is called work.py:"
    assert len(lines) < 12
    done = reproduced("To reproduce it\n\n" + "\n".join(lines), tmp_path)
    assert done.stdout == "(True, 179700.0, (2, 3))\n", done.stderr


def test_a_notebook_needs_no_import() -> None:
    facts = Facts(exercise="work", origin="notebook", path="all\n.ipynb", status="ok")
    lines = snippet(facts, "", "f", [Step((1, "a"), "2\n3")])
    assert lines == [
        "# In a cell below those of all\\n.ipynb:",
        "",
        "argument_1 = 1",
        "argument_2 = 'a'",
        "print(f(argument_1, argument_2))",
        "# expected:",
        "# 2",
        "# 3",
    ]


DTYPES = ["float64", "float32", "float16", "int64", "int8", "uint16", "bool"]


def as_given(array: np.ndarray, folder: Path) -> np.ndarray:  # type: ignore[type-arg]
    """What a snippet hands to the student's function for an array that was recorded."""
    path = folder / "work.bin"
    probe = Replay("all", "f", "", False, False, False, "", "", 0.0, (), (Example((array,), 0.0, 0.0, False, ()),))
    path.write_bytes(recorded.write(Recording("work", "", {}, {}, {"all": probe})))
    step = Step((array,), "", f'recorded.read(Path({str(path)!r})).probes["all"].examples[0].args')
    code = "\n".join(snippet(FACTS, "def f(array): ...", "f", [step]))
    names: dict[str, np.ndarray] = {"f": lambda array: None}  # type: ignore[dict-item, type-arg]
    exec(code.replace("from work import f", ""), names)
    assert ("np.array(" in code) == (array.flags.c_contiguous and array.flags.writeable)
    return names["array"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("form", ["C", "F", "strided", "read-only"])
def test_arguments_are_the_same_array_again(dtype: str, form: str, tmp_path: Path) -> None:
    array = (np.arange(24).reshape(2, 3, 4) / 7 * 13).astype(dtype)
    if form == "F":
        array = np.asfortranarray(array)
    elif form == "strided":
        array = np.repeat(array, 2, axis=-1)[..., ::2]
    array.flags.writeable = form != "read-only"
    again = as_given(array, tmp_path)
    assert again.dtype == array.dtype
    assert np.array_equal(again, array)
    assert (again.flags.c_contiguous, again.flags.f_contiguous, again.flags.writeable) == (
        array.flags.c_contiguous,
        array.flags.f_contiguous,
        array.flags.writeable,
    )


def test_lines_of_a_value_stand_below_each_other() -> None:
    """In a replay, and in what plain pytest prints."""
    text = example_text(Evidence(call="f(\n  1)", expected="[[1],\n [2]]", given="no answer"))
    assert text.split("\n") == [
        "  call      f(",
        "              1)",
        "  expected  [[1],",
        "             [2]]",
        "  given     no answer",
    ]
