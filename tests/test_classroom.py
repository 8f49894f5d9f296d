"""What teaching assistants need: rosters, points by hand, late days, and the marks that come of them."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from corpus import ROOT, with_words

from grader import course as courses
from grader import intake
from grader.classroom.files import _tell, marks_of, read_records, read_rules
from grader.classroom.marks import Rules, SubmissionMarks, final_marks, marks_csv, shared, submission_marks
from grader.classroom.names import fold, name_keys, squeezed_keys
from grader.classroom.roster import Counted, Person
from grader.classroom.sheets import Sheet
from grader.classroom.times import moment, stamped, times_csv
from grader.cli import main
from grader.errors import CourseError, UsageError
from grader.model import CheckResult, ExerciseResult, FinalMark, SubmissionResult
from grader.report.pages import class_page, student_page

__all__: list[str] = []

COURSE = courses.load(ROOT / "course.toml")
DUE = datetime(2026, 11, 20, 22, 59, tzinfo=UTC)
ROSTER = """\ufeffStudent;ID;Email;Group;Aliases;Section\r
Jürgen Müller;1001;jm@uni.example;;;A\r
"O'Brien, Siobhan";1002;so@uni.example;;obrien;A\r
Li Wei;1003;;Team 7;;B\r
Li Wei;1004;;Team 7;;B\r
'=Ines Duarte;1005;;;"ines; i.duarte";B\r
Noor Haddad;1006;;;;B\r
"""


def outcome(name: str, state: str = "graded", score: float | None = 30.0) -> SubmissionMarks:
    """What the grader found in a submission of the first two exercises."""
    points = {"multiply_sum": 10.0, "convolve": 20.0} if state == "graded" else {}
    if state == "refused":
        points = {"multiply_sum": 0.0, "convolve": 0.0}
    checks = {"convolve.grey": 0.0, "convolve.hand": 2.0} if state == "graded" else {}
    return SubmissionMarks(submission=name, state=state, points=points, checks=checks, total=score, max_total=35.0)  # type: ignore[arg-type]


@pytest.fixture
def bring(tmp_path: Path) -> Callable[..., dict[tuple[str, str], FinalMark]]:
    """Writes the files of a class, brings them together with outcomes, and gives the marks by name and id."""

    def brought(outcomes: list[SubmissionMarks], **texts: str) -> dict[tuple[str, str], FinalMark]:
        typed = argparse.Namespace(roster=None, overrides=None, late=None, times=None)
        for what, text in texts.items():
            path = tmp_path / (f"{what}.toml" if what == "late" else f"{what}.csv")
            path.write_text(text, encoding="utf-8", newline="")
            setattr(typed, what, path)
        entries = [intake.Entry(student=one.submission, paths=()) for one in outcomes]
        rules = read_rules(ROOT, COURSE, typed, entries, tmp_path / "nothing")
        assert rules is not None
        marks = final_marks(outcomes, rules)
        _tell(marks, rules)
        return {(mark.student, mark.id): mark for mark in marks}

    return brought


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller, Jürgen", "JÜRGEN  MÜLLER"),
        ("Mu\u0308ller, Ju\u0308rgen", "Jürgen Müller"),
        ("'=Ines Duarte", "=ines duarte"),
        ('="=Ines Duarte"', "=Ines Duarte"),
        ("Grete Weiß", "grete WEISS"),
        ("O'Brien, Siobhan", "Siobhan O'Brien"),
    ],
)
def test_names_that_are_one(one: str, other: str) -> None:
    assert name_keys(one) & name_keys(other)


def test_names_that_are_not_one() -> None:
    assert not name_keys("Müller, Jürgen") & name_keys("Jürgen Mueller")
    assert "obriensiobhan" in squeezed_keys("Siobhan O'Brien") & squeezed_keys("O'Brien, Siobhan")
    assert fold("'tHooft") == "'thooft"


def test_everyone_on_the_roster_has_a_row(bring: Any, capsys: pytest.CaptureFixture[str]) -> None:
    marks = bring([outcome("müller, jürgen"), outcome("obrien"), outcome("somebody")], roster=ROSTER)
    assert {who: mark.status for who, mark in marks.items()} == {
        ("Jürgen Müller", "1001"): "graded",
        ("O'Brien, Siobhan", "1002"): "graded",
        ("Li Wei", "1003"): "not submitted",
        ("Li Wei", "1004"): "not submitted",
        ("=Ines Duarte", "1005"): "not submitted",
        ("Noor Haddad", "1006"): "not submitted",
        ("somebody", ""): "graded",
    }
    absent = marks["Noor Haddad", "1006"]
    assert (absent.total, absent.automatic, absent.exercises, absent.max_total) == (None, None, {}, 35.0)
    told = capsys.readouterr().out
    assert "on no line of the roster, kept with a row each: somebody\n" in told
    assert "not submitted: =Ines Duarte; Li Wei; Li Wei; Noor Haddad\n" in told


@pytest.mark.parametrize("name", ["Team 7", "1003", "1004"])
def test_a_group_gets_what_any_of_it_hands_in(bring: Any, name: str) -> None:
    marks = bring([outcome(name)], roster=ROSTER)
    assert [marks["Li Wei", one].submission for one in ("1003", "1004")] == [name, name]
    assert [marks["Li Wei", one].total for one in ("1003", "1004")] == [30.0, 30.0]


def test_a_name_of_two_students_counts_for_none_of_them(bring: Any, capsys: pytest.CaptureFixture[str]) -> None:
    roster = "name,id\nLi Wei,1\nLi Wei,2\n"
    marks = bring([outcome("Li Wei")], roster=roster)
    assert marks["Li Wei", "1"].status == marks["Li Wei", "2"].status == "ambiguous"
    assert marks["Li Wei", "1"].total is None
    assert marks["Li Wei", ""].total == 30.0
    assert "may be several students, counted for none of them: Li Wei\n" in capsys.readouterr().out


TWICE = [outcome("obrien", score=10.0), outcome("Siobhan O'Brien", score=20.0)]


def test_the_latest_of_several_uploads_counts(bring: Any) -> None:
    times = "student,time\nobrien,2026-11-20 12:00:00+01:00\nSiobhan O'Brien,2026-11-20 11:30:00+00:00\n"
    mark = bring(TWICE, roster=ROSTER, times=times)["O'Brien, Siobhan", "1002"]
    assert (mark.submission, mark.total) == ("Siobhan O'Brien", 20.0)


@pytest.mark.parametrize("known", [[], ["obrien"], ["obrien", "Siobhan O'Brien"]])
def test_without_times_that_differ_nothing_is_guessed(bring: Any, known: list[str]) -> None:
    mark = bring(TWICE, roster=ROSTER, times=times_csv(dict.fromkeys(known, DUE)).decode())["O'Brien, Siobhan", "1002"]
    assert (mark.status, mark.submission, mark.total) == ("ambiguous", "", None)
    assert "Siobhan O'Brien, obrien" in mark.remarks[0]


def overridden(bring: Any, lines: str, one: SubmissionMarks | None = None) -> FinalMark:
    marks = bring([one or outcome("anna")], overrides=f"student,what,points,comment\n{lines}")
    mark = marks["anna", ""]
    assert isinstance(mark, FinalMark)
    return mark


@pytest.mark.parametrize(
    ("line", "manual", "total"),
    [
        ("anna,convolve,25,", 5.0, 35.0),
        ("anna,multiply_sum,0,copied", -10.0, 20.0),
        ("anna,convolve.grey,3,", 3.0, 33.0),
        ("Anna,convolve-reflection,4.5,", 4.5, 34.5),
        ('anna,convolve-reflection,"4,5",', 4.5, 34.5),
        ("anna,honesty,-7,", -7.0, 23.0),
        ("anna,total,18,", -12.0, 18.0),
        ("anna,convolve,,see me", 0.0, 30.0),
        ("anna,vgg_assembly,20,", 0.0, 30.0),
    ],
)
def test_points_by_hand(bring: Any, line: str, manual: float, total: float) -> None:
    mark = overridden(bring, line)
    assert (mark.manual, mark.total, mark.automatic) == (manual, total, 30.0)
    assert mark.exercises == {"multiply_sum": 10.0, "convolve": 20.0}


def test_comments_stay_beside_the_points(bring: Any) -> None:
    mark = overridden(bring, 'anna,convolve,21,"good, but slow"\nanna,convolve-reflection,,thin\n')
    assert mark.remarks == ("good, but slow", "thin")
    assert [(change.points, change.automatic) for change in mark.adjustments] == [(21.0, 20.0), (None, None)]


def test_a_failure_of_the_grader_is_no_zero(bring: Any) -> None:
    failed = outcome("anna", "error", None)
    assert overridden(bring, "anna,convolve-reflection,5,", failed).total is None
    assert overridden(bring, "anna,total,12,by hand", failed).total == 12.0
    row = next(csv.DictReader(io.StringIO(marks_csv([overridden(bring, "", failed)], COURSE).decode())))
    assert [row[name] for name in ("multiply_sum", "convolve", "automatic", "total")] == ["", "", "", ""]
    assert row["status"] == "error"


def test_a_refused_submission_has_zeros(bring: Any) -> None:
    mark = overridden(bring, "anna,convolve.grey,3,", outcome("anna", "refused", 0.0))
    assert (mark.status, mark.automatic, mark.total) == ("refused", 0.0, 3.0)


def test_work_on_paper_counts_without_a_submission(bring: Any) -> None:
    marks = bring([], roster=ROSTER, overrides="student,what,points\n1006,convolve,12\n")
    assert (marks["Noor Haddad", "1006"].status, marks["Noor Haddad", "1006"].total) == ("not submitted", 12.0)


def test_a_line_for_a_group_is_for_each_of_it(bring: Any) -> None:
    marks = bring([outcome("Team 7")], roster=ROSTER, overrides="student,what,points\nteam 7,talk,3\n1004,talk2,1\n")
    assert [marks["Li Wei", one].total for one in ("1003", "1004")] == [33.0, 34.0]


POLICY = """due = 2026-11-20T23:59:00+01:00
percent_a_day = 10
cap_percent = 25
grace_minutes = 15
free_days = 1
"""
LATE = f"""{POLICY}
[[extension]]
student = "1002"
due = 2026-11-25T12:00:00+01:00

