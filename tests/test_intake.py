"""Intake: what is read, what is refused with a sentence, and that nothing else ever comes out."""

from __future__ import annotations

import errno
import gzip
import io
import os
import socket
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import GraderError, SubmissionError, UsageError
from grader.intake import Entry, entry_for, read, scan
from grader.model import Submission

__all__: list[str] = []

EXERCISES = ("multiply_sum", "convolve", "filter_design")
MB = 10**6
Files = dict[str, bytes]


def write_folder(path: Path, files: Files) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def write_zip(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tar_of(files: Files, layout: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=layout) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def write_tar(path: Path, files: Files) -> Path:
    path.write_bytes(tar_of(files))
    return path


WRITERS: dict[str, Callable[[Path, Files], Path]] = {
    "alice": write_folder,
    "alice.ZIP": write_zip,
    "alice.tgz": write_tar,
}


@pytest.fixture(params=WRITERS)
def hand_in(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Files], Submission]:
    """Read the same files as a folder, a zip and a tar."""
    return lambda files: grade_ready(WRITERS[request.param](tmp_path / request.param, files))


def grade_ready(path: Path) -> Submission:
    return read(entry_for(path), EXERCISES)


def refusal(path: Path) -> str:
    """The sentence with which `path` is refused: one, printable."""
    with pytest.raises(SubmissionError) as caught:
        grade_ready(path)
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert sentence.endswith(".")
    assert len(sentence) < 600
    return sentence


# ------------------------------------------------------------------------------------------- the folder of submissions


def test_scan_lists_by_student(tmp_path: Path) -> None:
    for name in ("zoë", "=cmd()", "-rf", "O'Neill, Ann", "<b>"):
        (tmp_path / name).mkdir()
    for name in ("bob.TAR.GZ", "carl.tgz", "dora.Zip", "eve.ipynb", "notes.txt", "x.py", "y.tar", ".hidden.zip"):
        (tmp_path / name).write_bytes(b"")
    for name in ("__MACOSX", "__pycache__", ".ipynb_checkpoints", ".git"):
        (tmp_path / name).mkdir()
    found = scan(tmp_path)
    assert [e.student for e in found.entries] == [
        "-rf", "<b>", "=cmd()", "O'Neill, Ann", "bob", "carl", "dora", "eve", "zoë",
    ]  # fmt: skip
    assert found.unusable == ()
    assert found.entries[4].paths == (tmp_path / "bob.TAR.GZ",)


def test_twins_share_a_name_and_are_refused(tmp_path: Path) -> None:
    (tmp_path / "jürgen").mkdir()
    (tmp_path / unicodedata.normalize("NFD", "jürgen")).mkdir()
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann.zip").write_bytes(b"")
    entries = scan(tmp_path).entries
    assert [(e.student, len(e.paths)) for e in entries] == [("ann", 2), ("jürgen", 2)]
    with pytest.raises(SubmissionError, match=r"2 submissions under this name \('ann', 'ann\.zip'\)"):
        read(entries[0], EXERCISES)


@pytest.mark.parametrize(
    "name", [b"a\nb", b"a\x1b[2J", b"caf\xe9", "a\u202eb".encode(), "a\u2028b".encode(), b"x" * 121]
)
def test_unusable_names_are_reported_escaped(tmp_path: Path, name: bytes) -> None:
    os.mkdir(os.path.join(os.fsencode(tmp_path), name))
    found = scan(tmp_path)
    assert found.entries == ()
    assert len(found.unusable) == 1
    assert found.unusable[0].isprintable()


def test_a_name_of_120_characters_is_usable(tmp_path: Path) -> None:
    (tmp_path / ("x" * 120)).mkdir()
    (tmp_path / ("y" * 120 + ".tar.gz")).write_bytes(b"")
    assert [len(e.student) for e in scan(tmp_path).entries] == [120, 120]


