"""Checks of `filter_design`; the index knows their points and which waits for which."""

from __future__ import annotations

from typing import Any

from grader.compare import kind_of
from grader.fixture import StudentFixture
from grader.suites import designs
from grader.suites.exercise_texts import texts

__all__: list[str] = []

TEXTS = texts("filter_design")

SIGHTS = ("horizontal lines", "vertical lines", "horizontal edges", "vertical edges", "corners")
EFFECTS = ("the sign of the response flips", "the edges rotate", "nothing changes", "the response doubles")
LONGEST = 60

# By effect, the mistake of whoever names it.
EFFECT_MISTAKES = {
    "the edges rotate": "quiz_edges_rotate",
    "nothing changes": "quiz_nothing_changes",
    "the response doubles": "quiz_doubles",
}


def test_line(student: StudentFixture) -> None:
    """has the filter that answers a horizontal line: rows of -1, 2 and -1"""
    student.agrees("line")


def test_edge_flat(student: StudentFixture) -> None:
    """designs an edge filter whose weights sum to 0, so that flat areas get no answer"""
    designs.edge_flat(student.value("vertical_edge_filter"))


def test_edge_vertical(student: StudentFixture) -> None:
    """designs an edge filter that answers a vertical edge and is blind to a horizontal one"""
    designs.edge_vertical(student.value("vertical_edge_filter"))


def test_prewitt(student: StudentFixture) -> None:
    """has Prewitt's filter: rows of 1, 0 and -1"""
    student.agrees("prewitt")


def test_variants_transposed(student: StudentFixture) -> None:
    """transposes Prewitt's filter: rows become columns"""
    student.agrees("variants_transposed")


def test_variants_flipped(student: StudentFixture) -> None:
    """flips Prewitt's filter: the first and the last row change places"""
    student.agrees("variants_flipped")


def test_shoulder_form(student: StudentFixture) -> None:
    """designs a colour filter (h, w, 3) whose weights sum to 0 and whose channels are not all alike"""
    designs.shoulder_form(student.value("left_shoulder_filter"))


def test_shoulder_portrait(student: StudentFixture) -> None:
    """finds her left shoulder on the portrait, where the opposite filter finds little"""
    designs.shoulder_portrait(student.value("left_shoulder_filter"))


def test_shoulder_synthetic(student: StudentFixture) -> None:
    """finds clean edges of the same direction and colours"""
    designs.shoulder_synthetic(student.value("left_shoulder_filter"))


def test_quiz_line(student: StudentFixture) -> None:
    """knows what the horizontal line filter answers"""
    _sight(student, "line_filter_detects", "horizontal lines")


def test_quiz_prewitt(student: StudentFixture) -> None:
    """knows what Prewitt's filter answers"""
    _sight(student, "prewitt_detects", "horizontal edges")


def test_quiz_transposed(student: StudentFixture) -> None:
    """knows what the transposed filter answers"""
    _sight(student, "prewitt_transposed_detects", "vertical edges")


def test_quiz_flipped(student: StudentFixture) -> None:
    """knows what swapping the first and the last row does to the answers"""
    key, right = "prewitt_flipped_effect", EFFECTS[0]
    given = _answer(student, key, EFFECTS)
    if given != right:
        raise TEXTS.failure(EFFECT_MISTAKES[given], key=key, given=given)


# The only one with hidden examples comes last: what may be shown is asked of a worker that knows of none.
def test_channels_last(student: StudentFixture) -> None:
    """moves the channels of a stack to the last axis; rows stay rows, columns stay columns"""
    student.agrees("channels_last")


def _sight(student: StudentFixture, key: str, right: str) -> None:
    """One question about what a filter answers; the next step is the first hint."""
    given = _answer(student, key, SIGHTS)
    if given == right:
        return
    if given == "corners":
        raise TEXTS.failure("quiz_corners", key=key, given=given)
    (direction, kind), (right_direction, right_kind) = given.split(), right.split()
    if kind == right_kind:
        raise TEXTS.failure("quiz_direction", key=key, given=given)
    mistake = "quiz_kind" if direction == right_direction else "quiz_kind_and_direction"
    raise TEXTS.failure(mistake, key=key, given=given)


def _answer(student: StudentFixture, key: str, allowed: tuple[str, ...]) -> str:
    """The student's answer to one question: one of the allowed ones, or CheckFailed."""
    answers = student.value("quiz")
    if answers is None:
        raise TEXTS.failure("quiz_none")
    if not isinstance(answers, dict):
        raise TEXTS.failure("quiz_no_dict", kind=kind_of(answers), key=key)
    if key not in answers:
        raise TEXTS.failure("quiz_key_missing", key=key, allowed=_listed(allowed))
    return _allowed(key, answers[key], allowed)


def _allowed(key: str, given: Any, allowed: tuple[str, ...]) -> str:
    if isinstance(given, str) and given in allowed:
        return given
    shown = _quoted(given) if isinstance(given, str) else kind_of(given)
    raise TEXTS.failure("quiz_not_allowed", key=key, given=shown, allowed=_listed(allowed))


def _quoted(text: str) -> str:
    return repr(text if len(text) <= LONGEST else text[:LONGEST] + "...")


def _listed(allowed: tuple[str, ...]) -> str:
    return ", ".join(repr(one) for one in allowed)