[[extension]]
group = "Team 7"
days = 2
"""


@pytest.mark.parametrize(
    ("name", "after", "days", "penalty"),
    [
        ("1001", timedelta(days=-2), 0, 0.0),
        ("1001", timedelta(minutes=15), 0, 0.0),
        ("1001", timedelta(minutes=16), 1, 0.0),
        ("1001", timedelta(days=1), 1, 0.0),
        ("1001", timedelta(days=1, seconds=1), 2, 3.0),
        ("1001", timedelta(days=9), 9, 7.5),
        ("1002", timedelta(days=4), 0, 0.0),
        ("1002", timedelta(days=6), 2, 3.0),
        ("Team 7", timedelta(days=2), 0, 0.0),
        ("Team 7", timedelta(days=4), 2, 3.0),
    ],
)
def test_late_days(bring: Any, name: str, after: timedelta, days: int, penalty: float) -> None:
    times = times_csv({name: DUE + after}).decode()
    marks = bring([outcome(name)], roster=ROSTER, late=LATE, times=times)
    [mark] = {(one.late_days, one.penalty, one.total) for one in marks.values() if one.submission}
    assert mark == (days, penalty, 30.0 - penalty)


def test_a_total_by_hand_is_the_last_word(bring: Any) -> None:
    files = {"late": LATE, "times": times_csv({"1001": DUE + timedelta(days=5)}).decode()}
    overrides = "student,what,points\n1001,total,29\n"
    mark = bring([outcome("1001")], roster=ROSTER, overrides=overrides, **files)["Jürgen Müller", "1001"]
    assert (mark.late_days, mark.penalty, mark.total) == (5, 0.0, 29.0)


def test_an_unknown_time_is_said_and_costs_nothing(bring: Any, capsys: pytest.CaptureFixture[str]) -> None:
    mark = bring([outcome("1001")], roster=ROSTER, late=LATE)["Jürgen Müller", "1001"]
    assert (mark.late_days, mark.total) == (None, 30.0)
    assert "no hand-in time known, taken as not late: Jürgen Müller\n" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["Jürgen Müller", "1001", "müller, jürgen", "jm@uni.example"])
def test_a_time_may_stand_under_any_name_of_a_student(bring: Any, name: str) -> None:
    times = times_csv({name: DUE + timedelta(days=3)}).decode()
    assert bring([outcome("1001")], roster=ROSTER, late=LATE, times=times)["Jürgen Müller", "1001"].late_days == 3


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-20 23:59:00+01:00", "2026-11-20T22:59:00"),
        ("2026-11-20T23:59Z", "2026-11-20T23:59:00"),
        ("2026-07-20 23:59:00.500000 Europe/Berlin", "2026-07-20T21:59:00.500000"),
        ("2026-11-20 23:59:00 +0100", "2026-11-20T22:59:00"),
        ("2026-11-20 23:59:00.000000 UTC", "2026-11-20T23:59:00"),
    ],
)
def test_moments(text: str, utc: str) -> None:
    assert moment(text).astimezone(UTC).replace(tzinfo=None).isoformat() == utc


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-11-20 23:59", "2026-11-20 23:59 Atlantis", "2026-13-40 10:00Z"]
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match="no time"):
        moment(text)


def laid(folder: Path, files: dict[str, str]) -> Path:
    """A folder with these texts in it."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_stamps_of_nbgrader_and_no_others(tmp_path: Path) -> None:
    stamp, own = "2026-11-20 22:59:00.000000 UTC", "2020-01-01 00:00:00 UTC"
    files = {
        "anna/ps1/timestamp.txt": stamp,
        "anna/ps1/x/timestamp.txt": own,
        "ben/ps1/timestamp.txt": "2026-11-20 22:59:00",
        "cleo/ps1/a/timestamp.txt": own,
        "dora/ps1/timestamp.txt": "never",
        "emil/timestamp.txt": own,
        "emil/ps1/convolve.py": "",
        "fred/ps1/convolve.py": "",
    }
    folder = laid(tmp_path / "submitted", files)
    (folder / "fred" / "ps1" / "timestamp.txt").symlink_to(folder / "ben" / "ps1" / "timestamp.txt")
    entries = intake.scan(folder, "ps1").entries
    assert [entry.student for entry in entries] == ["anna", "ben", "cleo", "dora", "emil", "fred"]
    assert stamped(entries, folder) == {"anna": DUE, "ben": DUE}


