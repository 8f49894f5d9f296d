"""Work in: bulk downloads of Canvas, Moodle and Gradescope become a folder of submissions."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from corpus import ROOT

from grader import intake
from grader.cli import main

__all__: list[str] = []

ROSTER = """student,id,email,group,aliases
Jürgen Müller,1001,jm@uni.example,,
Siobhan O'Brien,1002,so@uni.example,,
Li Wei,1003,lw@uni.example,,
Li Wei,1004,lw2@uni.example,,
"'=Ines Duarte",1005,id@uni.example,,
Ana de la Cruz,1006,ac@uni.example,Team 7,
Bo Berg,1007,bb@uni.example,Team 7,bobergson
"""
MODULE = b"def convolve(image, filter_matrix): ...\n"
Files = Mapping[str, bytes | str]
Collect = Callable[..., int]


def packed(files: Files, kinds: Mapping[str, int] | None = None) -> bytes:
    """A zip of `files`; `kinds` are the modes of members that are no ordinary files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (kinds or {}).get(name, 0) << 16
            archive.writestr(info, data)
    return stream.getvalue()


@pytest.fixture
def collect(tmp_path: Path) -> Collect:
    """Runs `grader collect` on downloads, written as zips one after the other; the exit status."""

    def collected(*downloads: Files | bytes, roster: str = "", kind: str = "") -> int:
        paths = []
        for number, files in enumerate(downloads):
            paths.append(tmp_path / f"download{number}.zip")
            paths[-1].write_bytes(files if isinstance(files, bytes) else packed(files))
        typed = ["collect", *map(str, paths), "--to", str(tmp_path / "in"), "--course", str(ROOT)]
        if roster:
            (tmp_path / "roster.csv").write_text(roster, encoding="utf-8")
            typed += ["--roster", str(tmp_path / "roster.csv")]
        return main(typed + (["--from", kind] if kind else []))

    return collected


def there(folder: Path) -> dict[str, set[str]]:
    """The submissions that were written, with their files."""
    entries = {path.name: path for path in (folder / "in").iterdir() if path.name != "times.csv"}
    assert not [name for name in entries if name.startswith(".")]
    return {
        name: {file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()}
        for name, path in entries.items()
    }


CANVAS = {
    "müllerjürgen_4001_90001_convolve.py": MODULE,
    "müllerjürgen_4001_90002_multiply_sum-1.py": b"# again\n",
    "müllerjürgen_4001_90003_my helper.py": b"",
    "obriensiobhan_LATE_4002_90004_work-2.zip": packed({"convolve.py": MODULE}),
    "delacruzana_4003_90005_exercise-1.ipynb": b"{}",
    "delacruzana_4003_90006_exercise-2.ipynb": b"{}",
    "inesduarte_4005_90007_convolve-1.py": b"# second\n",
    "inesduarte_4005_90006_convolve.py": b"# first\n",
}


