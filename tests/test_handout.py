"""What students get: which files, from what, in which words, and always the same bytes."""

from __future__ import annotations

import ast
import io
import json
import os
import re
import stat
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import msgspec
import pytest
from handouts import COURSE, FILES, ROOT, copied
from packaging.requirements import Requirement

from grader import recorded
from grader.check.public import Index
from grader.cli import main
from grader.course import load
from grader.errors import GraderError, UsageError
from grader.handout.bundle import members, slug
from grader.handout.needs import NUMPY
from grader.handout.release import archive, release

__all__: list[str] = []

INDEX = msgspec.json.decode(FILES["grader/check/examples/index.json"], type=Index)
CHECKS = {f"{one.name}.{check.name}": check for one in INDEX.exercises for check in one.checks}
EXAMPLES = {one.name: recorded.unpacked(FILES[f"grader/check/examples/{one.name}.bin"]) for one in INDEX.exercises}
NAME = "convolutional-neural-networks-from-scratch"


def names(data: bytes) -> dict[str, str]:
    """The entries of a requirements file: names and versions."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", data.decode(), re.MULTILINE))


@pytest.mark.parametrize(
    ("title", "name"),
    [(COURSE.title, NAME), ("Übung: Filter & Netze, Teil 2", "ubung-filter-netze-teil-2"), ("../..", "course")],
)
def test_folder_and_zip_are_named_after_the_course(title: str, name: str) -> None:
    assert slug(title) == name


def test_the_bundle_holds_what_a_student_needs() -> None:
    stubs = {f"exercises/{exercise.name}.py" for exercise in COURSE.ready}
    documents = {"README.md", "LICENSE", "pyproject.toml", "requirements.txt", "docs/contract.md", "docs/digits.md"}
    data = {"data/grace_hopper.jpg", "data/NOTICE.txt", "data/synset_words.txt", "data/digits.weights.h5"}
    assert stubs | documents | data | {"grader/notebook.py", "requirements-keras.txt"} <= set(FILES)
    assert {name: FILES[name] for name in stubs} == {name: (ROOT / name).read_bytes() for name in stubs}


def test_the_bundle_holds_nothing_that_is_the_staffs() -> None:
    top = {name.split("/")[0] for name in FILES}
    assert top.isdisjoint({"course.toml", "solutions", "tests", "tox.ini"})
    modules = {name.split("/")[1].removesuffix(".py") for name in FILES if name.startswith("grader/")}
    staff = {
        "suites",
        "sync",
        "drawing",
        "handout",
        "report",
        "warm",
        "session",
        "desk",
        "stubs",
        "cli",
        "live",
    }
    assert modules.isdisjoint(staff)
    assert {"grader/worker/template.py", "grader/worker/lock.py"}.isdisjoint(FILES)


def test_no_module_asks_for_what_only_unix_has() -> None:
    asked = set()
    for name in (name for name in FILES if name.endswith(".py") and name.startswith("grader/")):
        for node in ast.walk(ast.parse(FILES[name])):
            if isinstance(node, ast.Import):
                asked |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                asked.add(node.module or "")
    assert "subprocess" in asked
    assert asked.isdisjoint({"fcntl", "resource", "pwd", "grp", "termios", "pty"})


def test_one_exercise_alone() -> None:
    files = members(ROOT, COURSE, ["convolve"])
    assert [name for name in files if name.startswith("exercises/") and name.endswith(".py")] == [
        "exercises/convolve.py"
    ]
    assert [name for name in files if name.endswith(".bin")] == ["grader/check/examples/convolve.bin"]
    assert "requirements-keras.txt" not in files
    assert b"Keras and TensorFlow" not in files["README.md"]
    with pytest.raises(UsageError, match="did you mean 'convolve'"):
        members(ROOT, COURSE, ["convolv"])


def test_every_notebook_comes_along_but_those_of_other_exercises(tmp_path: Path) -> None:
    root = copied(tmp_path)
    for name in ("convolve", "multiply_sum", "welcome"):
        (root / "exercises" / f"{name}.ipynb").write_text('{"cells": []}', encoding="utf-8")
    assert {name for name in members(root, COURSE, ()) if name.endswith(".ipynb")} >= {
        "exercises/convolve.ipynb", "exercises/multiply_sum.ipynb", "exercises/welcome.ipynb",
    }  # fmt: skip
    few = members(root, COURSE, ["convolve"])
    books = {name for name in few if name.endswith(".ipynb")}
    assert {"exercises/convolve.ipynb", "exercises/welcome.ipynb"} <= books
    assert "exercises/multiply_sum.ipynb" not in books
    assert 'check("convolve")' in few["README.md"].decode()


def test_the_readme_says_exercises_points_and_the_first_steps() -> None:
    text = FILES["README.md"].decode()
    for exercise in COURSE.ready:
        assert f"| `{exercise.name}` | {exercise.points:g} | {exercise.title} |" in text
    assert "pip install -r requirements.txt" in text
    assert "grader check multiply_sum.hand" in text
    assert "grader watch" in text
    assert "not locked in" in text
    assert "all tests passed" not in text.lower()
    assert "{{" not in text
    assert "{%" not in text
    assert max(map(len, text.splitlines())) <= 140


def test_every_file_that_the_readme_names_is_there() -> None:
    text = FILES["README.md"].decode()
    paths = re.findall(r"`((?:docs|exercises|data|grader)/[\w./]*|\w+\.txt|LICENSE)`", text)
    assert len(paths) > 5
    for path in paths:
        assert any(name == path or name.startswith(path) or name == f"data/{path}" for name in FILES), path


# Requirements


def test_versions_and_hashes_are_those_of_the_locks() -> None:
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for name in ("requirements.txt", "requirements-keras.txt"):
        entries = FILES[name].decode().split("\n", 1)[1]
        assert entries.count("--hash=sha256:") > len(names(FILES[name]))
        for entry in re.split(r"\n(?=[\w.-]+==)", entries):
            assert entry.strip("\n") in lock


def test_the_numpy_file_is_small_and_whole() -> None:
    there = names(FILES["requirements.txt"])
    assert there.keys() == NUMPY
    assert there.keys().isdisjoint({"tensorflow", "keras", "hypothesis", "jupytext"})
    assert _lacking(there, "win32") | _lacking(there, "linux") == set()


def test_the_keras_file_is_whole() -> None:
    there = names(FILES["requirements-keras.txt"])
    assert {"keras", "tensorflow", "tensorflow-cpu", "opencv-python-headless", *NUMPY} <= there.keys()
    assert _lacking(there, "linux") == set()


def _lacking(there: dict[str, str], platform: str) -> set[str]:
    """What the named libraries need on a system and the file does not have; only what is installed here can tell."""
    lacking = set()
    for name in there:
        try:
            wanted = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        for requirement in map(Requirement, wanted):
            marker = requirement.marker
            if marker is None or marker.evaluate({"extra": "", "sys_platform": platform}):
                lacking |= {requirement.name.lower().replace("_", "-")} - there.keys()
    return lacking


def test_a_lock_that_lacks_a_library_is_named(tmp_path: Path) -> None:
    root = copied(tmp_path)
    text = (root / "requirements.txt").read_text(encoding="utf-8")
    (root / "requirements.txt").write_text(text.replace("\npillow==", "\npillows=="), encoding="utf-8")
    with pytest.raises(GraderError, match=r"no entry for pillow.*tox -e lock"):
        members(root, COURSE, ())


# Public checks as data


def test_checks_that_need_a_suite_run_at_hand_in() -> None:
    later = {name for name, check in CHECKS.items() if not check.made}
    assert {"filter_design.edge_flat", "filter_design.shoulder_portrait", "vgg_assembly.outputs"} <= later
    assert {"multiply_sum.bilinear", "convolve.grey", "cifar_setup.learns", "cifar_setup.flip"} <= later
    assert {name for name in CHECKS if "quiz" in name} <= later


def test_checks_that_compare_answers_are_public() -> None:
    public = {name for name, check in CHECKS.items() if check.probes}
    assert {"multiply_sum.hand", "convolve.hand", "convolve.intact", "filter_design.channels_last"} <= public
    assert {"vgg_assembly.top_k", "vgg_assembly.tiles"} <= public
    assert CHECKS["convolve.intact"].probes == ("intact",)


def test_what_runs_at_hand_in_alone_is_what_was_meant_to() -> None:
    """Public checks are read off the suites' own tests: one that is written in another way would be lost in silence."""
    alone = {
        "multiply_sum": "bilinear layouts",
        "convolve": "grey families keras",
        "filter_design": "edge_flat edge_vertical shoulder_form shoulder_portrait shoulder_synthetic "
        "quiz_line quiz_prewitt quiz_transposed quiz_flipped",
        "vgg_assembly": "outputs",
        "cifar_setup": "shift flip fresh learns augments validates",
    }
    found = {one.name: " ".join(check.name for check in one.checks if not check.made) for one in INDEX.exercises}
    assert found == alone