@pytest.mark.parametrize("place", ["in", "in/../in", "."])
def test_what_a_student_hands_in_is_no_hand_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    own = "2020-01-01 00:00:00 UTC"
    folder = laid(tmp_path / "in", {"anna/timestamp.txt": own, "anna/ps1/timestamp.txt": own, "ps1/timestamp.txt": own})
    (tmp_path / "late.toml").write_text(POLICY)
    typed = argparse.Namespace(roster=None, overrides=None, late=tmp_path / "late.toml", times=None)
    monkeypatch.chdir(folder if place == "." else tmp_path)
    rules = read_rules(ROOT, COURSE, typed, intake.scan(Path(place)).entries, Path(place))
    assert rules is not None
    assert rules.times == {}


def test_a_file_of_times_counts_before_a_stamp(tmp_path: Path) -> None:
    folder = laid(tmp_path / "class", dict.fromkeys(("anna/ps1/timestamp.txt",), "2020-01-01 00:00:00 UTC"))
    (tmp_path / "late.toml").write_text(POLICY)
    typed = argparse.Namespace(roster=None, overrides=None, late=tmp_path / "late.toml", times=None)
    entries = intake.scan(folder, "ps1").entries
    for expected in (datetime(2020, 1, 1, tzinfo=UTC), DUE):
        rules = read_rules(ROOT, COURSE, typed, entries, folder)
        assert rules is not None
        assert rules.times == {"anna": expected}
        (folder / "times.csv").write_bytes(times_csv({"anna": DUE}))


