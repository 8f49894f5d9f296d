"""The small commands of the bundle: hints in stages, putting back, what was done so far, a hand-in tried before."""

from __future__ import annotations

import json
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from handouts import FILES, ROOT, laid_out, run

from grader.check import public, resetting
from grader.check.commands import main
from grader.check.progress import Progress, home, load, record, save, upcoming
from grader.check.public import Index
from grader.check.wrapping import paragraphs
from grader.model import CheckResult

__all__: list[str] = []

INDEX = "grader/check/examples/index.json"
STAGES = ["What is it?", "Read on.\n    total = 0\nThen add.", "Nearly."]
Grader = Callable[..., tuple[int, str]]


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What these commands read of the bundle, with three hints on each check, as the working directory."""
    wanted = {name: data for name, data in FILES.items() if name.startswith(("exercises/", "grader/check/examples/"))}
    plain = json.loads(wanted[INDEX])
    for exercise in plain["exercises"]:
        for check in exercise["checks"]:
            check["hints"] = STAGES
    wanted[INDEX] = json.dumps(plain).encode()
    for name, data in wanted.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(public, "EXAMPLES", tmp_path / "grader" / "check" / "examples")
    monkeypatch.setattr(resetting, "STUBS", tmp_path / "grader" / "check" / "examples" / "stubs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def grader(bundle: Path, capsys: pytest.CaptureFixture[str]) -> Grader:
    """Runs a command: its exit status and what it says."""

    def command(*arguments: str) -> tuple[int, str]:
        status = main(arguments)
        said = capsys.readouterr()
        assert all(len(line) <= 80 for line in said.out.splitlines())
        return status, said.out + said.err

    return command


def remember(folder: Path, **outcomes: str) -> None:
    """Writes outcomes of convolve and multiply_sum as if they had been checked."""
    progress = load(folder)
    progress.outcomes |= {name.replace("__", "."): word for name, word in outcomes.items()}
    save(folder, progress)


def solve(bundle: Path, *names: str) -> None:
    """Puts solutions into the bundle."""
    for name in names:
        (bundle / "exercises" / f"{name}.py").write_bytes((ROOT / "solutions" / f"{name}.py").read_bytes())


# Hints


def test_hints_come_one_after_the_other_and_the_last_stays(grader: Grader) -> None:
    said = [grader("hint", "convolve.hand")[1] for _ in range(4)]
    assert [re.findall(r"hint \d of 3", text) for text in said] == [
        ["hint 1 of 3"], ["hint 2 of 3"], ["hint 3 of 3"], ["hint 3 of 3"],
    ]  # fmt: skip
    assert "gives the next hint" in said[0]
    assert "\n      total = 0\n" in said[1]
    assert "last hint" in said[2]
    assert "no more hints" in said[3]
    assert "Nearly." in said[3]


def test_hints_given_so_far_can_be_read_again(grader: Grader) -> None:
    assert "No hint on convolve.hand was given" in grader("hint", "convolve.hand", "--all")[1]
    grader("hint", "convolve.hand")
    grader("hint", "convolve.hand")
    for _ in range(2):
        said = grader("hint", "convolve.hand", "--all")[1]
        assert re.findall(r"hint \d of 3", said) == ["hint 1 of 3", "hint 2 of 3"]


def test_a_hint_is_for_the_check_that_is_to_be_done_next(bundle: Path, grader: Grader) -> None:
    assert "multiply_sum.hand: " in grader("hint")[1]
    remember(bundle, multiply_sum__hand="passed", multiply_sum__agrees="waits", multiply_sum__uint8="failed")
    assert "multiply_sum.uint8: " in grader("hint", "multiply_sum")[1]
    remember(bundle, **{f"multiply_sum__{name}": "passed" for name in ("agrees", "uint8", "mismatch")})
    assert "convolve.load_colour: " in grader("hint")[1]
    status, said = grader("hint", "multiply_sum")
    assert status == 2
    assert "public checks of multiply_sum passed" in said
    assert "multiply_sum.bilinear" in said


def test_a_name_that_is_none_gets_the_close_one(grader: Grader) -> None:
    assert "did you mean 'convolve'" in grader("hint", "convole")[1]
    assert "did you mean 'hand'" in grader("hint", "convolve.hnd")[1]


def test_a_damaged_file_is_kept_beside_and_a_strange_count_does_no_harm(bundle: Path, grader: Grader) -> None:
    (bundle / ".grader").mkdir()
    place = bundle / ".grader" / "progress.json"
    for number, damaged in enumerate((b'{"hints": {"convolve.hand": 2', b'{"current": "\xff"}'), 1):
        place.write_bytes(damaged)
        assert "hint 1 of 3" in grader("hint", "convolve.hand")[1]
        assert (place.parent / f"progress.damaged-{number}.json").read_bytes() == damaged
    place.write_text('{"hints": {"convolve.hand": 99, "convolve.colour": -3}}', encoding="utf-8")
    assert "hint 3 of 3" in grader("hint", "convolve.hand")[1]
    assert "hint 1 of 3" in grader("hint", "convolve.colour")[1]


def test_a_folder_that_cannot_be_written_to_costs_the_memory_alone(bundle: Path, grader: Grader) -> None:
    (bundle / ".grader").write_text("a file", encoding="utf-8")
    assert "hint 1 of 3" in grader("hint", "convolve.hand")[1]
    assert grader("progress")[0] == 0


# Putting back


def test_what_was_changed_is_put_back_and_the_own_work_kept(bundle: Path, grader: Grader) -> None:
    module = bundle / "exercises" / "convolve.py"
    remember(bundle, convolve__hand="passed", multiply_sum__hand="passed")
    for words in (b"mine", b"mine, again"):
        module.write_bytes(words)
        status, said = grader("reset", "convolve", "--yes")
        assert status == 0
        assert module.read_bytes() == FILES["exercises/convolve.py"]
        assert re.search(r"\.grader.backups.[\d-]+.convolve\.py exercises.$", said, re.MULTILINE)
    kept = [path.read_bytes() for path in (bundle / ".grader" / "backups").glob("*/convolve.py")]
    assert sorted(kept) == [b"mine", b"mine, again"]
    assert load(bundle).outcomes == {"multiply_sum.hand": "passed"}
    assert "there is nothing to put back" in " ".join(grader("reset", "convolve", "--yes")[1].split())


def test_backups_of_one_second_have_folders_of_their_own(bundle: Path, grader: Grader) -> None:
    for number in range(4):
        (bundle / "exercises" / "convolve.py").write_text(f"number {number}", encoding="utf-8")
        grader("reset", "convolve", "--yes")
    kept = {path.read_text("utf-8") for path in (bundle / ".grader" / "backups").glob("*/convolve.py")}
    assert kept == {f"number {number}" for number in range(4)}


def test_notebook_and_module_are_put_back_each_or_both(bundle: Path, grader: Grader) -> None:
    paths = [bundle / "exercises" / f"convolve{ending}" for ending in (".py", ".ipynb")]
    released = [path.read_bytes() for path in paths]

    def after(*options: str) -> list[bool]:
        for path in paths:
            path.write_bytes(b"mine")
        grader("reset", "convolve", "--yes", *options)
        return [path.read_bytes() == data for path, data in zip(paths, released, strict=True)]

    assert after("--notebook") == [False, True]
    assert after("--module") == [True, False]
    assert after() == [True, True]
    paths[0].unlink()
    assert "exercises/convolve.py is as it was handed out" in grader("reset", "convolve")[1]
    assert paths[0].read_bytes() == released[0]


def test_line_ends_of_windows_are_no_change(bundle: Path, grader: Grader) -> None:
    path = bundle / "exercises" / "convolve.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert "nothing to put back" in " ".join(grader("reset", "convolve")[1].split())


@pytest.mark.parametrize(("answer", "back"), [("y", True), ("", False), ("no", False)])
def test_on_a_terminal_it_asks(
    bundle: Path, grader: Grader, monkeypatch: pytest.MonkeyPatch, answer: str, back: bool
) -> None:
    path = bundle / "exercises" / "convolve.py"
    path.write_bytes(b"mine")
    status, said = grader("reset", "convolve")  # nobody is there to be asked
    assert (status, path.read_bytes()) == (2, b"mine")
    assert "--yes" in said
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    said = grader("reset", "convolve")[1]
    assert (path.read_bytes() != b"mine") is back
    assert back or "Nothing was changed." in said


# What was done so far


def test_the_table_counts_public_checks_and_is_no_mark(bundle: Path, grader: Grader) -> None:
    remember(bundle, multiply_sum__hand="passed", multiply_sum__agrees="failed", multiply_sum__bilinear="later")
    grader("hint", "multiply_sum.agrees")
    said = grader("progress")[1]
    row = next(line for line in said.splitlines() if line.startswith("  multiply_sum"))
    assert " 1/4 " in row
    assert row.endswith("grader check multiply_sum.agrees")
    assert "multiply_sum: agrees 1 of 3" in said
    assert "This is no mark." in said
    assert " 0/13 " in next(line for line in said.splitlines() if line.startswith("  cifar_setup"))
    remember(bundle, **{f"multiply_sum__{name}": "passed" for name in ("agrees", "uint8", "mismatch")})
    assert re.search(r"multiply_sum .* 4/4 +public checks passed", grader("progress")[1])


def test_verdicts_are_remembered_by_their_words() -> None:
    def verdict(name: str, outcome: str, waits_for: str = "") -> CheckResult:
        plain = {"name": name, "title": "", "points": 0.0, "max_points": 0.0}
        return msgspec.convert(plain | {"outcome": outcome, "waits_for": waits_for}, CheckResult)

    progress = Progress(outcomes={"convolve.shape": "passed"})
    record(
        progress,
        "convolve",
        [verdict("hand", "failed"), verdict("colour", "not_run", "hand"), verdict("grey", "not_run")],
    )
    assert progress.outcomes == {
        "convolve.shape": "passed", "convolve.hand": "failed", "convolve.colour": "waits", "convolve.grey": "later",
    }  # fmt: skip


def test_a_check_that_waits_is_not_the_next_while_another_can_be_done() -> None:
    index = msgspec.json.decode(FILES[INDEX], type=Index)
    exercise, _ = index.choose("multiply_sum")
    only = Progress(outcomes={f"multiply_sum.{name}": "waits" for name in ("hand", "agrees", "uint8", "mismatch")})
    found = upcoming(only, exercise)
    assert found is not None
    assert found.name == "hand"
    only.outcomes["multiply_sum.uint8"] = "failed"
    found = upcoming(only, exercise)
    assert found is not None
    assert found.name == "uint8"


def test_checks_are_remembered_wherever_they_are_typed(tmp_path: Path) -> None:
    """From the bundle as it is released; work that lies elsewhere leaves no trace."""
    folder = laid_out(tmp_path / "bundle")
    solve(folder, "multiply_sum")
    code = "from grader.check.commands import main; sys.exit(main(sys.argv[1:]))"
    assert run(folder, code, "check", "multiply_sum").returncode == 0
    assert set(load(folder).outcomes.values()) == {"passed", "later"}
    (folder / ".grader" / "progress.json").unlink()
    (tmp_path / "mine").mkdir()
    solution = (folder / "exercises" / "multiply_sum.py").read_bytes()
    (tmp_path / "mine" / "multiply_sum.py").write_bytes(solution)
    assert run(folder, code, "check", "multiply_sum.hand", "--in", str(tmp_path / "mine" / ".")).returncode == 0
    assert load(folder) == Progress()
    assert [path.name for path in (tmp_path / "mine").iterdir() if path.suffix != ".py"] == []
    assert home(folder / "exercises") == folder


# A hand-in, tried before


def test_what_is_right_will_be_read(bundle: Path, grader: Grader) -> None:
    solve(bundle, "multiply_sum", "convolve")
    (bundle / "exercises" / "notes.txt").write_text("mine", encoding="utf-8")
    (bundle / "exercises" / ".ipynb_checkpoints").mkdir()
    status, said = grader("submit-check")
    assert status == 0
    assert re.search(r"multiply_sum +will be read +multiply_sum\.py", said)
    assert re.search(r"filter_design +as handed out", said)
    assert "left alone, which does no harm: .ipynb_checkpoints, notes.txt" in said
    assert "Everything will be read." in said
    assert "passed" not in said


@pytest.mark.parametrize(
    ("source", "word", "told"),
    [
        ("def multiply_sum(a, b:\n", "cannot be read", "line 1, is not valid Python yet"),
        ("import scipy\ndef multiply_sum(a, b): return 1\n", "not allowed", "uses scipy"),
        ("def multiply_sums(a, b): return 1\n", "look here", "It has no `multiply_sum`"),
        ("import torchvision\ndef multiply_sum(a, b): return 1\n", "look here", "It imports `torchvision`"),
        (f"# mine\n{FILES['exercises/multiply_sum.py'].decode()}", "as handed out", "Nothing is written yet"),
        ("import math\nmultiply_sum = max\n", "will be read", ""),
        ("from helper import *\n", "will be read", ""),
    ],
)
def test_each_problem_has_a_word_and_a_sentence(
    bundle: Path, grader: Grader, source: str, word: str, told: str
) -> None:
    (bundle / "exercises" / "multiply_sum.py").write_text(source, encoding="utf-8")
    (bundle / "exercises" / "helper.py").write_text("def multiply_sum(a, b): return 1\n", encoding="utf-8")
    status, said = grader("submit-check")
    assert re.search(rf"multiply_sum +{word} +multiply_sum\.py", said)
    assert told in " ".join(said.split())
    good = word in ("as handed out", "will be read")
    assert status == int(not good)
    assert ("look at multiply_sum" in said) is not good


def test_functions_that_are_left_are_named(bundle: Path, grader: Grader) -> None:
    path = bundle / "exercises" / "convolve.py"
    path.write_text(path.read_text("utf-8").replace("raise NotImplementedError", "return 1", 1), encoding="utf-8")
    status, said = grader("submit-check")
    assert status == 0
    assert "Not written yet: `top_left`, `filtered_shape`, `convolve`." in said


def test_module_against_notebook(bundle: Path, grader: Grader) -> None:
    book = bundle / "exercises" / "multiply_sum.ipynb"
    plain = json.loads(book.read_text("utf-8"))
    source = "def multiply_sum(a, b):\n    return 1.0"
    plain["cells"].append({"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": 1})
    book.write_text(json.dumps(plain), encoding="utf-8")
    said = " ".join(grader("submit-check")[1].split())
    assert "multiply_sum will be read multiply_sum.ipynb" in said
    assert "multiply_sum.py is still as it was handed out, so multiply_sum.ipynb counts." in said
    solve(bundle, "multiply_sum")
    said = " ".join(grader("submit-check")[1].split())
    assert "Both multiply_sum.py and multiply_sum.ipynb answer multiply_sum; multiply_sum.py counts." in said


def test_an_archive_of_a_folder_from_within(bundle: Path, grader: Grader) -> None:
    """`tar czf ../mine.tar.gz .` has a member for the folder itself, which has no name."""
    solve(bundle, "multiply_sum")
    with tarfile.open(bundle / "mine.tar.gz", "w:gz") as packed:
        packed.add(bundle / "exercises", ".", recursive=False)
        packed.add(bundle / "exercises" / "multiply_sum.py", "./multiply_sum.py")
    assert re.search(r"multiply_sum +will be read", grader("submit-check", "mine.tar.gz")[1])


def test_an_archive_is_read_as_grading_does(bundle: Path, grader: Grader) -> None:
    with zipfile.ZipFile(bundle / "mine.zip", "w") as packed:
        packed.writestr("mine/multiply_sum (1).py", "def multiply_sum(a, b): return 1\n")
        packed.writestr("__MACOSX/mine/._multiply_sum.py", "")
        packed.writestr("mine/.DS_Store", "")
        packed.writestr("mine/picture.png", "")
    status, said = grader("submit-check", "mine.zip")
    assert status == 1
    assert "'mine/multiply_sum (1).py' was read as multiply_sum.py" in " ".join(said.split())
    assert "left alone, which does no harm: .DS_Store, __MACOSX, picture.png" in said
    assert re.search(r"convolve +missing\n +Add convolve\.py", said)
    assert "1 of 5 exercises will be read" in said


def test_what_would_be_refused_says_why(bundle: Path, grader: Grader) -> None:
    (bundle / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    with tarfile.open(bundle / "linked.tar.gz", "w:gz") as packed:
        link = tarfile.TarInfo("convolve.py")
        link.type, link.linkname = tarfile.SYMTYPE, "elsewhere"
        packed.addfile(link)
    (bundle / "twice").mkdir()
    for folder in ("a", "b"):
        (bundle / "twice" / folder).mkdir()
        (bundle / "twice" / folder / "convolve.py").write_text("", encoding="utf-8")
    (bundle / "large").mkdir()
    (bundle / "large" / "convolve.py").write_text("#" * 1_000_001, encoding="utf-8")
    for name, why in (
        ("broken.zip", "broken or was cut short"), ("linked.tar.gz", "is a link"), ("twice", "is there twice"),
        ("large", "larger than 1 MB"),
    ):  # fmt: skip
        status, said = grader("submit-check", name)
        assert status == 1
        assert "would be refused" in said
        assert why in " ".join(said.split())


def test_a_hand_in_is_read_where_flags_of_unix_are_missing(tmp_path: Path) -> None:
    folder = laid_out(tmp_path / "bundle")
    code = """
import os
for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY"):
    delattr(os, name)
from grader.check.commands import main; sys.exit(main(["submit-check"]))
"""
    done = run(folder, code)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("as handed out") == 5


def test_single_files_are_told_what_they_are(bundle: Path, grader: Grader) -> None:
    solve(bundle, "multiply_sum")
    status, said = grader("submit-check", "exercises/multiply_sum.py")
    assert status == 0
    assert "convolve" not in said
    assert "A single module" in said
    status, said = grader("submit-check", "exercises/convolve.ipynb")
    assert status == 0
    assert "multiply_sum" not in said
    (bundle / "notes.txt").write_text("mine", encoding="utf-8")
    for name in ("notes.txt", "nowhere", "nowhere.py"):
        assert grader("submit-check", name)[0] == 2


def test_prose_is_wrapped_and_code_is_not() -> None:
    code = "    " + "x" * 90
    text = paragraphs(f"{'word ' * 30}\n{code}\nend")
    lines = text.split("\n")
    assert f"  {code}" in lines
    assert all(len(line) <= 80 for line in lines if "x" not in line)
    assert lines[-1] == "  end"