def test_texts_are_those_of_the_course() -> None:
    for exercise, shown in zip(COURSE.ready, INDEX.exercises, strict=True):
        assert [check.name for check in shown.checks] == [check.name for check in exercise.checks]
        assert [(check.hints, check.after) for check in shown.checks] == [(c.hints, c.after) for c in exercise.checks]
    assert CHECKS["convolve.hand"].title == "slides the filter over small images without padding and without turning it"


def test_examples_are_the_public_ones_and_nothing_more() -> None:
    for name, shown in EXAMPLES.items():
        whole = recorded.read(ROOT / "grader" / "suites" / "recorded" / f"{name}.bin")
        assert (shown.secret, shown.versions) == ("", {})
        for probe in shown.probes.values():
            original = whole.probes[probe.name]
            assert probe.drawn_from == ""
            assert all(example.public for example in probe.examples)
            assert len(probe.examples) == sum(example.public for example in original.examples) > 0
            assert probe.mistakes == original.mistakes


def test_no_question_is_answered_by_data() -> None:
    """What a function without arguments returns is shipped only where it is arrays that the text describes."""
    known = {probe.function for one in EXAMPLES.values() for probe in one.probes.values() if not probe.examples[0].args}
    assert known == {"horizontal_line_filter", "prewitt_filter", "prewitt_variants", "load_cifar10"}
    assert not any(b"the sign of the response flips" in FILES[f"grader/check/examples/{n}.bin"] for n in EXAMPLES)