@pytest.mark.parametrize(("one", "other"), [("Jane Doe", "Doe, Jane"), ("Doe, Jane", "Jane Doe")])
@pytest.mark.parametrize("roster", [{}, {"roster": 'student,id\n"Doe, Jane",7\n'}])
def test_a_time_may_stand_under_a_name_turned_round(bring: Any, one: str, other: str, roster: dict[str, str]) -> None:
    times = times_csv({other: DUE + timedelta(days=3)}).decode()
    [mark] = bring([outcome(one)], late=POLICY, times=times, **roster).values()
    assert mark.late_days == 3


@pytest.mark.parametrize("known", [["Jane Doe", "Doe, Jane"], ["Doe, Jane", "Jane Doe"], ["Jane Doe"], ["Doe, Jane"]])
def test_a_name_turned_round_takes_nobodys_time(bring: Any, known: list[str]) -> None:
    after = {"Jane Doe": 1, "Doe, Jane": 3}
    times = "student,time\n" + "".join(f'"{name}",{DUE + timedelta(days=after[name])}\n' for name in known)
    marks = bring([outcome("Jane Doe"), outcome("Doe, Jane")], late=POLICY, times=times)
    found = {name: marks[name, ""].late_days for name in after}
    assert found == {name: days if name in known else None for name, days in after.items()}
    if len(known) == 2:
        assert bring([outcome("Jane Doe")], late=POLICY, times=times)["Jane Doe", ""].late_days == 1


