"""The index: what is valid is read whole, what is broken is named by line and with its cure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.course import Course, agree_with, load
from grader.errors import CourseError, UsageError
from grader.toml_lines import Place

__all__: list[str] = []

ROOT = Path(__file__).parents[1]
WORDS_FILE = "grader/suites/words/sums.toml"

# Line numbers count from 1 at "# An index". Comments, blank lines, brackets and equal signs in strings are traps.
GOOD = '''\
# An index: [[exercise]] in a comment is no header, and this quote " opens nothing.

[course]
title = "Filters [[exercise]] = # not a comment"
secret = "autumn"
isolation = "process"

[limits]
import_seconds = 10.0
call_seconds = 2
check_seconds = 10.0
exercise_seconds = 30.0
reference_factor = 20.0
memory_mb = 1024
output_kb = 4
output_limit_kb = 4096

[[exercise]]
name = "sums"
title = """
A title over
[two] = lines"""
status = "ready"
points = 60
functions = [
    "add",  # ] a bracket in a comment
    "add_all",
]
forbidden = ["scipy"]

[[exercise.check]]
name = "hand"
points = 25.5

[[exercise.check]]

# a comment between header and key
name = "agrees"
points = 34.5
after = [
    "hand",
]
reveal = "after_due"

[[exercise]]
name = "lines"
title = "Lines"
status = "planned"
points = 40
depends = ["sums"]
'''

# What to replace (once), by what, the line that must be named, and words of the message.
BROKEN = {
    "open string": ('"autumn"', '"autumn', 5, "quotes"),
    "open list": ('forbidden = ["scipy"]', 'forbidden = ["scipy"', 29, "brackets"),
    "open text block": ('[two] = lines"""', "[two] = lines", 20, "quotes"),
    "key twice": ('secret = "autumn"', 'secret = "a"\nsecret = "b"', 6, "mend"),
    "unknown table": ("[limits]", "[[limitz]]", 8, "did you mean 'limits'?"),
    "unknown key of the course": ("isolation =", "isolatoin =", 6, "did you mean 'isolation'?"),
    "unknown key of a limit": ("memory_mb", "memory", 14, "did you mean 'memory_mb'?"),
    "unknown key of an exercise": ("functions =", "function =", 25, "did you mean 'functions'?"),
    "unknown key of a check": ("reveal =", "reveals =", 43, "did you mean 'reveal'?"),
    "hints of a check": (
        'reveal = "after_due"',
        'reveal = "after_due"\nhints = ["What?"]',
        44,
        "move them to grader/suites/words/sums.toml",
    ),
    "unknown key, nothing close": ("points = 34.5", "zzz = 34.5", 39, "choose from: name, points"),
    "missing limit": ("call_seconds = 2\n", "", 8, "add call_seconds"),
    "text for a number": ("points = 25.5", 'points = "25"', 33, "write a number"),
    "number for a text": ('title = "Lines"', "title = 3", 47, "write text in quotes"),
    "text for a list": ('depends = ["sums"]', 'depends = "sums"', 50, "write a list"),
    "fraction of megabytes": ("memory_mb = 1024", "memory_mb = 10.5", 14, "write a whole number"),
    "yes for a number": ("points = 40", "points = true", 49, "write a number"),
    "limit of zero": ("check_seconds = 10.0", "check_seconds = 0", 11, "write a number > 0"),
    "endless limit": ("check_seconds = 10.0", "check_seconds = inf", 11, "out of range"),
    "negative points": ("points = 34.5", "points = -34.5", 39, "write a number > 0"),
    "no title": ('title = "Lines"', 'title = ""', 47, "something in it"),
    "status": ('"planned"', '"planed"', 48, "did you mean 'planned'?"),
    "reveal": ('"after_due"', '"later"', 43, "choose from: always, after_due, never"),
    "isolation": ('"process"', '"proces"', 6, "did you mean 'process'?"),
    "name with a blank": ('name = "lines"', 'name = "two lines"', 46, "letters, digits and underscores"),
    "name of Python's own": ('name = "lines"', 'name = "import"', 46, "letters, digits and underscores"),
    "name of a column": ('name = "lines"', 'name = "total"', 46, "choose another"),
    "exercise twice": ('name = "lines"', 'name = "sums"', 46, "choose another"),
    "check twice": ('name = "agrees"', 'name = "hand"', 38, "choose another"),
    "function twice": ('"add_all"', '"add"', 25, "choose another"),
    "unknown dependency": ('depends = ["sums"]', 'depends = ["sum"]', 50, "did you mean 'sums'?"),
    "dependency on itself": ('depends = ["sums"]', 'depends = ["lines"]', 50, "further up"),
    "unknown check in after": ('    "hand",', '    "hnad",', 40, "did you mean 'hand'?"),
    "circle of after": ("points = 25.5", 'points = 25.5\nafter = ["agrees"]', 34, "further up"),
    "no module": ('["scipy"]', '["scipy signal"]', 29, "keras.applications"),
    "points of the checks": ("points = 25.5", "points = 25", 24, "59.5 points, not 60"),
    "points of all": ("points = 40", "points = 41", 49, "101 points, not 100"),
    "ready without checks": ('status = "planned"', 'status = "ready"\nfunctions = ["f"]', 45, '"planned"'),
    "ready without functions": ('status = "planned"', 'status = "ready"', 45, "add functions"),
}