def test_scan_names_what_it_looked_for(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(UsageError, match=r"looked for a folder, \.zip, \.tar\.gz, \.tgz or \.ipynb"):
        scan(tmp_path)
    with pytest.raises(UsageError, match="is no folder"):
        scan(tmp_path / "notes.txt")
    with pytest.raises(UsageError, match="There is no folder"):
        scan(tmp_path / "nowhere\n")


def test_one_submission_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path / "alice", {"convolve.py": b"x"})
    (tmp_path / "link").symlink_to("alice")
    monkeypatch.chdir(tmp_path / "alice")
    assert entry_for(Path(".")) == Entry(student="alice", paths=(tmp_path / "alice",))
    assert entry_for(tmp_path / "link") == Entry(student="link", paths=(tmp_path / "alice",))
    for bad in ("alice/convolve.py", "bob", "bob.zip", "/"):
        with pytest.raises(UsageError):
            entry_for(tmp_path / bad)


# -------------------------------------------------------------------------------------------------- modules, notebooks


def test_modules_lie_at_any_depth(hand_in: Callable[[Files], Submission]) -> None:
    files = {
        "work/ps 1/convolve.py": b"\xef\xbb\xbfc\r\n", "work/ps 1/helpers/util.py": b"u",
        "work/ps 1/pkg/__init__.py": b"p",
        "work/ps 1/class.py": b"-", "work/ps 1/my file.py": b"-", "work/ps 1/x.txt": b"-", "work/ps 1/n.ipynb": b"{",
        "work/ps 1/.hid/multiply_sum.py": b"-", "__MACOSX/._convolve.py": b"-", "work/__pycache__/convolve.py": b"-",
        "work/ps 1/.ipynb_checkpoints/n-checkpoint.ipynb": b"-", "other/outside.py": b"o", "work/ps 1/inner.zip": b"-",
    }  # fmt: skip
    submission = hand_in(files)
    assert submission.student == "alice"
    assert submission.modules == {
        "convolve": b"\xef\xbb\xbfc\r\n", "helpers.util": b"u", "util": b"u", "pkg": b"p",
        "other.outside": b"o", "outside": b"o",
    }  # fmt: skip
    assert submission.notebooks == {"work/ps 1/n.ipynb": b"{"}
    assert submission.notes == ()


def test_dotted_names_start_at_the_common_folder(hand_in: Callable[[Files], Submission]) -> None:
    files = {"w/a/convolve.py": b"1", "w/b/multiply_sum.py": b"2", "w/lib/util.py": b"3", "w/a/util.py": b"4"}
    assert hand_in(files).modules == {"convolve": b"1", "multiply_sum": b"2", "lib.util": b"3", "a.util": b"4"}


def test_a_stem_never_hides_a_package(hand_in: Callable[[Files], Submission]) -> None:
    files = {
        "convolve.py": b"1",
        "helpers/util.py": b"2",
        "lib/helpers.py": b"3",
        "lib/tool.py": b"4",
        "tool/__init__.py": b"5",
    }
    modules = hand_in(files).modules
    assert modules == {
        "convolve": b"1", "helpers.util": b"2", "util": b"2", "lib.helpers": b"3", "lib.tool": b"4", "tool": b"5",
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["convolve (1).py", "convolve(2).py", "convolve-1.py", "convolve_1.py", "Convolve.py", "convolve.PY",
     "convolve copy.py", "convolve - Copy (2).py", "Copy of convolve.py"],
)  # fmt: skip
def test_a_variant_counts_when_alone(tmp_path: Path, name: str) -> None:
    submission = grade_ready(write_folder(tmp_path / "alice", {f"deep/{name}": b"1", "deep/util.py": b"2"}))
    assert submission.modules["convolve"] == b"1"
    assert submission.modules["util"] == b"2"
    assert submission.notes == (f"'deep/{name}' was read as convolve.py; give the file that name next time.",)


def test_variants_beside_the_exact_name_are_left_alone(hand_in: Callable[[Files], Submission]) -> None:
    submission = hand_in({"convolve.py": b"1", "convolve (1).py": b"2", "convolve_2.py": b"3"})
    assert submission.modules == {"convolve": b"1", "convolve_2": b"3"}
    assert "not taken for it: 'convolve (1).py', 'convolve_2.py'" in submission.notes[0]