@pytest.mark.parametrize(
    ("files", "sentences"),
    [
        ({"roster": "who,id\na,1\n"}, ["roster.csv, line 1: there is no column 'student' with rows below; name it"]),
        ({"roster": "student,id\nAnna,1\nBen,1\n"}, ["roster.csv, line 3: '1' stands on line 2, too;"]),
        ({"roster": "student,aliases\nAnna,a;x\n\n,\nBen,x\n"}, ["roster.csv, line 5: 'x' stands on line 2, too;"]),
        ({"roster": "student,id\nAnna,\nAnna,\n"}, ["line 3: the name 'Anna', without id or email, stands on line 2"]),
        ({"roster": "student,id\n,7\n"}, ["roster.csv, line 2: no student is named; write a name"]),
        ({"roster": "student,id,ID\nAnna,1,2\n"}, ["roster.csv, line 1: the column 'id' is there twice; keep one"]),
        ({"roster": "student,id\nMüller, Jürgen,1\n"}, ["roster.csv, line 2: there are more cells than columns; put"]),
        (
            {"overrides": "student,what,points\nanna,convolv,3\nbenn,convolve,1\nanna,convolve.gray,1\n"},
            [
                "overrides.csv, line 2: 'convolv' is no exercise; did you mean 'convolve'?",
                "overrides.csv, line 3: 'benn' is nobody in this class; did you mean 'ben'?",
                "overrides.csv, line 4: convolve has no check 'gray'; did you mean 'grey'?",
            ],
        ),
        (
            {"overrides": "student,what,points\nanna,convolve,26\nanna,convolve.grey,-1\nanna,talk,many\nanna,,1\n"},
            [
                "overrides.csv, line 2: convolve has 0 to 25 points, not 26; give what goes beyond to a part",
                "overrides.csv, line 3: convolve.grey has 0 to 3 points, not -1;",
                "overrides.csv, line 4: 'many' is no number of points; write one",
                "overrides.csv, line 5: it is not said what the points are for; write",
            ],
        ),
        (
            {"overrides": "student,what,points\nanna,convolve,20\nanna,convolve.grey,1\nAnna,convolve,3\nanna,a,nan\n"},
            [
                "overrides.csv, line 3: 'convolve.grey' of 'anna' changes what line 2 changes (convolve); keep one",
                "overrides.csv, line 4: 'convolve' of 'anna' changes what line 2 changes (convolve); keep one",
                "overrides.csv, line 5: 'nan' is no number",
            ],
        ),
        ({"overrides": "student,points\nanna,3\n"}, ["overrides.csv, line 1: there is no column 'what'; name it"]),
        ({"late": "due = 2026-11-20T23:59:00\npercent_a_day = 5\n"}, ["late.toml, line 1: due has no time zone"]),
        ({"late": "due = 2026-11-20\npercent_a_day = 5\n"}, ["late.toml, line 1: due is a day without a time; write"]),
        ({"late": "due = 2026-11-20T23:59:00Z\n"}, ["late.toml, line 1: the key 'percent_a_day' is missing here"]),
        (
            {"late": "due = 2026-11-20T23:59:00Z\npercent_a_day = 5\npercent = 3\n"},
            ["late.toml, line 3: the key 'percent' is not known here; did you mean"],
        ),
        (
            {"late": f"{LATE}\n[[extension]]\nstudent = 'anna'\n[[extension]]\ndays = 2\n"},
            [
                "late.toml, line 7: '1002' is nobody in this class; write",
                "late.toml, line 11: 'Team 7' is nobody in this class; write",
                "late.toml, line 15: an extension has a due date or a number of days; write",
                "late.toml, line 17: an extension is for one student or one group; write",
            ],
        ),
        (
            {"late": POLICY, "times": "student,time\nanna,2026-11-20 10:00\nben,soon\n,2026-11-20T10:00Z\n"},
            [
                "times.csv, line 2: '2026-11-20 10:00' has no time zone; write it as in 2026",
                "times.csv, line 3: 'soon' is no time;",
                "times.csv, line 4: no student is named",
            ],
        ),
        (
            {"roster": "student\nAnna\nAnna\n", "overrides": "student,what,points\nanna,x,y\n"},
            ["roster.csv, line 3", "overrides.csv, line 2"],
        ),
    ],
)  # fmt: skip
def test_every_problem_is_named_with_its_line_and_cure(bring: Any, files: dict[str, str], sentences: list[str]) -> None:
    with pytest.raises(UsageError) as error:
        bring([outcome("anna"), outcome("ben")], **files)
    lines = str(error.value).splitlines()
    assert [sentence for sentence in sentences if not any(sentence in line for line in lines)] == [], lines