def test_canvas(collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert collect(CANVAS, roster=ROSTER) == 0
    assert there(tmp_path) == {
        "Jürgen Müller": {"convolve.py", "multiply_sum.py", "my helper.py"},
        "Siobhan O'Brien.zip": set(),
        "Team 7": {"exercise.ipynb", "exercise-1.ipynb"},
        "=Ines Duarte": {"convolve.py"},
    }
    assert (tmp_path / "in" / "=Ines Duarte" / "convolve.py").read_bytes() == b"# second\n"
    told = capsys.readouterr().err
    assert "1 marked late by Canvas" in told
    assert "convolve.py was handed in again" in told
    # What comes out is what `grader grade` takes.
    for entry in intake.scan(tmp_path / "in").entries:
        assert intake.read(entry, ["convolve"]).student == entry.student


def test_canvas_without_a_roster(collect: Collect, tmp_path: Path) -> None:
    assert collect(CANVAS) == 0
    assert set(there(tmp_path)) == {"müllerjürgen", "obriensiobhan.zip", "delacruzana", "inesduarte"}


def test_the_latest_of_two_downloads_counts(collect: Collect, tmp_path: Path) -> None:
    first = {"bergbo_4007_90001_convolve.py": b"# old\n", "bergbo_4007_90002_helper.py": b""}
    second = {"bergbo_4007_90009_convolve-1.py": b"# new\n"}
    assert collect(second, first, roster=ROSTER) == 0
    assert there(tmp_path) == {"Team 7": {"convolve.py"}}
    assert (tmp_path / "in" / "Team 7" / "convolve.py").read_bytes() == b"# new\n"


def test_what_is_unknown_or_ambiguous_is_left_out(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        "liwei_77_1_convolve.py": MODULE,
        "stranger_78_2_convolve.py": MODULE,
        "bobergson_79_3_convolve.py": MODULE,
        "team7_80_4_convolve.py": MODULE,
    }
    assert collect(files, roster=ROSTER, kind="canvas") == 1
    told = capsys.readouterr().err
    assert "'liwei' may be several students of the roster; add what it is called" in told
    assert "'stranger' is on no line of the roster" in told
    assert set(there(tmp_path)) == {"Team 7"}


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_of_a_group_the_latest_upload_counts(collect: Collect, tmp_path: Path, order: tuple[int, int]) -> None:
    files = {f"bergbo_79_{order[0]}_convolve.py": b"# 1\n", f"team7_80_{order[1]}_convolve.py": b"# 2\n"}
    assert collect(files, roster=ROSTER) == 0
    kept = (tmp_path / "in" / "Team 7" / "convolve.py").read_bytes()
    assert kept == (b"# 2\n" if order == (1, 2) else b"# 1\n")


def test_the_roster_tells_two_students_of_one_name_apart(collect: Collect, tmp_path: Path) -> None:
    files = {"liwei_1003_1_convolve.py": MODULE, "liwei_1004_2_convolve.py": MODULE}
    assert collect(files) == 1
    assert there(tmp_path) == {}
    assert collect(files, roster=ROSTER) == 0
    assert set(there(tmp_path)) == {"1003", "1004"}


MOODLE = {
    "Jürgen Müller_123456_assignsubmission_file_/convolve.py": MODULE,
    "Jürgen Müller_123456_assignsubmission_file_/deep/filter_design.py": b"",
    "Jürgen Müller_123456_assignsubmission_file_/__MACOSX/._convolve.py": b"",
    "Siobhan O'Brien_123457_assignsubmission_file_convolve.py": MODULE,
    "Bo Berg_123458_assignsubmission_file/convolve (1).py": MODULE,
}


def test_moodle(collect: Collect, tmp_path: Path) -> None:
    assert collect(MOODLE) == 0
    assert there(tmp_path) == {
        "Jürgen Müller": {"convolve.py", "deep/filter_design.py"},
        "Siobhan O'Brien": {"convolve.py"},
        "Bo Berg": {"convolve (1).py"},
    }
    assert not (tmp_path / "in" / "times.csv").exists()


def test_moodle_participants_of_one_name_clash(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {f"Participant_{number}_assignsubmission_file_/convolve.py": MODULE for number in (1, 2)}
    assert collect(files) == 1
    assert "'Participant': several people have this name" in capsys.readouterr().err
    assert there(tmp_path) == {}
    assert collect({"Bo Berg_1_assignsubmission_file_/convolve.py": MODULE}, MOODLE, roster=ROSTER) == 1
    assert "'Team 7': there are several uploads, and nothing tells which" in capsys.readouterr().err


EXPORT = "assignment_123_export"
METADATA = """---
submission_456:
  :submitters:
  - :name: Jürgen Müller
    :sid: '1001'
    :email: jm@uni.example
  :created_at: 2026-11-20 22:59:00.123456000 Z
  :score: 0.0
submission_457:
  :submitters:
  - :name: Ana Cruz
    :email: ac@uni.example
  - :name: Bo Berg
    :sid: '1007'
  :created_at: 2026-11-21 10:00:00.000000000 +01:00
submission_458:
  :submitters:
  - :name: Li Wei
  :created_at: 2026-11-21 10:00:00.000000000 +01:00
"""
GRADESCOPE = {
    f"{EXPORT}/submission_metadata.yml": METADATA,
    f"{EXPORT}/submission_456/convolve.py": MODULE,
    f"{EXPORT}/submission_457/pair/convolve.py": MODULE,
    f"{EXPORT}/submission_458/convolve.py": MODULE,
    f"{EXPORT}/submission_999/convolve.py": MODULE,
}


def test_gradescope(collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert collect(GRADESCOPE, roster=ROSTER) == 1
    told = capsys.readouterr().err
    assert "'Li Wei' may be several students" in told
    assert "'submission_999': belongs to nobody" in told
    assert there(tmp_path) == {"Jürgen Müller": {"convolve.py"}, "Team 7": {"pair/convolve.py"}}
    assert (tmp_path / "in" / "times.csv").read_text(encoding="utf-8") == (
        "student,time\nJürgen Müller,2026-11-20 22:59:00.123456+00:00\nTeam 7,2026-11-21 10:00:00+01:00\n"
    )


@pytest.mark.parametrize("submitters", ["[]", "[{}]", "[3]", "x"])
def test_an_upload_of_nobody_is_told(
    collect: Collect, tmp_path: Path, submitters: str, capsys: pytest.CaptureFixture[str]
) -> None:
    metadata = f"submission_456:\n  :submitters: {submitters}\n"
    assert collect({"submission_metadata.yml": metadata, "submission_456/convolve.py": MODULE}) == 1
    told = capsys.readouterr()
    assert "left out: 'submission_456': belongs to nobody in this download\n" in told.err
    assert told.out.endswith("1 left out\n")
    assert there(tmp_path) == {}


def test_nothing_is_left_of_a_submission_that_cannot_be_written(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = "Bad_1_assignsubmission_file_/"
    files = {f"{folder}{name}": MODULE for name in ("a.py", f"{'x' * 250}/{'y' * 260}.py")}
    assert collect({**files, "Good_2_assignsubmission_file_/convolve.py": MODULE}) == 1
    told = capsys.readouterr()
    assert "left out: 'Bad': " in told.err
    assert "1 submissions in" in told.out
    assert there(tmp_path) == {"Good": {"convolve.py"}}


def test_gradescope_without_a_roster_names_who_else_handed_in(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    collect(GRADESCOPE)
    assert "'Ana Cruz': handed in for 'Bo Berg', too; it takes a roster" in capsys.readouterr().err
    assert set(there(tmp_path)) == {"Jürgen Müller", "Ana Cruz", "Li Wei"}


@pytest.mark.parametrize(
    "metadata", ["", "- a\n", "a: [", "submission_456: 3\n", "!!python/object/apply:os.system [x]"]
)
def test_metadata_that_is_none_of_gradescopes(
    collect: Collect, metadata: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert collect({"submission_metadata.yml": metadata, "submission_456/convolve.py": MODULE}) == 2
    assert "is missing, or not what Gradescope writes" in capsys.readouterr().err


def test_an_unpacked_download_is_read_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(packed({f"all of it/{name}": data for name, data in CANVAS.items()}))) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert main(["collect", str(tmp_path / "unpacked"), "--to", str(tmp_path / "in"), "--course", str(ROOT)]) == 0
    assert len(there(tmp_path)) == 4


def test_texts_typed_into_a_course_system_do_not_hide_what_it_is(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert collect(CANVAS | {"weili_7_text.html": b"hello"}) == 1
    assert "'weili_7_text.html': belongs to nobody in this download" in capsys.readouterr().err
    (tmp_path / "in").rename(tmp_path / "first")
    assert collect(MOODLE | {"Li Wei_9_assignsubmission_onlinetext/onlinetext.html": b"hello"}) == 1
    assert len(there(tmp_path)) == 3


@pytest.mark.parametrize("files", [{"anna/convolve.py": MODULE}, {"notes.txt": b""}, {}, b"no zip"])
def test_a_kind_that_is_not_sure_is_asked_for(
    collect: Collect, files: Files | bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert collect(files) == 2
    told = capsys.readouterr().err
    assert "say so with --from" in told or "no zip that can be read" in told


def test_downloads_of_two_systems_are_not_mixed(collect: Collect, capsys: pytest.CaptureFixture[str]) -> None:
    assert collect(MOODLE, CANVAS) == 2
    assert "of canvas and of moodle; collect each by itself" in capsys.readouterr().err


@pytest.mark.parametrize("file", ["times.csv", "Bo Berg/convolve.py", ".hidden"])
def test_nothing_is_overwritten(
    collect: Collect, tmp_path: Path, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in" / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "in" / file).write_text("mine")
    assert collect(MOODLE) == 2
    assert "collect into an empty folder" in capsys.readouterr().err
    assert [path.read_text() for path in (tmp_path / "in").rglob("*") if path.is_file()] == ["mine"]


NAMES = ["../../evil", "a/b", "line\nbreak", "\u202egnp.evil", ".hidden", "x" * 121, "times.csv", ""]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_never_becomes_a_path(
    collect: Collect, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    quoted = name.replace("\n", "\\n").replace("\u202e", "\\u202e")
    metadata = f'submission_456:\n  :submitters:\n  - :name: "{quoted}"\n  :created_at: 2026-11-20 22:59:00 Z\n'
    collect({"submission_metadata.yml": metadata, "submission_456/convolve.py": MODULE})
    assert there(tmp_path) == {}
    assert "\u202e" not in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"download0.zip", "in"}


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        ("../../convolve.py", "leads out of the archive"),
        ("C:\\convolve.py", "leads out of the archive"),
    ],
)
def test_a_path_out_of_a_download_is_refused(
    collect: Collect, tmp_path: Path, member: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert collect(MOODLE | {f"X_1_assignsubmission_file_/{member}" if ".." in member else member: MODULE}) == 2
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "in").exists()


def test_what_intake_refuses_is_left_out_alone(
    collect: Collect, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = "{}_{}_assignsubmission_file_/"
    files = {
        folder.format("Link", 1) + "convolve.py": b"/etc/passwd",
        folder.format("Large", 2) + "convolve.py": b"#" * 1_000_001,
        folder.format("Text", 3) + "essay.pdf": b"",
        folder.format("Two", 4) + "a.zip": b"",
        folder.format("Two", 4) + "b.zip": b"",
        folder.format("Good", 5) + "convolve.py": MODULE,
        folder.format("Good", 5) + "more.zip": b"",
    }
    assert collect(packed(files, {folder.format("Link", 1) + "convolve.py": 0o120777})) == 1
    told = capsys.readouterr()
    for text in ("is a link", "larger than 1 MB", "'Text': there is no module", "'Two': there is no module"):
        assert text in told.err
    assert "'Good': 'more.zip' lies beside modules and is left out" in told.err
    assert there(tmp_path) == {"Good": {"convolve.py"}}
