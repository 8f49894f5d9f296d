"""One table of nasty texts through every writer: parsed again, none of them acts, and none vanishes without a trace."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from grader import cli, intake, klass
from grader.check.showing import text as check_text
from grader.check.table import table
from grader.check.verdicts import Verdict
from grader.check.wrapping import paragraphs
from grader.classroom.commands import tell
from grader.classroom.marks import marks_csv
from grader.classroom.times import times_csv
from grader.course import load
from grader.errors import GraderError
from grader.gradebook.feedback import fragment, remark
from grader.intake.names import flaw_of_student
from grader.model import CheckResult, Evidence, ExerciseResult, FinalMark, Picture, SubmissionResult
from grader.report import clean, one_line, pages
from grader.report.gradescope import results_json
from grader.report.pages import class_page, student_page
from grader.report.table import grades_csv
from grader.run import Graded, Run
from grader.settings import Settings
from grader.similarity.page import similar_csv, similar_page
from grader.similarity.pairs import Comparison, Match
from grader.similarity.works import Gathered, Work
from grader.staff.diff import differences

__all__: list[str] = []

ROOT = Path(__file__).parents[1]
COURSE = load(ROOT / "course.toml")
PLAIN = "plain"
# Each stands between words: what is cut off at either end would go unnoticed.
NASTY = {
    "terminal": "\x1b[2J\x1b]0;title\x07\x1b[31mPASSED",
    "link in a terminal": "\x1b]8;;http://x.example\x1b\\here\x1b]8;;\x1b\\",
    "NUL": "a\0b",
    "overwritten": "failed\rPASSED\x08\x08\x7f",
    "C1": "\x9b31m\x85\x90",
    "turned round": "\u202eDESSAP\u202c\u2066x\u2069\u200f\u061c",
    "no width": "a\u200bb\u200dc\ufeffd\u00ade\u2060f\u034fg",
    "hidden letters": "\U000e0041\U000e0001\U000e0100\ufe01\u3164",
    "line ends of others": "a\u2028b\u2029c\x0bd\x0ce\x1cf",
    "lone surrogates": "\udc80\udfff\ud800",
    "no characters": "\ufffe\uffff\U0001fffe\ue000\U0010ffff",
    "script": "<script>alert(1)</script>",
    "picture": "</pre></td></style></script></title><img src=x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x=\'"\'>',
    "comment": "--><!--<![CDATA[ ]]><?php",
    "entities": "&lt;&#27;&amp;&#x202e;",
    "template": "{{ 7*7 }}{% raw %}{# #}",
    "format": "{0}{x!r}%s%(x)s",
    "markdown": "![x](http://x.example) [y](javascript:alert(1)) `c` **b** <http://z.example>",
    "JSON": '", "score": 100, "x": "\\u0000\\',
    "cells": 'a",=1+1,"b;=2\t=3',
    "words of a log": "x\nERROR: all is lost\n100 of 100 points",
    "formula": "=HYPERLINK(1)",
    "plus": "+1",
    "minus": "-1",
    "at": "@SUM(1)",
    "tab before": "\t=1",
    "end of line before": "\r=1",
    "NUL before": "\0=1",
    "space before": "  =1",
    "mark before": "\ufeff=1",
    "wide": "\uff1d1",
    "long": "A" * 1_000_000,
}
ODD = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def nasty(name: str, apart: bool = True) -> str:
    return f"begin {NASTY[name]} end" if apart else NASTY[name]


def inert(text: str) -> bool:
    """Whether a text is UTF-8, and nothing in it steers a screen."""
    text.encode()
    return not [char for char in text if unicodedata.category(char) in ODD and char not in "\n\t"]


def kept(name: str, limit: int = 4000) -> str:
    """How a nasty text reads where it is neutral; of a long one, the beginning and how much is missing."""
    return clean(nasty(name), limit)


# What a student's text can get into ----------------------------------------------------------------------------------
def result(text: str, student: str = "s", state: Any = "graded") -> SubmissionResult:
    picture = Picture(caption=text, shape=(2, 2), dtype="uint8", data=np.zeros(4, np.uint8).tobytes())
    seen = Evidence(call=text, expected=text, given=text, pictures=(picture,))
    words = {"observation": text, "reason": text, "next_step": text, "misconception": text}
    about: dict[str, Any] = {"title": text, "points": 0.0, "max_points": 2.0}
    bad = CheckResult(name=text, outcome="failed", evidence=(seen,), **about, **words)
    more = CheckResult(name="more", outcome="failed", evidence=(seen, seen), **about, **words)
    waiting = CheckResult(name="waiting", outcome="not_run", waits_for=text, **about)
    part = ExerciseResult(
        name="convolve",
        title=text,
        score=0.0,
        max_score=25.0,
        status="graded",
        checks=(bad, more, waiting),
        notes=(text,),
        printed=text,
    )
    return SubmissionResult(
        student=student,
        state=state,
        score=0.0,
        max_score=25.0,
        isolation="process",
        reason=text,
        notes=(text,),
        exercises=(part,),
    )


def mark(text: str) -> FinalMark:
    name = PLAIN if flaw_of_student(text) else text
    about = {"student": name, "id": name, "group": name, "submission": "", "remarks": (text,)}
    return FinalMark(status="not submitted", max_total=25.0, **about)  # type: ignore[arg-type]


def alike(text: str) -> tuple[Gathered, Comparison]:
    one = Work(text, [(text, text, text), (text, text, text)], ["convolve"])
    match = Match(one, one, "convolve", 0.9, (0.5, 0.5), [(0, 1), (1, 0)])
    comparison = Comparison([match], [("convolve", 2, [0.1, 0.2, 0.3])], 1, 5)
    return Gathered([one, one], 2, np.empty((0, 3), np.int64), [text]), comparison


def verdict(text: str) -> Verdict:
    seen = Evidence(call=text, expected=text, given=text)
    words = {"observation": text, "reason": text, "next_step": text, "misconception": text}
    return Verdict(name="hand", title=text, points=0.0, max_points=1.0, outcome="failed", evidence=(seen,), **words)


# HTML ----------------------------------------------------------------------------------------------------------------
class Parsed(HTMLParser):
    """A page taken apart: its elements with the names of their attributes, and everything that is text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, ...]] = []
        self.texts: list[str] = []
        self.policy = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *(name for name, _ in attrs)))
        values = {name: value or "" for name, value in attrs}
        self.texts += [values[name] for name in ("alt", "title", "aria-label") if name in values]
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment",))

    def handle_decl(self, decl: str) -> None:
        self.elements.append(("declaration", decl))

    def unknown_decl(self, data: str) -> None:
        self.elements.append(("declaration", data))

    def handle_pi(self, data: str) -> None:
        self.elements.append(("instruction",))

    @property
    def structure(self) -> list[tuple[str, ...]]:
        """The elements without those that only set text as code."""
        return [element for element in self.elements if element not in [("code",), ("pre", "style")]]


