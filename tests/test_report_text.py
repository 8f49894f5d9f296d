"""Text of submissions in reports: harmless on a screen, bounded, the same on every machine."""

from __future__ import annotations

import hashlib
import unicodedata
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.report import clean, feedback_name, number, one_line, results_name

__all__: list[str] = []

ESC, OVERRIDE, ZERO_WIDTH, SURROGATE = "\x1b", "\u202e", "\u200b", "\udc80"


@given(st.text(st.characters(), max_size=60))
@example(ESC + OVERRIDE + SURROGATE + "\x00\x7f\x85\u2028\ue000\U000e0001\ufffe")
def test_cleaned_text_is_utf8_xml_and_without_invisible_characters(text: str) -> None:
    shown = clean(text)
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert ElementTree.fromstring(f"<t>{escape(shown)}</t>").text == (shown or None)
    odd = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not [char for char in shown if unicodedata.category(char) in odd and char not in "\n\t"]


@given(st.text(st.one_of(st.characters(max_codepoint=127), st.characters()), max_size=60))
@example("plain\n\ttext")
def test_a_text_is_cleaned_as_each_of_its_characters_is(text: str) -> None:
    """Plain text takes a shorter way."""
    assert clean(text) == "".join(map(clean, text))


@pytest.mark.parametrize("text", ["plain", "a\nb\t", "ü" * 5])
def test_a_text_of_any_kind_is_cut_at_its_limit(text: str) -> None:
    assert clean(text, len(text)) == text
    assert clean(text, len(text) - 1) == f"{text[:-1]} … (1 more character)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü 数 🙂\n\tnext", "plain ü 数 🙂\n\tnext"),
        (f"{ESC}[31mPASSED", r"\x1b[31mPASSED"),
        ("a\x00b\rc\x9b", r"a\x00b\x0dc\x9b"),
        (f"a{OVERRIDE}b{ZERO_WIDTH}\u00ad", r"a\u202eb\u200b\u00ad"),
        (SURROGATE + "\ue000", r"\udc80\ue000"),
        ("\U000e0041\u3164", r"\U000e0041\u3164"),
    ],
)
def test_what_steers_a_screen_is_written_out(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_long_text_is_cut_with_a_count_and_escapes_stay_whole() -> None:
    assert clean("x" * 1_000_000, limit=10) == "x" * 10 + " … (999990 more characters)"
    assert clean("ab" + ESC, limit=5) == "ab … (1 more character)"
    assert clean("x" * 10, limit=10) == "x" * 10


def test_one_line_has_no_line_ends() -> None:
    assert one_line("a\nERROR: fake\tline") == r"a\nERROR: fake\tline"


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.0, "2"), (0.0, "0"), (-0.0, "0"), (2.5, "2.5"), (1 / 3, "0.333333"), (1e-9, "0"), (100, "100")],
)
def test_numbers_are_short_and_have_a_point(value: float, text: str) -> None:
    assert number(value) == text


def test_file_names_are_the_students_names() -> None:
    assert feedback_name("Zoë O'Brien, Jr.") == "Zoë O'Brien, Jr..html"
    assert results_name("=1+1") == "=1+1.json"


@given(st.text(st.characters(), min_size=1, max_size=300))
@example("ü" * 120)
@example("../../etc/passwd")
@example("🙂" * 120)
def test_file_names_fit_and_are_never_paths(student: str) -> None:
    for name in (feedback_name(student), results_name(student)):
        assert len(name.encode("utf-8")) <= 250
        assert not set(name) & set("/\x00\n")


def test_file_names_that_were_cut_stay_different() -> None:
    first, second = "🙂" * 119 + "a", "🙂" * 119 + "b"
    assert feedback_name(first) != feedback_name(second)
    assert feedback_name("a/b") != feedback_name("a_b")
    digest = hashlib.sha256(first.encode()).hexdigest()[:12]
    assert feedback_name(first).endswith(f"-{digest}.html")
