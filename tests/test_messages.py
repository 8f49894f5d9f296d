"""What students read about known mistakes is what the golden files say, and names are the right ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import build_messages
import pytest
from build_messages import (
    BREAKAGE,
    COURSE,
    TARGET,
    Counter,
    Row,
    everything,
    expected_files,
    figures,
    rows,
    table,
    told,
)
from corpus import GOLDEN, WRONG
from handouts import laid_out, run

from grader.check.showing import summary, text
from grader.proofs.bench import Work

__all__: list[str] = []

NUMPY = [exercise.name for exercise in COURSE.ready if exercise.template == "numpy"]
KERAS = [exercise.name for exercise in COURSE.ready if exercise.template == "keras"]
SAMPLE = {"vgg_assembly": ["vgg_half_built", "vgg_labels_first_word"], "cifar_setup": ["cifar_compile_sgd"]}
CHECK = "import sys; from grader.check.commands import main; sys.exit(main(sys.argv[1:]))"


def committed(exercise: str) -> str:
    return (TARGET / f"{exercise}.md").read_text("utf-8")


def sections(text: str) -> dict[str, str]:
    """The sections of a golden file by the names of the submissions."""
    parts = text.split("\n## ")[1:]
    return {part.partition("\n")[0]: part.strip() for part in parts}


def test_messages_of_numpy_exercises_are_as_committed(store: Path) -> None:
    files = expected_files(NUMPY, 1, store)
    for name in NUMPY:
        now, before = sections(files[f"{name}.md"]), sections(committed(name))
        stale = {one for one in now.keys() | before.keys() if now.get(one) != before.get(one)}
        assert stale == set(), "run: python tests/build_messages.py"
        assert files[f"{name}.md"] == committed(name)


@pytest.mark.keras
@pytest.mark.parametrize("exercise", KERAS)
def test_messages_of_keras_exercises_are_as_committed(exercise: str, store: Path) -> None:
    """A sample; `python tests/build_messages.py --check` compares all of them."""
    before = sections(committed(exercise))
    # In Python 3.11 two threads that parse can end in a SystemError.
    for one in told(exercise, SAMPLE[exercise], 1, store):
        assert build_messages.rendered(one).removeprefix("## ").strip() == before[one.name]


def test_each_wrong_submission_is_in_a_file() -> None:
    assert sorted(row.name for row in everything({})) == WRONG


def test_each_wrong_submission_has_a_true_mistake() -> None:
    without = [name for name in WRONG if not GOLDEN.expected(name, COURSE).true_mistake]
    assert without == []
    named = {name for name in WRONG if GOLDEN.expected(name, COURSE).misconception}
    assert [name for name in named if GOLDEN.expected(name, COURSE).mistake == BREAKAGE] == []


def test_the_names_are_right_and_few_are_missing() -> None:
    """The committed table is that of the committed files, and reaches what is asked for."""
    found = everything({})
    assert (TARGET / "table.md").read_text("utf-8") == table(found)
    precision, recall = figures(found)
    assert precision >= 0.95
    assert recall >= 0.9


def test_figures_count_names_and_mistakes() -> None:
    right = Row("one", "strides", ("strides",), ("strides",))
    unknown = Row("two", "clipped", (), ())
    false = Row("three", "rounded", ("clipped",), ("clipped", "rounded"))
    broken = Row("four", BREAKAGE, (), ())
    assert figures([right]) == (1.0, 1.0)
    assert figures([right, unknown, broken]) == (1.0, 0.5)
    assert figures([right, false]) == (pytest.approx(2 / 3), 0.5)
    assert figures([right, Row("five", BREAKAGE, (), ("strides",))]) == (0.5, 1.0)
    assert "| rounded | 1 | 0 | 0 | clipped (three) |" in table([right, unknown, false, broken])


def test_rows_are_read_back() -> None:
    lines = [*build_messages.HEAD, "| one | strides |  | strides, clipped |"]
    assert rows("\n".join(lines)) == [Row("one", "strides", (), ("strides", "clipped"))]


@pytest.fixture(scope="module")
def counter() -> Iterator[Counter]:
    """The counter that the golden files come from."""
    made = Counter()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("name", "exercise"),
    [
        ("sum_syntax_error", "multiply_sum"),
        ("sum_running_total", "multiply_sum"),
        ("convolve_flips_rows", "convolve"),
        ("convolve_exits_at_import", "convolve"),
        ("shape_wants_arrays", "convolve"),
        ("variants_capital_keys", "filter_design"),
        ("filters_without_import", "filter_design"),
    ],
)
def test_grader_check_says_the_same(counter: Counter, tmp_path: Path, name: str, exercise: str) -> None:
    """The files come from workers of the engine; the student's own process gives the same words."""
    files = GOLDEN.files("wrong", name)
    folder = laid_out(tmp_path) / "exercises"
    for path, data in files.items():
        (folder / path).write_bytes(data)
    done = run(tmp_path, CHECK, "check", exercise)
    wanted = counter.check(Work(name, files), exercise)
    if isinstance(wanted, str):
        assert " ".join(wanted.split()) in " ".join(done.stdout.split())
    else:
        assert text(exercise, wanted) in done.stdout
        assert summary(wanted) in done.stdout
    assert done.returncode == 1


def test_messages_are_neutral() -> None:
    """No word that makes light of a difficulty, and none that promises more than was checked."""
    words = re.compile(r"\b(simply|just|obviously|of course|trivial(ly)?|all tests passed|you forgot)\b", re.I)
    texts = [
        line for exercise in COURSE.ready for line in committed(exercise.name).split("\n") if line.startswith("> ")
    ]
    assert texts
    assert [line for line in texts if words.search(line)] == []


def test_a_stale_file_is_told_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build_messages, "TARGET", tmp_path)
    monkeypatch.setattr(build_messages, "told", lambda exercise, names, jobs, store: [])
    assert build_messages.main(["--check", "--exercise", "multiply_sum"]) == 1
    said = capsys.readouterr()
    assert "multiply_sum.md" in said.err
    assert "python tests/build_messages.py" in said.err
    assert build_messages.main(["--exercise", "multiply_sum"]) == 0
    assert build_messages.main(["--check", "--exercise", "multiply_sum"]) == 0