# The same for what students read of it; line 1 is empty.
WORDS = """
[hints]
hand = ["What is 1 + 1?", "See [hints]."]
agrees = [
    'First "what"?',
]

[mistakes.sum]
name = "no sum"
"""
BROKEN_WORDS = {
    "open string": ('1 + 1?"', "1 + 1?", 3, "quotes"),
    "unknown table": ("[mistakes", "[mistake", 8, "did you mean 'mistakes'?"),
    "no hints": ("[hints]\nhand", "[mistakes]\nhand", 1, "add hints"),
    "hints of no check": ("agrees =", "agree =", 4, "did you mean 'agrees'?"),
    "hints of one check too many": ("agrees =", "zzz = ['What?']\nagrees =", 4, "choose from: hand, agrees"),
    "missing hints": ('hand = ["What is 1 + 1?", "See [hints]."]\n', "", 2, "add hand"),
    "no stage": ('["What is 1 + 1?", "See [hints]."]', "[]", 3, "hand is empty; write a list with something in it"),
    "empty stage": ('"See [hints]."', '""', 3, "hand is empty; write text in quotes with something in it"),
    "blank stage": ("See [hints].", " ", 3, "hand is empty"),
    "text for a list": ('["What is 1 + 1?", "See [hints]."]', '"What is 1 + 1?"', 3, "write a list"),
    "number for a stage": ('"See [hints]."', "2", 3, "write text in quotes"),
}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    path = tmp_path / "course.toml"
    path.write_text(GOOD, encoding="utf-8")
    words = tmp_path / WORDS_FILE
    words.parent.mkdir(parents=True)
    words.write_text(WORDS, encoding="utf-8")
    return path


@pytest.fixture
def course(index: Path) -> Course:
    return load(index)


def broken_by(path: Path, old: str, new: str, index: Path | None = None) -> str:
    """Break the index at `path`, or another file of its course, load it, and return the message."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CourseError) as caught:
        load(index or path)
    return str(caught.value)


def places_in(value: Any, place: Place) -> Iterator[Place]:
    """Yield the places of all keys and tables in what was read, those inside `value` at `place`."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        if isinstance(key, str) or isinstance(item, dict):
            yield (*place, key)
            yield from places_in(item, (*place, key))


def test_the_course_of_this_repository_is_valid() -> None:
    course = load(ROOT / "course.toml")
    assert [exercise.name for exercise in course.ready][:3] == ["multiply_sum", "convolve", "filter_design"]
    assert sum(exercise.points for exercise in course.exercises) == 100
    assert course.exercise("convolve").check("families").after == ("hand",)


def test_each_line_found_in_the_course_holds_its_key() -> None:
    text = (ROOT / "course.toml").read_text(encoding="utf-8")
    rows, lines = text.split("\n"), load(ROOT / "course.toml").lines
    numbers = {place: lines.of(place) for place in places_in(tomllib.loads(text), ())}
    assert len(numbers) > 200
    for place, number in numbers.items():
        assert [part for part in place if isinstance(part, str)][-1] in rows[number - 1]