def test_several_variants_count_for_nothing(hand_in: Callable[[Files], Submission]) -> None:
    submission = hand_in({f"convolve ({n}).py": b"1" for n in range(1, 8)} | {"multiply_sum.py": b"2"})
    assert submission.modules == {"multiply_sum": b"2"}
    assert "none of these" in submission.notes[0]
    assert "3 more" in submission.notes[0]


@pytest.mark.parametrize("name", ["convolved.py", "my_convolve.py", "convolve2.py", "convolve.py.txt", "convolve-x.py"])
def test_other_names_are_no_variants(tmp_path: Path, name: str) -> None:
    submission = grade_ready(write_folder(tmp_path / "alice", {name: b"1"}))
    assert "convolve" not in submission.modules
    assert not any("convolve.py" in note for note in submission.notes)


def test_a_folder_is_no_module(hand_in: Callable[[Files], Submission]) -> None:
    submission = hand_in({"convolve.py/inner.py": b"1"})
    assert submission.modules == {"inner": b"1"}


def test_the_same_module_twice(hand_in: Callable[[Files], Submission]) -> None:
    with pytest.raises(SubmissionError, match=r"convolve\.py is there twice: 'a/convolve\.py', 'b/convolve\.py'"):
        hand_in({"a/convolve.py": b"1", "b/convolve.py": b"1"})


def test_an_empty_submission_says_so(hand_in: Callable[[Files], Submission]) -> None:
    submission = hand_in({"readme.txt": b"x"})
    assert (submission.modules, submission.notebooks) == ({}, {})
    assert "No module and no notebook" in submission.notes[0]


def test_a_notebook_alone(tmp_path: Path) -> None:
    (tmp_path / "Zoë.IPYNB").write_bytes(b"[not parsed")
    assert grade_ready(tmp_path / "Zoë.IPYNB") == Submission(student="Zoë", notebooks={"Zoë.IPYNB": b"[not parsed"})


def test_hostile_names_are_left_alone_or_escaped(tmp_path: Path) -> None:
    names = ("$(reboot).py", "-rf.py", "a\nb.py", "<script>.py", "=cmd().py", "a\x1bb.ipynb", "übung.py", "C:\\x.py")
    submission = grade_ready(write_folder(tmp_path / "alice", dict.fromkeys(names, b"1")))
    assert set(submission.modules) == {"übung"}
    assert set(submission.notebooks) == {"a\\x1bb.ipynb"}


# -------------------------------------------------------------------------------------------------------------- limits


@pytest.mark.parametrize(("name", "size"), [("convolve.py", MB), ("n.ipynb", 20 * MB)])
def test_size_limits(tmp_path: Path, name: str, size: int) -> None:
    submission = grade_ready(write_tar(tmp_path / "alice.tar.gz", {name: bytes(size)}))
    assert [len(data) for data in (*submission.modules.values(), *submission.notebooks.values())] == [size]
    for kind, write in WRITERS.items():
        assert f"'{name}' is larger than {size // MB} MB" in refusal(write(tmp_path / kind, {name: bytes(size + 1)}))


def test_the_whole_is_limited(tmp_path: Path) -> None:
    for kind, write in WRITERS.items():
        path = write(tmp_path / kind, {f"{n}.bin": bytes(17 * MB) for n in range(3)})
        assert "larger than 50 MB" in refusal(path)


def test_2000_files_but_not_2001(tmp_path: Path) -> None:
    files = {f"d/{n}.txt": b"" for n in range(1999)} | {"convolve.py": b"1"}
    for kind, write in WRITERS.items():
        assert grade_ready(write(tmp_path / kind, files)).modules == {"convolve": b"1"}
        assert "more than 2,000 files" in refusal(write(tmp_path / f"more{kind}", files | {"one more": b""}))


