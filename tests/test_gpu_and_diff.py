"""Runs on a GPU: what is refused without one; two runs compared; how old spellings are written now."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from corpus import ROOT, lay_over
from test_class import run

from grader import recorded
from grader.authoring import sync
from grader.desk import Desk
from grader.errors import UsageError
from grader.gpu import stamp
from grader.messages import Trouble
from grader.model import Submission
from grader.refusals import import_failure, refusal
from grader.student import Bench, Raised
from grader.surroundings import surroundings
from grader.worker.source import ExerciseSpec

__all__: list[str] = []

MULTIPLY = ["--exercise", "multiply_sum"]


@pytest.fixture
def class_of_two(tmp_path: Path) -> Path:
    """Somebody right and somebody wrong."""
    (tmp_path / "class").mkdir()
    lay_over("right", "einsum_windows", "right", tmp_path / "class")
    lay_over("wrong", "sum_mean", "wrong", tmp_path / "class")
    return tmp_path / "class"


def test_runs_that_agree_have_no_difference(class_of_two: Path, tmp_path: Path) -> None:
    for out in ("one", "two"):
        run("grade", class_of_two, "--out", tmp_path / out, *MULTIPLY)
    assert run("diff", tmp_path / "one", tmp_path / "two").stdout == "no mark moved\n"


def test_a_moved_mark_is_named_with_its_check(class_of_two: Path, tmp_path: Path) -> None:
    run("grade", class_of_two, "--out", tmp_path / "old", *MULTIPLY)
    shutil.copy(class_of_two / "right" / "multiply_sum.py", class_of_two / "wrong" / "multiply_sum.py")
    shutil.rmtree(class_of_two / "right")
    run("grade", class_of_two, "--out", tmp_path / "new", *MULTIPLY)
    lines = run("diff", tmp_path / "old", tmp_path / "new", status=1).stdout.splitlines()
    assert lines[0] == f"right: only in {tmp_path / 'old'}"
    assert lines[1] == "wrong: 0 -> 10"
    assert len(lines) > 3
    assert all(line.startswith("  multiply_sum: ") for line in lines[2:])


@pytest.mark.parametrize("torn", ["", "{", "[]", '{"tests": []}', '{"extra_data": {"student": "x"}}'])
def test_what_is_no_run_cannot_be_compared(tmp_path: Path, torn: str) -> None:
    if torn:
        (tmp_path / "results").mkdir()
        (tmp_path / "results" / "a.json").write_text(torn)
    assert str(tmp_path) in run("diff", tmp_path, tmp_path, status=2).stderr


def test_a_gpu_needs_a_container(class_of_two: Path, tmp_path: Path) -> None:
    done = run("grade", class_of_two, "--out", tmp_path / "out", "--device", "gpu", status=3)
    assert "--isolation container" in done.stderr


@pytest.mark.keras
@pytest.mark.skipif(Path("/dev/nvidiactl").exists(), reason="there is a GPU here")
def test_without_a_gpu_nothing_is_graded(class_of_two: Path, tmp_path: Path) -> None:
    typed = ["--device", "gpu", "--isolation", "container"]
    done = run("grade", class_of_two, "--out", tmp_path / "out", *typed, *MULTIPLY, status=2)
    assert "a convolution ran on" in done.stderr
    assert not (tmp_path / "out" / "grades.csv").exists()


def test_the_stamp_of_a_gpu_and_of_none() -> None:
    found = {"place": "/job:localhost/replica:0/task:0/device:GPU:0", "kind": "", "backend": "tensorflow"}
    assert "device:GPU:0" in stamp(found)
    assert "Keras on tensorflow" in stamp(found)
    with pytest.raises(UsageError, match="not on a GPU"):
        stamp({"place": "TFRT_CPU_0", "kind": "cpu", "backend": "jax"})


def test_workers_on_a_gpu_have_limits_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(
        [ExerciseSpec(name="work", functions=("f",))],
        _limits(),
        tmp_path,
        tmp_path,
        device="gpu",
        isolation="container",
    )
    seen = []
    monkeypatch.setattr(type(desk.bench.template), "fork", lambda self, limits, *rest: seen.append(limits))
    for device in ("cpu", "gpu"):
        Bench(desk.bench.template, _limits(), tmp_path, device=device).worker()
    desk.close()
    assert [(limits.memory_bytes > 0, limits.open_files) for limits in seen] == [(True, 64), (False, 1024)]


def test_surroundings_name_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    assert surroundings("numpy") == {}
    assert surroundings("keras")["CUDA_VISIBLE_DEVICES"] == "-1"
    on_gpu = surroundings("keras", "gpu")
    assert (on_gpu["CUDA_VISIBLE_DEVICES"], on_gpu["NVIDIA_TF32_OVERRIDE"]) == ("3", "0")


def test_answers_are_recorded_elsewhere_for_another_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    sync.record_into(str(ROOT), str(tmp_path / "there"), ["multiply_sum"], "cpu")
    here = recorded.read(ROOT / "grader" / "suites" / "recorded" / "multiply_sum.bin")
    there = recorded.read(tmp_path / "there" / "multiply_sum.bin")
    assert there.probes.keys() == here.probes.keys()
    drawn = [probe.drawn_from for probe in there.probes.values()]
    assert drawn == [probe.drawn_from for probe in here.probes.values()]


@pytest.mark.parametrize(
    ("error", "message", "now"),
    [
        ("ModuleNotFoundError", "No module named 'keras.layers.core'", "from keras.layers import"),
        ("ImportError", "cannot import name 'np_utils' from 'keras.utils'", "to_categorical(y, 10)"),
        ("ImportError", "cannot import name 'ImageDataGenerator' from 'keras.preprocessing.image'", "RandomFlip"),
        ("ModuleNotFoundError", "No module named 'nothing_known'", "Only NumPy"),
    ],
)
def test_old_imports_come_with_their_new_spelling(error: str, message: str, now: str) -> None:
    trouble = Trouble("raised", error, (error, "ImportError", "Exception"), message)
    assert now in import_failure("cifar_setup", Raised(trouble)).next_step


@pytest.mark.parametrize(
    ("message", "now"),
    [
        ("'Sequential' object has no attribute 'fit_generator'", "model.fit"),
        ("Argument(s) not recognized: {'lr': 0.1}", "learning_rate"),
        ("'float' object cannot be interpreted as an integer", "math.ceil"),
    ],
)
def test_old_calls_come_with_their_new_spelling(message: str, now: str) -> None:
    trouble = Trouble("raised", "AttributeError", ("AttributeError", "Exception"), message)
    assert now in refusal("train", Raised(trouble), public=True).next_step


def test_an_import_of_keras_where_there_is_none_is_the_students_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the NumPy part alone is installed, no template is started that could not import Keras."""
    monkeypatch.setattr("grader.desk.missing", lambda template: "keras must be installed")
    desk = Desk([ExerciseSpec(name="work", functions=("f",))], _limits(), tmp_path, tmp_path, isolation="process")
    case = desk.open(Submission(student="s", modules={"work": b"import keras\ndef f(): return 1"}))
    desk.fixture(case, "work")
    assert list(desk.templates) == ["numpy"]
    case.close()
    desk.close()


def _limits() -> Any:
    from grader import course

    return course.load(ROOT / "course.toml").limits