def test_a_valid_index_is_read_whole(course: Course) -> None:
    assert (course.title, course.isolation) == ("Filters [[exercise]] = # not a comment", "process")
    assert course.limits.call_seconds == 2.0
    sums = course.exercise("sums")
    assert [check.hints for check in sums.checks] == [("What is 1 + 1?", "See [hints]."), ('First "what"?',)]
    assert [check.reveal for check in sums.checks] == ["always", "after_due"]
    assert course.exercise("lines").checks == ()


def test_only_ready_exercises_count(course: Course) -> None:
    assert [exercise.name for exercise in course.ready] == ["sums"]
    assert course.max_total == 60


def test_an_unknown_exercise_is_named_with_a_suggestion(course: Course) -> None:
    with pytest.raises(UsageError, match="'sumz'; did you mean 'sums'"):
        course.exercise("sumz")


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_index_names_line_and_cure(index: Path, case: str) -> None:
    old, new, line, words = BROKEN[case]
    message = broken_by(index, old, new)
    assert message.startswith(f"course.toml, line {line}: ")
    assert words in message
    assert "`" not in message


@pytest.mark.parametrize("case", BROKEN_WORDS)
def test_broken_hints_name_line_and_cure(index: Path, case: str) -> None:
    old, new, line, words = BROKEN_WORDS[case]
    message = broken_by(index.parent / WORDS_FILE, old, new, index)
    assert message.startswith(f"{WORDS_FILE}, line {line}: ")
    assert words in message
    assert "`" not in message


def test_what_is_ready_needs_hints(index: Path) -> None:
    (index.parent / WORDS_FILE).unlink()
    with pytest.raises(CourseError, match=rf"line 19: there are no hints for 'sums'; write {WORDS_FILE}"):
        load(index)


def test_the_first_of_two_faults_is_named(index: Path) -> None:
    index.write_text(GOOD.replace("points = 40", "points = 4"), encoding="utf-8")
    assert "line 40:" in broken_by(index, '    "hand",', '    "none",')


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_byte_order_mark_and_line_ends_do_not_matter(index: Path, line_end: str) -> None:
    index.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", line_end).encode())
    assert load(index).max_total == 60
    text = index.read_bytes().replace(b"points = 40", b"points = 41")
    index.write_bytes(text)
    with pytest.raises(CourseError, match="line 49:"):
        load(index)


def test_exercises_written_inline_get_the_line_of_their_key(index: Path) -> None:
    head = GOOD[: GOOD.index("[[exercise]]\nname")].splitlines()
    row = 'exercise = [{name = "a b", title = "T", status = "planned", points = 100}]'
    index.write_text("\n".join([row, *head]), encoding="utf-8")
    with pytest.raises(CourseError, match="line 1: 'a b'"):
        load(index)


def test_no_file_and_no_utf8_are_told_without_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "course.toml"
    with pytest.raises(CourseError, match="run the command in the folder"):
        load(path)
    path.write_bytes(b'[course]\ntitle = "\xff"\n')
    with pytest.raises(CourseError, match=r"line 2: .* save the file as UTF-8"):
        load(path)


def test_suites_that_agree_pass(course: Course) -> None:
    agree_with(course, {"sums": ["test_hand", "test_agrees"]})
    agree_with(course, {"sums": ["agrees", "hand"], "lines": ["test_not_ready_yet"]})


@pytest.mark.parametrize(
    ("suites", "line", "words"),
    [
        ({"sums": ["test_hand"]}, 38, "write test_agrees"),
        ({"sums": ["test_hand", "test_agree"]}, 38, "did you mean 'agree'?"),
        ({}, 32, "write test_hand"),
        ({"sums": ["test_hand", "test_agrees", "test_extra"]}, 19, 'name = "extra"'),
        ({"sums": ["test_hand", "test_agrees"], "lime": []}, 1, "did you mean 'lines'"),
    ],
)
def test_suites_that_disagree_are_named(course: Course, suites: dict[str, list[str]], line: int, words: str) -> None:
    with pytest.raises(CourseError) as caught:
        agree_with(course, suites)
    assert str(caught.value).startswith(f"course.toml, line {line}: ")
    assert words in str(caught.value)