# Written once, always the same


def test_a_zip_is_the_folder() -> None:
    with zipfile.ZipFile(io.BytesIO(archive(NAME, FILES))) as packed:
        assert {info.filename: packed.read(info) for info in packed.infolist()} == {
            f"{NAME}/{path}": data for path, data in FILES.items()
        }
        assert {(info.date_time, info.external_attr >> 16, info.create_system) for info in packed.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), 0o100644, 3)
        }
        assert packed.testzip() is None


def test_two_checkouts_give_the_same_bytes(tmp_path: Path) -> None:
    """Another folder, umask, time zone, language and order of sets change nothing."""
    made = []
    for number, (mask, zone, hashed) in enumerate([(0o22, "UTC", "1"), (0o77, "Asia/Tokyo", "2")]):
        root = copied(tmp_path / f"checkout {number}")
        done = subprocess.run(
            [sys.executable, "-P", "-m", "grader", "release", "--out", str(root / "out")],
            cwd=root,
            env=os.environ | {"PYTHONPATH": str(root), "TZ": zone, "PYTHONHASHSEED": hashed, "LC_ALL": "C"},
            umask=mask,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "nothing leaks" in done.stdout
        folder = root / "out" / NAME
        modes = {path.relative_to(folder): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
        assert set(modes.values()) == {0o644, 0o755}
        made.append(((root / "out" / f"{NAME}.zip").read_bytes(), modes))
        assert str(tmp_path).encode() not in made[-1][0]
        assert sorted(path.name for path in (root / "out").iterdir()) == [NAME, f"{NAME}.zip"]
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0][0])) as packed:
        assert [name for name in packed.namelist() if "__pycache__" in name] == []


def test_an_earlier_release_makes_room_and_other_folders_do_not(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    (tmp_path / NAME / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(UsageError, match="no zip beside it tells"):
        release(ROOT, COURSE, tmp_path, ["multiply_sum"])
    assert [path.name for path in tmp_path.rglob("*")] == [NAME, "mine.txt"]
    (tmp_path / NAME / "mine.txt").unlink()
    (tmp_path / NAME).rmdir()
    release(ROOT, COURSE, tmp_path, ["multiply_sum"])
    (tmp_path / NAME / "exercises" / "old.py").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match=r"exercises/old\.py is not as a release wrote it"):
        release(ROOT, COURSE, tmp_path, ["multiply_sum"])
    (tmp_path / NAME / "exercises" / "old.py").unlink()
    release(ROOT, COURSE, tmp_path, ["multiply_sum", "convolve"])
    assert (tmp_path / NAME / "exercises" / "convolve.py").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [NAME, f"{NAME}.zip"]


def test_a_leak_ends_the_command_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copied(tmp_path / "course")
    secret = load(root / "course.toml").secret
    document = root / "docs" / "digits.md"
    document.write_text(f"{document.read_text(encoding='utf-8')}\n{secret}\n", encoding="utf-8")
    lines = document.read_text(encoding="utf-8").count("\n")
    assert main(["release", "--out", str(tmp_path / "out"), "--course", str(root)]) == 1
    said = capsys.readouterr().err
    assert f"docs/digits.md:{lines}: the secret of course.toml" in said
    assert "Nothing was written" in said
    assert not (tmp_path / "out").exists()


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    root = copied(tmp_path)
    (root / "docs" / "contract.md").unlink()
    with pytest.raises(GraderError, match=r"docs/contract\.md belongs to what students get"):
        members(root, COURSE, ())


def test_the_index_is_text_that_can_be_read() -> None:
    plain = json.loads(FILES["grader/check/examples/index.json"])
    assert [one["spec"]["name"] for one in plain["exercises"]] == [one.name for one in COURSE.ready]
    assert COURSE.secret not in json.dumps(plain)
