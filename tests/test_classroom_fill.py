"""Marks out: a teacher's own gradebook, filled where it is sure and unchanged everywhere else."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.classroom.sheets import Sheet
from grader.cli import main

__all__: list[str] = []

Fill = Callable[..., bytes]
MARKS = """student,id,email,group,submission,status,convolve,automatic,manual,late_days,penalty,total,max_total,comment
Jürgen Müller,1001,jm@uni.example,,"Müller, Jürgen",graded,20,20,2.5,0,0,22.5,25,
Siobhan O'Brien,,so@uni.example,,obrien,graded,25,25,0,,0,25,25,
Li Wei,1003,,,lw1,graded,10,10,0,,0,10,25,
Li Wei,1004,,,lw2,refused,0,0,0,,0,0,25,
'=Ines Duarte,,,,'=Ines Duarte,graded,5,5,0,,0,5,25,
Emre Şahin,,,,Emre Şahin,error,,,0,,0,,25,
Noor Haddad,1008,,,,not submitted,,,0,,0,,25,
"""


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """Fills a gradebook with the marks of a class, and gives the bytes of the filled one."""
    out = tmp_path / "out"
    (out / "feedback").mkdir(parents=True)
    (out / ".grader").mkdir(exist_ok=True)
    for name in ("marks.csv", ".grader/shown.csv"):  # the pages were made with these marks
        (out / name).write_text(MARKS, encoding="utf-8")
    for name in ("Müller, Jürgen", "obrien", "lw2", "=Ines Duarte", "Emre Şahin"):
        (out / "feedback" / f"{name}.html").write_text(f"<p>{name}</p>", encoding="utf-8")

    def filled(system: str, gradebook: bytes, *typed: str, status: int = 0) -> bytes:
        (tmp_path / "book.csv").write_bytes(gradebook)
        book, new = tmp_path / "book.csv", tmp_path / "new.csv"
        assert main(["fill", system, str(book), "--from", str(out), "--to", str(new), *typed]) == status
        return new.read_bytes() if status < 2 else b""

    return filled


CANVAS = '''Student,ID,SIS User ID,SIS Login ID,Section,"Homework, one (501)",Quiz (502),Current Score
,,,,,Manual Posting,,
    Points Possible,,,,,25.00,10.00,(read only)
"Müller, Jürgen",7001,1001,jmueller,"A, B",,9.50,95.0
"O'Brien, Siobhan",7002,2002,SO@uni.example,A,1.00,8.00,80.0
"Wei, Li",7003,1003,lw1,A,,,
"Wei, Li",7004,1004,lw2,B,"3.00",7.00,
"=""=Ines Duarte""",7005,,id,A,,,
"Şahin, Emre",7006,1006,ey,A,12.00,,
"Haddad, Noor",7008,1008,nh,A,,,
"Stranger, A",7009,1009,as,A,4.00,,
"Student, Test",7010,,x,A,,,
'''
CANVAS_MARKS = {
    '"Müller, Jürgen",7001,1001,jmueller,"A, B",': "22.5",
    '"O\'Brien, Siobhan",7002,2002,SO@uni.example,A,': "25",
    '"Wei, Li",7003,1003,lw1,A,': "10",
    '"=""=Ines Duarte""",7005,,id,A,': "5",
    '"Wei, Li",7004,1004,lw2,B,': '"0"',
}


def expected(gradebook: str, marks: Mapping[str, str], delimiter: str = ",") -> str:
    """The gradebook with what follows on the beginnings of some lines replaced, up to the next delimiter."""
    lines = gradebook.split("\n")
    for number, line in enumerate(lines):
        for start, mark in marks.items():
            if line.startswith(start):
                rest = line.removeprefix(start)
                old = rest[: rest.index('"', 1) + 1] if rest.startswith('"') else rest.split(delimiter)[0]
                lines[number] = start + mark + rest.removeprefix(old)
    return "\n".join(lines)


WHICH = ("--assignment", "Homework, one (501)")


def test_canvas(fill: Fill, capsys: pytest.CaptureFixture[str]) -> None:
    assert fill("canvas", CANVAS.encode(), *WHICH).decode() == expected(CANVAS, CANVAS_MARKS)
    told = capsys.readouterr()
    assert re.fullmatch(r"5 of 7 marks written to \S+new\.csv, from \S+marks\.csv\n", told.out)
    assert sorted(told.err.splitlines()) == [
        "note: Emre Şahin: error, the cell stays as it is",
        "note: Noor Haddad: not submitted, the cell stays as it is",
        "note: Stranger, A: no mark for this row",
    ]


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [";", ","])
def test_bytes_stay_as_they_are_elsewhere(fill: Fill, end: str, mark: bytes, delimiter: str) -> None:
    sheet = CANVAS.replace('"Homework, one (501)"', "Homework (501)").replace('"A, B"', "A").replace(",", delimiter)
    sheet = sheet.replace(f"{delimiter} ", ", ")
    marks = {start.replace('"A, B"', "A").replace(",", delimiter).replace(f"{delimiter} ", ", "): points
             for start, points in CANVAS_MARKS.items()}  # fmt: skip
    data = mark + sheet.replace("\n", end).encode()
    wanted = mark + expected(sheet, marks, delimiter).replace("\n", end).encode()
    assert fill("canvas", data, "--assignment", "homework") == wanted


def test_an_old_encoding_stays(fill: Fill) -> None:
    text = "Student,ID,Section,A (1)\nM\u00fcller\u2019s,1001,x,\n"
    assert fill("canvas", text.encode("cp1252"), status=1) == text.replace("x,", "x,22.5").encode("cp1252")


def test_first_and_last_names_in_columns_of_their_own(fill: Fill) -> None:
    text = "LastName,FirstName,ID,SIS Login ID,Section,A (1)\n    Points Possible,,,,,25\nMüller,Jürgen,7,x,,\n"
    assert fill("canvas", text.encode(), status=1).decode() == text.replace("x,,", "x,,22.5")


@pytest.mark.parametrize(("cell", "kept"), [("EX", True), ("N/A", True), ("", False)])
def test_excused_students_stay_excused(fill: Fill, cell: str, kept: bool, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"Student,ID,Section,A (1)\nJürgen Müller,1001,x,{cell}\n"
    done = fill("canvas", text.encode(), status=1).decode()
    assert (done == text) is kept
    assert ("excused or not assigned" in capsys.readouterr().err) is kept


def test_ambiguous_and_unknown_students_are_told(fill: Fill, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section,A (1)\n"
        '"Müller, Jürgen",55,1001,a,,\nSomebody,66,1001,b,,\n'
        '"Wei, Li",1,,c,,\n"Siobhan O\'Brien",2,,d,,\n"O\'Brien, Siobhan",3,,e,,\n'
    )
    assert fill("canvas", text.encode(), status=1).decode() == text
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("not written: ")]
    assert [line.removeprefix("not written: ") for line in told] == [
        "Jürgen Müller: ambiguous, it may be any of the lines 2, 3",
        "Siobhan O'Brien: ambiguous, it may be any of the lines 5, 6",
        "Li Wei: ambiguous, 2 marks are for line 4",
        "Li Wei: ambiguous, 2 marks are for line 4",
        "=Ines Duarte: no row of book.csv is this student's",
        "Emre Şahin: no row of book.csv is this student's",
        "Noor Haddad: no row of book.csv is this student's",
    ]


@pytest.mark.parametrize("name", ["Somebody", "Müller, Jürgen"])
def test_a_number_of_canvas_is_no_id_of_the_class(fill: Fill, name: str) -> None:
    text = f'Student,ID,SIS User ID,Section,A (1)\n"{name}",1001,1003,B,\n"Müller, Jürgen",7,1001,B,\n'
    wanted = text.replace("1003,B,", "1003,B,10").replace("1001,B,", "1001,B,22.5")
    assert fill("canvas", text.encode(), status=1).decode() == wanted


def test_a_row_that_an_id_gives_to_one_student_is_not_anothers_by_name(
    fill: Fill, capsys: pytest.CaptureFixture[str]
) -> None:
    text = 'Student,ID,SIS User ID,Section,A (1)\n"Wei, Li",1,1004,B,\n'
    assert fill("canvas", text.encode(), status=1).decode() == text.replace("B,", "B,0")
    assert "Li Wei: no row of book.csv is this student's" in capsys.readouterr().err


def test_a_name_does_not_stand_for_somebody_with_another_id(fill: Fill, capsys: pytest.CaptureFixture[str]) -> None:
    rows = '"Müller, Jürgen",1,7777,B,\n"Wei, Li",2,1003,B,\n"Duarte, =Ines",3,7,B,\n'
    done = fill("canvas", f"Student,ID,SIS User ID,Section,A (1)\n{rows}".encode(), status=1).decode()
    assert '"Müller, Jürgen",1,7777,B,\n"Wei, Li",2,1003,B,10\n' in done
    assert "Jürgen Müller: no row of book.csv is this student's" in capsys.readouterr().err


@pytest.mark.parametrize("name", [None, "Homework", "Quiz (999)"])
def test_an_assignment_that_is_not_sure_is_asked_for(
    fill: Fill, name: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    fill("canvas", CANVAS.encode(), *(["--assignment", name] if name else []), status=2)
    assert "it has: 'Homework, one (501)', 'Quiz (502)'" in capsys.readouterr().err


def test_another_maximum_is_said_and_converted_on_demand(fill: Fill, capsys: pytest.CaptureFixture[str]) -> None:
    text = CANVAS.replace("25.00", "10.00")
    assert fill("canvas", text.encode(), *WHICH).decode() == expected(text, CANVAS_MARKS)
    assert (
        "book.csv has room for 10 points, and this course has 25: points are written as they are"
        in capsys.readouterr().err
    )
    scaled = {start: points.replace("22.5", "9").replace("25", "10") for start, points in CANVAS_MARKS.items()}
    scaled['"Wei, Li",7003,1003,lw1,A,'] = "4"
    scaled['"=""=Ines Duarte""",7005,,id,A,'] = "2"
    assert fill("canvas", text.encode(), *WHICH, "--scale").decode() == expected(text, scaled)
    assert "points were converted" in capsys.readouterr().err


MOODLE = """ID,"Vollständiger Name",ID-Nummer,E-Mail-Adresse,Status,Bewertung,Bestwertung,"Zuletzt geändert (Bewertung)"
Teilnehmer/in123451,"Jürgen Müller",1001,jm@uni.example,"Zur Bewertung abgegeben",,"25,00",Ja
Teilnehmer/in123452,"Siobhan O'Brien",9,SO@uni.example,-,"3,50","25,00",Ja
Teilnehmer/in123453,"Li Wei",1003,a@uni.example,-,,"25,00",Ja
Teilnehmer/in123454,"Li Wei",1004,b@uni.example,-,,"25,00",Ja
Teilnehmer/in123455,"=Ines Duarte",,c@uni.example,-,,"25,00",Ja
Teilnehmer/in123456,"Emre Şahin",,d@uni.example,-,,"25,00",Ja
Teilnehmer/in123458,"Noor Haddad",1008,e@uni.example,-,,"25,00",Ja
"""


def test_moodle_in_german(fill: Fill, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = fill("moodle", MOODLE.encode("utf-8-sig"), "--feedback", str(tmp_path / "feedback.zip"))
    filled = MOODLE.replace('abgegeben",,', 'abgegeben","22,5",').replace('"3,50"', '"25"')
    for email, mark in (("a@uni", "10"), ("b@uni", "0"), ("c@uni", "5")):
        filled = filled.replace(f"{email}.example,-,,", f"{email}.example,-,{mark},")
    assert done.decode("utf-8-sig") == filled
    assert done.startswith(b"\xef\xbb\xbf")
    with zipfile.ZipFile(tmp_path / "feedback.zip") as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist()}
    assert pages == {
        "Jürgen Müller_123451_assignsubmission_file_/feedback.html": "<p>Müller, Jürgen</p>",
        "Siobhan O'Brien_123452_assignsubmission_file_/feedback.html": "<p>obrien</p>",
        "Li Wei_123454_assignsubmission_file_/feedback.html": "<p>lw2</p>",
        "=Ines Duarte_123455_assignsubmission_file_/feedback.html": "<p>=Ines Duarte</p>",
        "Emre Şahin_123456_assignsubmission_file_/feedback.html": "<p>Emre Şahin</p>",
    }
    assert "no feedback file: Li Wei\nno feedback file: Noor Haddad\n" in capsys.readouterr().err


def test_moodle_in_english_with_a_hostile_name(fill: Fill, tmp_path: Path) -> None:
    text = (
        "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade\n"
        'Participant 77,"../..\nJür_gen: Müller",1001,,-,1.5,25.00\n'
    )
    done = fill("moodle", text.encode(), "--feedback", str(tmp_path / "f.zip"), status=1).decode()
    assert done == text.replace("1.5", "22.5")
    with zipfile.ZipFile(tmp_path / "f.zip") as archive:
        assert archive.namelist() == ["Jür gen Müller_77_assignsubmission_file_/feedback.html"]


@pytest.mark.parametrize(
    ("header", "mark"),
    [("Bewertung", '"22,5"'), ("Note", '"22,5"'), ("Punkte", "22.5"), ("Grade", "22.5")],
)
def test_without_a_number_the_language_tells_the_decimal(fill: Fill, header: str, mark: str) -> None:
    text = f"ID number,{header}\n1001,\n"
    done = fill("moodle", text.encode(), "--column", f"grade={header}", status=1).decode()
    assert done == f"ID number,{header}\n1001,{mark}\n"


def test_the_column_of_marks_tells_first(fill: Fill) -> None:
    text = 'ID number,Grade,Maximum Grade,Version\n1001,,"25,00",1.5\n2,,,2.5\n3,,,3.5\n'
    assert fill("moodle", text.encode(), status=1).decode() == text.replace("1001,,", '1001,"22,5",')


@pytest.mark.parametrize(
    ("text", "typed", "told"),
    [
        ("Identifiant,Nom complet,Note\n1,x,\n", (), "which column is the grade? Type --column grade=HEADER"),
        ("Identifiant,Nom complet,Note\n1,x,\n", ("--column", "grade=Note"), "which column is the name?"),
        ("ID number,Grade\n1,\n", ("--column", "grade=Nte"), "which column is the grade?"),
        ("ID number,Grade\n1,\n", ("--column", "mark=Grade"), "--column takes ROLE=HEADER"),
        ("ID number,Grade,Bewertung\n1,,\n", (), "several columns for the grade"),
        ("", (), "which column is the grade?"),
    ],
)
def test_unknown_headers_are_asked_for(
    fill: Fill, text: str, typed: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill("moodle", text.encode(), *typed, status=2)
    assert told in capsys.readouterr().err


def test_named_columns_are_taken(fill: Fill) -> None:
    text = "Identifiant,Nom complet,Note\nParticipant 5,MÜLLER Jürgen,\nParticipant 6,Jürgen Müller,\n"
    done = fill("moodle", text.encode(), "--column", "grade=note", "--column", "name=Nom complet", status=1).decode()
    assert done == text.replace("Jürgen Müller,", 'Jürgen Müller,"22,5"')


def test_grades_do_where_there_are_no_marks(fill: Fill, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out" / "marks.csv").unlink()
    (tmp_path / "out" / "grades.csv").write_text(
        'student,convolve,total,max_total,status\n"Müller, Jürgen",7,7,25,graded\n\'=Ines Duarte,,,,error\n'
    )
    done = fill("canvas", CANVAS.encode(), *WHICH).decode()
    assert done == expected(CANVAS, {'"Müller, Jürgen",7001,1001,jmueller,"A, B",': "7"})
    told = capsys.readouterr()
    assert told.out.endswith(f"new.csv, from {tmp_path / 'out' / 'grades.csv'}\n")
    assert "there is no marks.csv in" in told.err


def test_nothing_is_written_without_marks_or_onto_the_gradebook(
    fill: Fill, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "book.csv"
    fill("canvas", CANVAS.encode(), *WHICH, "--to", str(book), status=2)
    assert "names the gradebook itself" in capsys.readouterr().err
    (tmp_path / "out" / "marks.csv").unlink()
    fill("canvas", CANVAS.encode(), *WHICH, status=2)
    assert "holds no marks" in capsys.readouterr().err
    assert not (tmp_path / "new.csv").exists()


@pytest.mark.parametrize(
    "text",
    ["", "\n", "a,b", 'a,"b\nc"\r\nd,', 'a,"b""c" x,\r\r\n', '"open,1\n2,3\n', "a;b\n\n\nc;d\n", "\ufeffa\tb\n"],
)
def test_a_sheet_is_the_file_it_was_read_from(tmp_path: Path, text: str) -> None:
    (tmp_path / "s.csv").write_bytes(text.encode())
    sheet = Sheet(tmp_path / "s.csv")
    assert sheet.data() == text.encode()
    if sheet.rows[0] != [""]:
        sheet.put(0, 0, 'x"\n')
        assert Sheet.value(sheet, 0, 0) == 'x"\n'
        (tmp_path / "s.csv").write_bytes(sheet.data())
        assert Sheet(tmp_path / "s.csv").value(0, 0) == 'x"\n'


def test_rows_know_their_lines(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text('a,b\n"1\n2",x\n\ny,z\n')
    assert Sheet(tmp_path / "s.csv").lines == [1, 2, 4, 5]


def test_a_zip_of_feedback_is_the_same_each_time(fill: Fill, tmp_path: Path) -> None:
    zips = []
    for name in ("one.zip", "two.zip"):
        fill("moodle", MOODLE.encode(), "--feedback", str(tmp_path / name))
        zips.append((tmp_path / name).read_bytes())
    assert zips[0] == zips[1]
    assert zipfile.ZipFile(io.BytesIO(zips[0])).testzip() is None