def test_a_file_that_is_not_there_or_no_text(bring: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        Sheet(tmp_path / "none.csv")
    (tmp_path / "wide.csv").write_bytes("student,id\n".encode("utf-16"))
    with pytest.raises(UsageError, match="no text in UTF-8; save it"):
        Sheet(tmp_path / "wide.csv")


def test_the_index_names_the_files_of_a_class(tmp_path: Path) -> None:
    text = (ROOT / "course.toml").read_text(encoding="utf-8")
    (with_words(tmp_path) / "course.toml").write_text(text + '\n[class]\nroster = "r.csv"\n')
    course = courses.load(tmp_path / "course.toml")
    (tmp_path / "r.csv").write_text("student\nAnna\n")
    typed = argparse.Namespace(roster=None, overrides=None, late=None, times=None)
    entries = [intake.Entry(student="anna", paths=())]
    rules = read_rules(tmp_path, course, typed, entries, tmp_path / "none")
    assert rules is not None
    assert [one.person.name for one in rules.counted] == ["Anna"]
    assert read_rules(tmp_path, COURSE, typed, entries, tmp_path / "none") is None
    (tmp_path / "course.toml").write_text(text + '\n[class]\nrosters = "r.csv"\n')
    with pytest.raises(CourseError, match="'rosters' is not known here; did you mean 'roster'"):
        courses.load(tmp_path / "course.toml")


HOSTILE = '=HYPERLINK("http://x")'


def test_hostile_names_stay_text_in_the_table(bring: Any) -> None:
    overrides = f'student,what,points,comment\n"{HOSTILE.replace(chr(34), chr(34) * 2)}",talk,1,"=1+1\nnext, line"\n'
    marks = bring([outcome(HOSTILE), outcome("../../etc/passwd")], overrides=overrides)
    [first, second] = csv.DictReader(io.StringIO(marks_csv(marks.values(), COURSE).decode()))
    assert first["student"] == "../../etc/passwd"
    assert second["student"] == f"'{HOSTILE}"
    assert second["comment"] == "'=1+1 next, line"


def record(student: str, **points: float) -> SubmissionResult:
    """As much of what a run keeps as the marks need: convolve with these checks, and multiply_sum without any."""
    checks = tuple(
        CheckResult(name=name, title=name, points=got, max_points=3.0, outcome="passed" if got else "failed")
        for name, got in points.items()
    )
    about = {"max_score": 10.0, "status": "graded"}
    exercises = (
        ExerciseResult(name="multiply_sum", title="", score=1.0, **about),  # type: ignore[arg-type]
        ExerciseResult(name="convolve", title="", score=sum(points.values()), checks=checks, **about),  # type: ignore[arg-type]
    )
    score = sum(exercise.score for exercise in exercises)
    about = {"score": score, "max_score": 35.0, "isolation": "process", "exercises": exercises}
    return SubmissionResult(student=student, state="graded", **about)  # type: ignore[arg-type]


def kept(out: Path, *records: SubmissionResult) -> Path:
    """The folder of a run with these records."""
    folder = out / ".grader" / "records"
    folder.mkdir(parents=True)
    for one in records:
        (folder / f"{one.student}.json").write_bytes(msgspec.json.encode(one))
    return out


def test_records_are_read_by_name_wherever_a_check_stands(tmp_path: Path) -> None:
    # In course.toml neither exercise is the only one, and `grey` stands behind `hand`.
    result = record("a", grey=3.0, hand=2.0)
    only = msgspec.structs.replace(result, exercises=result.exercises[1:], score=5.0)
    for one in (result, only):
        found = submission_marks(one, ["multiply_sum", "convolve"])
        assert found.checks == {"convolve.grey": 3.0, "convolve.hand": 2.0}
        assert found.points["convolve"] == 5.0
    missed = msgspec.structs.replace(result.exercises[1].checks[0], outcome="failed")
    partly = msgspec.structs.replace(result.exercises[1], checks=(missed,))
    # Points of a check that was not passed are in no score, and so in nothing that is replaced.
    one = msgspec.structs.replace(result, exercises=(partly,))
    assert submission_marks(one, ["convolve"]).checks == {"convolve.grey": 0.0}
    assert [one.submission for one in read_records(kept(tmp_path, result, record("b")), COURSE)] == ["a", "b"]


@pytest.mark.parametrize(("check", "manual", "remarks"), [("grey", -3.0, 0), ("hand", 1.0, 0), ("colour", 0.0, 1)])
def test_points_by_hand_are_for_the_check_that_is_named(bring: Any, check: str, manual: float, remarks: int) -> None:
    graded = submission_marks(record("anna", grey=3.0, hand=0.0), ["multiply_sum", "convolve"])
    mark = overridden(bring, f"anna,convolve.{check},{max(0.0, manual)},", graded)
    assert (mark.manual, len(mark.remarks)) == (manual, remarks)


def test_a_failure_and_a_refusal_are_read_from_records() -> None:
    result = record("a", grey=3.0)
    failed = msgspec.structs.replace(result.exercises[1], status="error")
    found = submission_marks(
        msgspec.structs.replace(result, state="error", exercises=(result.exercises[0], failed)), ["convolve"]
    )
    assert (found.total, found.points) == (None, {"multiply_sum": 1.0})
    refused = msgspec.structs.replace(result, state="refused", exercises=(), score=0.0)
    assert submission_marks(refused, ["convolve"]).points == {"convolve": 0.0}


def test_marks_are_written_again_without_grading(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept(tmp_path / "out", record("a", grey=2.0))
    (tmp_path / "o.csv").write_text("student,what,points\na,convolve,20\n")
    typed = ["marks", str(tmp_path / "out"), "--course", str(ROOT)]
    assert main([*typed, "--overrides", str(tmp_path / "o.csv")]) == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "marks.csv").read_text(encoding="utf-8"))))
    assert [(row["convolve"], row["manual"], row["total"]) for row in rows] == [("2", "18", "21")]
    assert main(typed) == 2
    assert "--roster" in capsys.readouterr().err


