"""The reports: exact formats, nothing a student wrote takes effect, the same bytes for the same results."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from grader.errors import GraderError
from grader.model import CheckResult, Evidence, ExerciseResult, Picture, SubmissionResult
from grader.report import feedback_name
from grader.report.gradescope import results_json
from grader.report.pages import class_page, student_page
from grader.report.table import grades_csv

__all__: list[str] = []

COLUMNS = ("multiply_sum", "convolve", "filter_design", "vgg_assembly", "cifar_setup")
CHOSEN = ("multiply_sum", "convolve")
ESC, OVERRIDE, SURROGATE = "\x1b", "\u202e", "\udc80"


def picture(array: NDArray[Any], mark: tuple[int, int, int, int] | None = None, caption: str = "Input") -> Picture:
    return Picture(caption=caption, shape=array.shape, dtype=str(array.dtype), data=array.tobytes(), mark=mark)


def check(name: str, outcome: str = "passed", points: float = 0.0, **other: Any) -> CheckResult:
    record: dict[str, Any] = {
        "name": name,
        "title": f"title of {name}",
        "points": points,
        "max_points": 2.0,
        "outcome": outcome,
    }
    return CheckResult(**(record | other))


def exercise(name: str = "convolve", *checks: CheckResult, **other: Any) -> ExerciseResult:
    record: dict[str, Any] = {"name": name, "title": name.title(), "score": 1.5, "max_score": 25.0, "status": "graded"}
    return ExerciseResult(**(record | {"checks": checks} | other))


def graded(student: str = "Anna", *exercises: ExerciseResult, **other: Any) -> SubmissionResult:
    record: dict[str, Any] = {
        "student": student,
        "state": "graded",
        "score": 1.5,
        "max_score": 35.0,
        "isolation": "process",
    }
    return SubmissionResult(**(record | {"exercises": exercises} | other))


def refused(student: str = "Rita") -> SubmissionResult:
    return graded(student, state="refused", score=0.0, reason="The archive holds a link.")


WRONG = exercise(
    "convolve",
    check("load", "passed", 2.0),
    check("grey", "failed", status="timeout", reveal="after_due", observation="It was stopped."),
    check(
        "hand",
        "failed",
        observation="The entry at (0, 1) is -4 where 4 was expected.",
        reason="The filter was turned.",
        next_step="Compare the corners.",
        misconception="flipped filter",
        evidence=(Evidence(call="convolve(a, b)", expected="[[ 1. -4.]]", given="[[-4.  1.]]"),),
    ),
    check("hidden", "failed", reveal="never", observation="a secret sentence", misconception="clipped"),
    check("keras", "not_run", waits_for="hand"),
    student_seconds=0.25,
    grader_seconds=0.125,
)


# -- Gradescope --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_score_that_is_no_number_stops_the_report(value: float) -> None:
    with pytest.raises(GraderError, match="no report can hold"):
        results_json(graded(score=value))
    with pytest.raises(GraderError, match="no report can hold"):
        grades_csv([graded(score=value)], COLUMNS, CHOSEN)


def parsed(result: SubmissionResult) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    document: dict[str, Any] = json.loads(results_json(result), parse_constant=refuse)
    return document


def test_results_have_the_fields_of_the_format() -> None:
    document = parsed(graded("Anna", exercise("multiply_sum", score=10.0, max_score=10.0), WRONG))
    assert document["score"] == 1.5
    assert (document["max_score"], type(document["max_score"])) == (35, int)
    assert document["execution_time"] == 1
    assert document["extra_data"]["exercises"] == {
        "multiply_sum": {"score": 10, "max_score": 10, "status": "graded"},
        "convolve": {"score": 1.5, "max_score": 25, "status": "graded"},
    }
    assert (document["extra_data"]["isolation"], document["extra_data"]["version"]) == ("process", 1)


def test_tests_carry_number_name_status_and_visibility() -> None:
    tests = parsed(graded("Anna", exercise("multiply_sum", check("sum", "passed", 2.0)), WRONG))["tests"]
    assert [test["number"] for test in tests] == ["1.1", "2.1", "2.2", "2.3", "2.4", "2.5"]
    assert tests[1]["name"] == "convolve: title of load"
    assert [test["status"] for test in tests] == ["passed", "passed", "failed", "failed", "failed", "failed"]
    assert [test["visibility"] for test in tests[1:5]] == ["visible", "after_due_date", "visible", "hidden"]
    assert {test["output_format"] for test in tests} == {"text"}
    assert (tests[1]["score"], tests[1]["max_score"]) == (2, 2)


def test_output_says_what_why_and_what_next() -> None:
    tests = parsed(graded("Anna", WRONG))["tests"]
    assert tests[2]["output"].splitlines()[:4] == [
        "The entry at (0, 1) is -4 where 4 was expected.",
        "The filter was turned.",
        "Compare the corners.",
        "Recognised: flipped filter.",
    ]
    assert "Given:\n[[-4.  1.]]" in tests[2]["output"]
    assert tests[1]["output"].startswith("The code ran longer than its time limit.\n")
    assert tests[4]["output"] == "Not run; it waits for: title of hand"


def test_a_refused_submission_has_zero_and_the_reason() -> None:
    document = parsed(refused())
    assert (document["score"], document["max_score"], document["tests"]) == (0, 35, [])
    assert document["output"].endswith("\nThe archive holds a link.")


def test_a_failure_of_the_grader_is_nobodys_zero() -> None:
    broken = exercise("convolve", check("hand", "not_run", status="error"), status="error", score=0.0)
    document = parsed(graded("Anna", broken, state="error", score=0.0))
    assert document["score"] is None
    assert document["tests"][0]["score"] is None
    assert document["extra_data"]["exercises"]["convolve"]["score"] is None


def test_results_are_strict_utf8_json_with_sorted_keys() -> None:
    hostile = exercise("convolve", check("hand", "failed", observation=f"{ESC}[2J{SURROGATE}\x00"))
    data = results_json(graded(f"Zoë{SURROGATE}", hostile))
    assert data.endswith(b"}\n")
    assert "Zoë" in data.decode("utf-8")
    assert ESC.encode() not in data
    assert json.loads(data)["tests"][0]["output"] == r"\x1b[2J\udc80\x00"
    assert json.loads(data)["extra_data"]["student"] == r"Zoë\udc80"
    assert list(json.loads(data)) == sorted(json.loads(data))


# -- grades.csv --------------------------------------------------------------------------------------------------------


def rows(*results: SubmissionResult) -> list[list[str]]:
    return list(csv.reader(io.StringIO(grades_csv(results, COLUMNS, CHOSEN).decode("utf-8"), newline="")))


def test_the_header_is_the_contract() -> None:
    assert grades_csv([], COLUMNS, CHOSEN) == (
        b"student,multiply_sum,convolve,filter_design,vgg_assembly,cifar_setup,total,max_total,status\n"
    )


def test_rows_are_sorted_and_cells_of_other_exercises_empty() -> None:
    both = (exercise("multiply_sum", score=1 / 3), exercise("convolve", score=2.0))
    failed = graded("Erik", *both, state="error")
    assert rows(graded("ann", *both), refused("Rita"), failed, graded("Ann", *both))[1:] == [
        ["Ann", "0.333333", "2", "", "", "", "1.5", "35", "graded"],
        ["Erik", "", "", "", "", "", "", "", "error"],
        ["Rita", "0", "0", "", "", "", "0", "35", "refused"],
        ["ann", "0.333333", "2", "", "", "", "1.5", "35", "graded"],
    ]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\x00x", "  =1", "\uff1d1", "\u00a0-1"])
def test_a_cell_that_would_start_a_formula_gets_an_apostrophe(name: str) -> None:
    assert rows(graded(name))[1][0] == f"'{name}"
    assert feedback_name("=1+1") == "=1+1.html"


@pytest.mark.parametrize("name", ['Zoë "Z" O\'Brien, Jr.', "a;=1+1", "  padded ", "two\nlines", "plain", "x=1"])
def test_names_survive_the_round_trip(name: str) -> None:
    assert rows(graded(name))[1][0] == name


def test_a_semicolon_cannot_part_a_cell() -> None:
    assert b'\n"a;=1+1",' in grades_csv([graded("a;=1+1")], COLUMNS, CHOSEN)


# -- pages -------------------------------------------------------------------------------------------------------------


class Outline(HTMLParser):
    """Reads a page: its elements, addresses and text; fails where the page is not put together as it should be."""

    VOID = frozenset({"meta", "img", "br", "input"})
    CODE = frozenset({"style", "script"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.names: list[str] = []
        self.ids: list[str] = []
        self.labelled: list[str] = []
        self.asked: list[str | None] = []
        self.texts: list[str] = []
        self.code: dict[str, str] = {}
        self.policy = ""
        self.feed(page)
        self.close()
        assert self.open == []
        assert len(self.ids) == len(set(self.ids))
        assert self.labelled == self.asked
        assert [link for link in self.addresses if link[0] == "#" and link[1:] not in self.ids] == []
        levels = [int(tag[1]) for tag in self.tags if re.fullmatch(r"h\d", tag)]
        assert levels[0] == 1
        assert 1 not in levels[1:]
        assert all(after - before <= 1 for before, after in pairwise(levels))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        assert len(values) == len(attrs)
        self.tags.append(tag)
        self.names += values
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]
        self.ids += [values["id"] or ""] if "id" in values else []
        self.labelled += [values["for"] or ""] if tag == "label" else []
        self.asked += [values.get("id")] if tag in ("input", "select", "textarea") else []
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"] or ""
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.CODE:
            self.code[self.open[-1]] = self.code.get(self.open[-1], "") + data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split()).replace(" ,", ",")


EVIL = f"<script>alert(1)</script>\"'><img src=x onerror=y>{{{{ 7*7 }}}}{ESC}{OVERRIDE}{SURROGATE}"


def evil_result() -> SubmissionResult:
    array = np.zeros((2, 2), dtype=np.uint8)
    proof = Evidence(call=EVIL, expected=EVIL, given=EVIL, pictures=(picture(array, (0, 0, 1, 1), EVIL),))
    bad = check(
        EVIL, "failed", title=EVIL, observation=EVIL, reason=EVIL, next_step=EVIL, misconception=EVIL, evidence=(proof,)
    )
    waiting = check("w", "not_run", title=EVIL, waits_for=EVIL)
    part = exercise("convolve", bad, bad, waiting, title=EVIL, notes=(EVIL,), printed=EVIL)
    return graded(EVIL, part, exercise("multiply_sum"), notes=(EVIL,), isolation=EVIL, reason=EVIL)


def pages(*results: SubmissionResult) -> list[str]:
    return [*(student_page(result) for result in results), class_page(results, CHOSEN, "Course")]


@pytest.mark.parametrize("state", ["graded", "refused", "error"])
def test_nothing_a_student_wrote_becomes_markup(state: str) -> None:
    for page in pages(msgspec.structs.replace(evil_result(), state=state)):
        outline = Outline(page)
        assert not {"link", "iframe", "object", "form"} & set(outline.tags)
        assert outline.tags.count("script") == ("students-table" in outline.ids)
        assert not [name for name in outline.names if name.startswith("on")]
        assert "{{ 7*7 }}" in outline.text
        assert r"\x1b\u202e\udc80" in outline.text
        assert not {ESC, OVERRIDE, SURROGATE} & set(page)


def test_pages_load_nothing() -> None:
    local = re.compile(r"data:image/png;base64,|#[\w-]+$|feedback/[^/]+\.html$")
    for page in pages(evil_result(), graded("Anna", WRONG), refused()):
        assert page.startswith("<!DOCTYPE html>")
        assert all(local.match(address) for address in Outline(page).addresses)
        assert "url(" not in page
        assert "@import" not in page


def test_only_the_style_and_the_script_of_the_page_take_effect() -> None:
    def hashed(code: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"

    for page in pages(evil_result(), graded("Anna", WRONG), refused()):
        outline = Outline(page)
        rules = {rule.split()[0]: rule.split()[1:] for rule in outline.policy.split(";")}
        assert rules.pop("style-src") == [hashed(outline.code["style"])]
        assert rules.pop("script-src", None) == ([hashed(outline.code["script"])] if "script" in outline.code else None)
        assert rules == {
            "default-src": ["'none'"],
            "img-src": ["data:"],
            "base-uri": ["'none'"],
            "form-action": ["'none'"],
        }
        assert "style" not in outline.names
    assert "script" not in Outline(student_page(graded("Anna", WRONG))).code


def test_links_lead_to_the_files() -> None:
    names = ["Zoë O'Brien, Jr.", "=1+1", "50% #1?", "a\\b", "🙂" * 120]
    page = class_page([graded(name) for name in names], CHOSEN, "Course")
    links = [link for link in Outline(page).addresses if link[0] != "#"]
    assert {unquote(link) for link in links} == {f"feedback/{feedback_name(name)}" for name in names}
    assert all(link.isascii() and not set(link) & set("#?\"'<> ") for link in links)


def in_order(text: str, *pieces: str) -> bool:
    """Tell whether `pieces` stand in `text` one after the other."""
    place = 0
    for piece in pieces:
        place = text.index(piece, place) + len(piece)
    return True


def test_the_student_reads_what_was_right_then_the_root_cause_then_the_rest() -> None:
    text = Outline(student_page(graded("Anna", WRONG))).text
    assert in_order(
        text,
        "1.5 of 35 points What was right 1 of 5 checks passed. The checks that passed Convolve title of load",
        "Where to start Convolve: 1 other check waits for this one title of hand failed, 0 of 2",
        "flipped filter The entry at (0, 1) is -4 where 4 was expected. Likely reason: The filter was turned.",
        "Next step: Compare the corners. Call convolve(a, b) Expected [[ 1. -4.]] Given [[-4. 1.]]",
        "Failed, and shown above: title of hand Other checks that failed title of grey failed, 0 of 2",
        "Not run This waits for: title of hand title of keras",
        "All checks of this exercise (1 of 5 passed)",
        "Isolation: process: the student's code ran in its own process, without file or network locks.",
    )
    assert text.count("The filter was turned.") == 1


def test_the_picture_of_the_root_cause_stands_before_its_reason() -> None:
    plain = Evidence(call="f(1)", expected="1", given="2")
    seen = Evidence(call="f(2)", expected="3", given="4", pictures=(picture(np.eye(2, dtype=np.float32)),))
    bad = check("hand", "failed", observation="What.", reason="Why.", evidence=(plain, seen))
    page = student_page(graded("Anna", exercise("convolve", bad)))
    assert in_order(page, "What.", "data:image/png", "Why.", "f(1)", "f(2)")
    assert page.count("<img") == 1


@pytest.mark.parametrize(
    ("exercises", "root"),
    [
        # The first exercise that lost something; in it, the check that others wait for.
        ([[check("a")], [check("b", "failed"), check("c", "failed"), check("d", "not_run", waits_for="c")]], "c"),
        ([[check("a", "failed")], [check("b", "failed"), check("c", "not_run", waits_for="b")]], "a"),
        # What is not there, and what may not be shown, come last; a failure of the grader is nobody's.
        ([[check("a", "failed", status="missing")], [check("b", "failed")]], "b"),
        ([[check("a", "failed", status="missing")], [check("b")]], "a"),
        ([[check("a", "failed", reveal="never"), check("b", "failed")]], "b"),
        ([[check("a", "failed", status="error"), check("b", "failed")]], "b"),
    ],
)
def test_one_root_cause_is_chosen(exercises: list[list[CheckResult]], root: str) -> None:
    parts = [
        exercise(f"part {place}", *checks, status=checks[0].status if checks[0].status == "missing" else "graded")
        for place, checks in enumerate(exercises)
    ]
    page = student_page(graded("Anna", *parts))
    start = page[page.index('<section id="start">') :].split("</section>")[0]
    assert f'<h3 class="title">title of {root}</h3>' in start


def test_pages_without_failures_have_no_root_cause() -> None:
    text = Outline(student_page(graded("Anna", exercise("convolve", check("hand"))))).text
    assert "Every check passed" in text
    assert "Where to start" not in text
    nothing = Outline(student_page(graded("Anna", exercise("convolve", check("hand", "failed"))))).text
    assert "So far No check passed yet." in nothing
    assert "What was right" not in nothing


def test_a_check_that_reveals_nothing_shows_title_and_verdict() -> None:
    text = Outline(student_page(graded("Anna", WRONG))).text
    assert "title of hidden failed, 0 of 2" in text
    assert "a secret sentence" not in text
    assert "clipped" not in text


def test_other_states_say_what_happened() -> None:
    text = Outline(student_page(refused())).text
    assert "The archive holds a link." in text
    assert text.endswith("no code of this submission was run.")
    text = Outline(student_page(graded("Anna", state="error", score=0.0))).text
    assert "No total yet." in text
    assert "0 of 35" not in text
    missing = exercise("convolve", check("hand", "not_run"), status="missing", score=0.0)
    assert "was found in the submission" in Outline(student_page(graded("Anna", missing))).text


def test_the_class_page_counts() -> None:
    right = exercise("convolve", check("hand", "passed", 2.0))
    wrong = exercise("convolve", check("hand", "failed", misconception="clipped"), status="timeout")
    twice = exercise(
        "convolve", check("hand", "failed", misconception="clipped"), check("x", "failed", misconception="clipped")
    )
    results = [
        graded("a", right, score=4.0),
        graded("b", wrong, score=1.0),
        graded("c", twice, score=1.0),
        refused("d"),
    ]
    text = Outline(class_page(results, CHOSEN, "Course")).text
    assert "Submissions 4" in text
    assert "Graded 3 Refused 1 Grader failed 0 Mean 2 Median 1" in text
    assert "title of hand convolve.hand 33 % \u2013 fewer than 10 1 2 0" in text
    assert "clipped Convolve 2" in text
    assert "timeout" in text


def test_charts_are_told_in_words() -> None:
    page = class_page([graded("a", score=4.0), graded("b", score=34.0), graded("c", score=35.0)], CHOSEN, "Course")
    assert 'role="img" aria-label="Submissions by total; 3.5 to 7 points: 1; 31.5 to 35 points: 2"' in page


def test_pages_of_nobody_can_be_written() -> None:
    assert "Submissions 0" in Outline(class_page([], CHOSEN, "Course")).text


def without_times(page: str) -> str:
    """Return a class page without its one section that differs from run to run."""
    kept, sections = re.subn(r'<section id="time">.*?</section>', "", page, flags=re.DOTALL)
    assert sections == 1
    return kept


def test_times_are_told_in_one_place() -> None:
    quick, slow = (exercise("convolve", check("hand"), student_seconds=seconds) for seconds in (0.3, 7.0))
    page = class_page([graded("Anna", quick), graded("Ben", slow, slow), graded("Cleo", quick)], CHOSEN, "Course")
    text = Outline(page).text
    assert "Median 0.3 s Slowest 14 s All together 14.6 s" in text
    assert in_order(text, "Slowest Ben : 14 s Anna : 0.3 s Cleo : 0.3 s")
    assert "14 s" not in Outline(without_times(page).replace("#time", "#students")).text


def test_reports_are_pure() -> None:
    results = [graded("b", WRONG), evil_result(), graded("a", WRONG), refused()]
    assert pages(*results) == pages(*results)
    page = class_page(results, CHOSEN, "C")
    assert page == class_page(results[::-1], CHOSEN, "C")
    assert grades_csv(results, COLUMNS, CHOSEN) == grades_csv(results[::-1], COLUMNS, CHOSEN)
    slower = msgspec.structs.replace(WRONG, student_seconds=9.0)
    assert student_page(graded("b", slower)) == student_page(graded("b", WRONG))
    other = class_page([graded("b", slower), *results[1:]], CHOSEN, "C")
    assert other != page
    assert without_times(other) == without_times(page)


def test_long_output_is_kept_whole_within_the_limit_of_a_run() -> None:
    printed = "x" * 4096 + "end"
    assert printed in student_page(graded("Anna", exercise("convolve", printed=printed)))


def test_the_table_of_students_is_complete_and_sortable() -> None:
    part = exercise("convolve", check("hand", "failed"), status="timeout", score=2.5, max_score=25.0)
    page = class_page([graded("Anna", part), refused(), graded("Zoë", state="error")], CHOSEN, "Course")
    [table] = re.findall(r'<table id="students-table">.*?</table>', page, re.DOTALL)
    assert re.findall(r'<tr data-status="(.*?)">', table) == ["graded timeout", "refused", "error"]
    assert re.findall(r'data-value="(.*?)"', table) == ["", "2.5", "1.5", "0", "0", "0", "", "", ""]
    assert re.findall(r'<option value="(.*?)">', page) == ["", "error", "graded", "refused", "timeout"]
    assert 'id="filters" hidden' in page  # shown by the script: without it, there is nothing that does not work
    assert "<button" not in page


def test_a_page_of_a_large_class_stays_small() -> None:
    checks = [check(f"check {place}", "passed" if place % 3 else "failed", title="x" * 90) for place in range(16)]
    parts = [exercise(f"part {place}", *checks, student_seconds=1.0) for place in range(5)]
    students = [graded(f"A student of a class {place}", *parts) for place in range(200)]
    assert len(class_page(students, [part.name for part in parts], "Course").encode()) < 1_000_000