def test_what_is_left_alone_has_a_limit_too(tmp_path: Path) -> None:
    (tmp_path / "alice.tgz").write_bytes(gzip.compress(tarfile.TarInfo(".git/x").tobuf() * 20_001))
    assert "more than 20,000 files" in refusal(tmp_path / "alice.tgz")
    (tmp_path / "bob.zip").write_bytes(b"PK\x01\x02" * 20_001)
    assert "more than 20,000 files" in refusal(tmp_path / "bob.zip")


def test_sparse_files_count_as_large_as_they_are(tmp_path: Path) -> None:
    write_folder(tmp_path / "alice", {"data.bin": b""})
    os.truncate(tmp_path / "alice" / "data.bin", 2**32)
    assert "larger than 50 MB" in refusal(tmp_path / "alice")
    (tmp_path / "bob.zip").write_bytes(b"PK")
    os.truncate(tmp_path / "bob.zip", 50 * MB + 1)
    assert "archive is larger than 50 MB" in refusal(tmp_path / "bob.zip")


def test_long_paths_are_refused(tmp_path: Path) -> None:
    for path in (
        write_zip(tmp_path / "a.zip", {"d/" * 500 + "x.py": b""}),
        write_tar(tmp_path / "a.tgz", {"d" * 1001: b""}),
    ):
        assert "longer than 1,000 characters" in refusal(path)


# ------------------------------------------------------------------------------------------------ folders made to harm


def test_links_and_pipes_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_bytes(b"secret")
    for name in ("link", "fifo", "socket", "loop"):
        write_folder(tmp_path / name, {"convolve.py": b"1"})
    (tmp_path / "link" / "multiply_sum.py").symlink_to(tmp_path / "secret.py")
    (tmp_path / "loop" / "deep").symlink_to(tmp_path / "loop", target_is_directory=True)
    os.mkfifo(tmp_path / "fifo" / "multiply_sum.py")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket" / "s"))
        assert "a pipe, a socket or a device" in refusal(tmp_path / "socket")
    assert "'multiply_sum.py' is a pipe" in refusal(tmp_path / "fifo")
    assert "'multiply_sum.py' is a link" in refusal(tmp_path / "link")
    assert "'deep' is a link" in refusal(tmp_path / "loop")


def test_hidden_links_are_left_alone(tmp_path: Path) -> None:
    write_folder(tmp_path / "alice", {"convolve.py": b"1", ".venv/x": b""})
    (tmp_path / "alice" / ".venv" / "python").symlink_to("nowhere")
    (tmp_path / "alice" / ".link.py").symlink_to("nowhere")
    assert grade_ready(tmp_path / "alice").modules == {"convolve": b"1"}


@pytest.mark.parametrize("name", ["fifo.zip", "fifo.tgz", "fifo.ipynb"])
def test_a_submission_that_is_a_pipe_or_a_link(tmp_path: Path, name: str) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "linked").symlink_to("real", target_is_directory=True)
    os.mkfifo(tmp_path / name)
    refused = [entry for entry in scan(tmp_path).entries if entry.student != "real"]
    assert [entry.student for entry in refused] == ["fifo", "linked"]
    for entry in refused:
        with pytest.raises(SubmissionError, match="is a link or a device"):
            read(entry, EXERCISES)


def test_a_pipe_that_takes_the_place_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path / "alice", {"convolve.py": b"1"})
    looked_at = (tmp_path / "alice" / "convolve.py").lstat()
    root = tmp_path.lstat()
    (tmp_path / "alice" / "convolve.py").unlink()
    os.mkfifo(tmp_path / "alice" / "convolve.py")
    monkeypatch.setattr(Path, "lstat", lambda path: looked_at if path.suffix == ".py" else root)
    assert "no ordinary file" in refusal(tmp_path / "alice")


@pytest.mark.parametrize(
    ("number", "kind", "sentence"),
    [(errno.EACCES, SubmissionError, "'convolve.py' cannot be read"), (errno.EMFILE, GraderError, "could not be read")],
)
def test_unreadable_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception], sentence: str
) -> None:
    write_folder(tmp_path / "alice", {"convolve.py": b"1"})

    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(kind, match=sentence):
        grade_ready(tmp_path / "alice")