def test_late_days_that_count_no_longer_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept(tmp_path / "out", record("a", grey=2.0))
    (tmp_path / "o.csv").write_text("student,what,points\na,convolve,20\n")
    (tmp_path / "late.toml").write_text(POLICY)
    (tmp_path / "times.csv").write_bytes(times_csv({"a": DUE + timedelta(days=2)}))
    typed = ["marks", str(tmp_path / "out"), "--course", str(ROOT), "--overrides", str(tmp_path / "o.csv")]
    late = ["--late", str(tmp_path / "late.toml"), "--times", str(tmp_path / "times.csv")]
    told = []
    for words in ([*typed, *late], [*typed, *late], typed, typed):
        assert main(words) == 0
        told.append("name their file with --late" in capsys.readouterr().out)
    assert told == [False, False, True, False]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"student": 3}'])
def test_records_that_are_none_ask_for_grading(tmp_path: Path, text: str) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "a.json").write_text("{}")
    with pytest.raises(UsageError, match=r"holds no records of results; name .* or grade once more with this version"):
        read_records(tmp_path, COURSE)
    kept(tmp_path)
    (tmp_path / ".grader" / "records" / "a.json").write_text(text)
    with pytest.raises(UsageError, match=r"cannot be read \(.*\); grade once more with this version"):
        read_records(tmp_path, COURSE)


