"""Checks of `filter_design`; the index knows their points and which waits for which."""

from __future__ import annotations

from typing import Any

from grader.compare import kind_of
from grader.fixture import StudentFixture
from grader.probing import CheckFailed
from grader.suites import designs

__all__: list[str] = []

SIGHTS = ("horizontal lines", "vertical lines", "horizontal edges", "vertical edges", "corners")
EFFECTS = ("the sign of the response flips", "the edges rotate", "nothing changes", "the response doubles")
LONGEST = 60

DIRECTION = (
    "Lines and edges are named after the direction in which they run; across them the brightness changes, and there "
    "the weights have to change too."
)
KIND = "An edge has one bright and one dark side; a line has the same brightness on both of its sides."
EFFECT_REASONS = {
    "the edges rotate": ("flip taken for a turn", "Rows that stay rows keep answering the same direction."),
    "nothing changes": (
        "sign overlooked",
        "Magnitudes are not all that an answer has: the two filters differ in their numbers.",
    ),
    "the response doubles": ("sign taken for size", "An answer twice as large needs weights twice as large."),
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


def test_channels_last(student: StudentFixture) -> None:
    """moves the channels of a stack to the last axis; rows stay rows, columns stay columns"""
    student.agrees("channels_last")


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
        name, reason = EFFECT_REASONS[given]
        raise CheckFailed(_not_right(key, given), reason, misconception=name)


def _sight(student: StudentFixture, key: str, right: str) -> None:
    """One question about what a filter answers; the next step is the hint of the index."""
    given = _answer(student, key, SIGHTS)
    if given == right:
        return
    observation = _not_right(key, given)
    if given == "corners":
        reason = "At a corner two directions meet; this filter looks at one."
        raise CheckFailed(observation, reason, misconception="corners taken for edges")
    (direction, kind), (right_direction, right_kind) = given.split(), right.split()
    if kind == right_kind:
        raise CheckFailed(observation, DIRECTION, misconception="rows and columns exchanged")
    reason = KIND if direction == right_direction else f"{KIND} {DIRECTION}"
    raise CheckFailed(observation, reason, misconception="lines and edges confused")


def _not_right(key: str, given: str) -> str:
    return f"Under {key!r} the quiz says {given!r}, and that is not what convolving shows."


def _answer(student: StudentFixture, key: str, allowed: tuple[str, ...]) -> str:
    """The student's answer to one question: one of the allowed ones, or CheckFailed."""
    answers = student.value("quiz")
    if answers is None:
        raise CheckFailed(
            "`quiz` returned None.",
            "A function without `return` gives None; what it prints does not count.",
            "End the function with `return` and the dictionary.",
            misconception="no return",
        )
    if not isinstance(answers, dict):
        raise CheckFailed(
            f"`quiz` returned {kind_of(answers)}; a dictionary (dict) is asked for.",
            "Each answer belongs to a question by its key, not by its place.",
            f"Return a dict; this question's key is {key!r}.",
            misconception="no dictionary",
        )
    if key not in answers:
        raise CheckFailed(
            f"The key {key!r} is missing in what `quiz` returned.",
            "Keys count letter by letter, capitals and underscores included.",
            f"Add {key!r} with one of: {_listed(allowed)}.",
            misconception="key missing",
        )
    return _allowed(key, answers[key], allowed)


def _allowed(key: str, given: Any, allowed: tuple[str, ...]) -> str:
    if isinstance(given, str) and given in allowed:
        return given
    shown = _quoted(given) if isinstance(given, str) else kind_of(given)
    raise CheckFailed(
        f"Under {key!r} the quiz has {shown}, which is none of the allowed answers.",
        "Answers count letter by letter.",
        f"Choose one of: {_listed(allowed)}.",
        misconception="none of the answers",
    )


def _quoted(text: str) -> str:
    return repr(text if len(text) <= LONGEST else text[:LONGEST] + "...")


def _listed(allowed: tuple[str, ...]) -> str:
    return ", ".join(repr(one) for one in allowed)