PAGES: dict[str, tuple[Callable[[str], str], bool]] = {
    "student": (lambda text: student_page(result(text)), True),
    "refused": (lambda text: student_page(result(text, state="refused")), True),
    "failed": (lambda text: student_page(result(text, state="error")), True),
    "class": (lambda text: class_page([result(text, text)], ["convolve"], text, [mark(text)]), True),
    "similar": (lambda text: similar_page(text, *alike(text)), True),
    "nbgrader": (lambda text: fragment(result(text).exercises[0].checks[0], result(text).exercises[0]), False),
    "nbgrader, refused": (lambda text: remark(result(text, state="refused")), False),
    "table in a notebook": (lambda text: table("convolve", [verdict(text[:2000])], PLAIN), False),
}


@pytest.fixture(autouse=True)
def no_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts take half a second, and hold numbers alone."""
    monkeypatch.setitem(pages._ENVIRONMENT.filters, "histogram_bars", lambda spread, unit: "")


@cache
def plain_structure(page: str) -> list[tuple[str, ...]]:
    return Parsed(PAGES[page][0](PLAIN)).structure


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("page", PAGES)
def test_pages(page: str, name: str) -> None:
    made, _ = PAGES[page]
    written = made(nasty(name))
    parsed = Parsed(written)
    assert inert(written)
    assert parsed.structure == plain_structure(page)
    if name == "long":
        if page != "table in a notebook":  # there the worker has cut it
            assert len(written) < len(NASTY[name])
            assert " more characters)" in written
        return
    text = "\n".join(parsed.texts)
    # A notebook's table writes escapes as Python does; lines of code stand trimmed, and cut.
    wanted = kept(name) if page != "table in a notebook" else paragraphs(nasty(name), "")
    assert "".join(wanted.replace("`", "").split()) in "".join(text.replace("`", "").split())


@pytest.mark.parametrize("page", [page for page, (_, whole) in PAGES.items() if whole])
def test_every_page_has_a_policy_that_lets_nothing_in(page: str) -> None:
    policy = Parsed(PAGES[page][0](PLAIN)).policy
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";")}
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == ["'none'"]
    assert all(source.startswith("'sha256-") for source in rules["style-src"] + rules.get("script-src", []))


def test_a_text_that_is_not_escaped_would_be_found() -> None:
    """The control of the two tests above."""
    assert Parsed(f"<p>{nasty('script')}</p>").elements != Parsed(f"<p>{PLAIN}</p>").elements
    assert not inert(nasty("turned round"))


# CSV -----------------------------------------------------------------------------------------------------------------
def cells(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))


TABLES: dict[str, Callable[[str], bytes]] = {
    "grades": lambda text: grades_csv([result(text, text)], ["convolve"], ["convolve"]),
    "marks": lambda text: marks_csv([mark(text)], COURSE),
    "similar": lambda text: similar_csv(alike(text)[1]),
    "times": lambda text: times_csv({text: datetime(2026, 1, 2, tzinfo=UTC)}),
}


def formula(cell: str) -> bool:
    """Whether a spreadsheet program may compute a cell: after trimming, and without what has no width."""
    seen = "".join(char for char in cell if unicodedata.category(char)[0] not in "CZ")
    return unicodedata.normalize("NFKC", seen)[:1] in tuple("=+-@") or cell[:1] in ("\t", "\r", "\0")


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("kind", TABLES)
def test_tables(kind: str, name: str) -> None:
    text = nasty(name, apart=False)
    if flaw_of_student(text) and kind != "marks":
        return  # no such name gets into a table, as the next test shows
    rows = cells(TABLES[kind](text))
    assert {len(row) for row in rows} == {len(rows[0])}
    numbers = ("0", "25", "0.900", "0.500", "1", "2")
    assert not [cell for cell in rows[1] if cell not in numbers and formula(cell)]
    if kind == "marks":
        comment = rows[1][-1]
        assert inert(comment)
        assert comment.lstrip("'").startswith(clean(text).replace("\n", " ")[:20])
    else:
        assert [cell for cell in rows[1] if cell in (text, f"'{text}")]


@pytest.mark.parametrize("name", NASTY)
def test_names_that_could_steer_a_table_or_a_screen_are_nobodys(name: str) -> None:
    text = NASTY[name]
    steering = [char for char in text if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")]
    assert bool(flaw_of_student(text)) or not (steering or len(text) > 120)


def test_a_formula_would_be_found() -> None:
    assert formula("=1")
    assert formula("\ufeff=1")
    assert not formula("'=1")


# JSON ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", NASTY)
def test_results(name: str) -> None:
    data = results_json(result(nasty(name), "Zoë \ud800"))
    document = json.loads(data, parse_constant=lambda constant: pytest.fail(f"{constant} is not JSON"))
    json.dumps(document, ensure_ascii=False).encode()  # no lone surrogate comes back
    assert document.keys() == json.loads(results_json(result(PLAIN))).keys()
    assert (document["score"], document["max_score"]) == (0, 25)
    texts = [document["output"], document["tests"][0]["output"], document["tests"][0]["name"]]
    assert all(map(inert, texts))
    assert {test["output_format"] for test in document["tests"]} == {document["output_format"]} == {"text"}
    assert kept(name) in texts[1]
    assert one_line(nasty(name)).removeprefix("begin ")[:20] in texts[2]
    assert all(len(text) < 50_000 for text in texts)


# Terminals -----------------------------------------------------------------------------------------------------------
def _graded(text: str) -> None:
    one = Graded(result(text, "s", "error"), 0.1, 0.1, 0)
    settings = Settings(root="", exercises=(), isolation="locked")
    klass._close(Path("out"), [one], Run(COURSE, settings, intake.Scan(entries=())), 0.0)


def _differ(text: str, folder: Path) -> None:
    for run, points in (("one", 0.0), ("two", 1.0)):
        (folder / run / "results").mkdir(parents=True)
        test = {"name": text, "score": points}
        document = {"score": points, "tests": [test], "extra_data": {"student": text}}
        (folder / run / "results" / "x.json").write_text(json.dumps(document))
    print("\n".join(differences(folder / "one", folder / "two")))


TERMINALS: dict[str, Callable[[str, Path], Any]] = {
    "an error": lambda text, _: cli._complain(GraderError(text), 1),
    "a run": lambda text, _: _graded(text),
    "a class": lambda text, _: tell("note", [text]),
    "two runs": _differ,
    # These two read what a worker has cut already.
    "a check": lambda text, _: print(check_text("convolve", [verdict(text[:2000]), verdict(text[:2000])], text[:2000])),
    "a note": lambda text, _: print(paragraphs(text[:2000])),
}
ONE_LINE = ("a run", "a class", "two runs")


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("where", TERMINALS)
def test_terminals(where: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    TERMINALS[where](PLAIN, tmp_path / PLAIN)
    lines = len("".join(capsys.readouterr()).splitlines())
    TERMINALS[where](nasty(name), tmp_path / "nasty")
    said = "".join(capsys.readouterr())
    assert inert(said)
    if where in ONE_LINE:
        assert len(said.splitlines()) == lines
    if name != "long":
        shown = one_line(nasty(name), 1000) if where in ONE_LINE else paragraphs(nasty(name), "")
        if where == "an error":
            shown = clean(nasty(name))
        assert "".join(shown.split()) in "".join(said.split())


# pytest's own reports -------------------------------------------------------------------------------------------------
SUITE = """
import pytest