def test_times_of_an_earlier_run_are_kept_up_or_forgotten(tmp_path: Path) -> None:
    private, results = kept(tmp_path / "out") / ".grader", [record("anna")]
    rules = Rules(counted=(Counted(person=Person(name="anna"), submission="anna"),), times={"anna": DUE})
    marks_of(results, rules, COURSE, ["convolve"], private)
    assert (private / "times.csv").read_bytes() == times_csv({"anna": DUE})
    marks_of(results, msgspec.structs.replace(rules, times={}), COURSE, ["convolve"], private)
    assert (private / "times.csv").read_bytes() == times_csv({})
    marks_of(results, None, COURSE, ["convolve"], private)
    assert not (private / "times.csv").exists()


def test_a_page_shows_changes_apart(bring: Any) -> None:
    files = {"late": POLICY, "times": times_csv({"anna": DUE + timedelta(days=3)}).decode()}
    overrides = "student,what,points,comment\nanna,convolve,25,<b>well</b> done\nanna,talk,2,\n"
    [mark] = bring([outcome("anna")], overrides=overrides, **files).values()
    result = SubmissionResult(student="anna", state="graded", score=30.0, max_score=35.0, isolation="process")
    page = student_page(result, mark)
    for text in (
        "Adjusted by hand",
        "25 points in place of 20",
        "2 points on top",
        "&lt;b&gt;well",
        "3 days late: 7.4 points less",
    ):
        assert text in page, text
    assert "Adjusted by hand" not in student_page(result)
    assert "Adjusted by hand" not in student_page(result, FinalMark(student="anna", status="graded", max_total=35.0))


def test_a_page_of_late_work_alone_says_so(bring: Any) -> None:
    times = times_csv({"anna": DUE + timedelta(days=1)}).decode()
    [mark] = bring([outcome("anna")], late=POLICY, times=times).values()
    page = student_page(
        SubmissionResult(student="anna", state="graded", score=30.0, max_score=35.0, isolation="x"), mark
    )
    assert "Handed in late" in page
    assert "1 day late: no points less" in page
    assert "Adjusted by hand" not in page


def test_members_of_a_group_read_what_they_share(bring: Any) -> None:
    overrides = "student,what,points\nTeam 7,talk,3\n1004,private,1\n"
    own = shared(bring([outcome("Team 7")], roster=ROSTER, overrides=overrides).values())
    assert list(own) == ["Team 7"]
    assert [change.what for change in own["Team 7"].adjustments] == ["talk"]
    assert own["Team 7"].total is None


def test_the_class_page_lists_who_is_missing(bring: Any) -> None:
    marks = bring([], roster="student,id\n<i>Anna</i>,7\n")
    page = class_page([], ["convolve"], "Course", list(marks.values()))
    assert "&lt;i&gt;Anna&lt;/i&gt;" in page
    assert "not submitted" in page