@pytest.mark.parametrize("how", ["raises", "returns", "names"])
@pytest.mark.parametrize("number", range({count}))
def test_mean(student, number, how):
    if how == "raises":
        student.mean(number)
    elif how == "returns":
        assert student.text(number) == "begin ? end"
    else:
        student.named(number)
"""
WORK = """
NASTY = {nasty!a}

def mean(number):
    raise ValueError(f"begin {{NASTY[number]}} end")

def text(number):
    return f"begin {{NASTY[number]}} end"

def named(number):
    return type(f"begin {{NASTY[number]}} end".replace("\\0", ""), (), {{}})()
"""


@pytest.fixture(scope="module")
def plain_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ElementTree.Element]:
    """What a plain pytest run prints, and its JUnit file, of a suite that no index knows."""
    folder = tmp_path_factory.mktemp("plain")
    texts = [text for text in NASTY.values() if len(text) < 10_000]
    (folder / "alice").mkdir()
    (folder / "test_mean.py").write_text(SUITE.format(count=len(texts)), "utf-8")
    (folder / "alice" / "mean.py").write_text(WORK.format(nasty=texts), "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:grader", "-p", "grader.plugin"]
    command += ["--submission", "alice", "--junitxml", "junit.xml", "-vv", "."]
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=300, check=False)
    assert done.returncode == 1, done.stderr.decode()
    return done.stdout.decode(), ElementTree.parse(folder / "junit.xml").getroot()


def test_what_pytest_prints(plain_run: tuple[str, ElementTree.Element]) -> None:
    said = "".join(plain_run[0].split())
    assert inert(plain_run[0])
    for name, text in NASTY.items():
        if len(text) < 10_000:
            wanted = clean(f"begin {text.encode('utf-8', 'replace').decode()} end")
            assert "".join(wanted.replace("\n", "\nE").split())[:40] in said.replace("E|", ""), name


def test_what_pytest_writes_as_xml(plain_run: tuple[str, ElementTree.Element]) -> None:
    cases = list(plain_run[1].iter("testcase"))
    assert len(cases) == 3 * sum(len(text) < 10_000 for text in NASTY.values())
    assert {child.tag for case in cases for child in case} == {"failure"}
    assert all(inert("".join(case.itertext())) for case in cases)
    said = "".join("".join(plain_run[1].itertext()).split())
    assert "".join(clean(NASTY["turned round"]).split()) in said
