"""What students read of an exercise stands in its words file: all of it, in stages, and nothing that is not used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus import ROOT

from grader.course import load
from grader.errors import CourseError
from grader.handout.leaks import Watch
from grader.networks.texts import TEXTS as NETWORKS
from grader.suites import exercise_texts as reading
from grader.suites.exercise_texts import texts
from grader.texts import Texts

__all__: list[str] = []

SUITES = ROOT / "grader" / "suites"
COURSE = load(ROOT / "course.toml")
STAGES = {f"{e.name}.{check.name}": check.hints for e in COURSE.ready for check in e.checks}
# What networks have in common is said on the student's side as well.
SHARED = "networks"
FILES = [path.stem for path in sorted(SUITES.glob("words/*.toml"))] + [SHARED]
MODULES = sorted([*SUITES.glob("*.py"), *(ROOT / "grader" / "networks").glob("*.py")])
# What takes words for students, as positional arguments or by name.
SPEAKING = ("CheckFailed", "CheckNotRun", "Fault", "Misconception")
# A place in a text: a name, its index where it has one, and how it is written.
PLACE = re.compile(r"\{(\w+)")


@pytest.mark.parametrize("check", STAGES)
def test_a_check_has_a_question_a_pointer_and_a_nearly_there(check: str) -> None:
    question, pointer, nearly = STAGES[check]
    assert "?" in question
    assert all(text.strip() == text and text[-1] in ".?" for text in (question, pointer))
    assert len({question, pointer, nearly}) == 3
    assert all(len(text) <= 420 for text in STAGES[check])


def test_only_the_loop_is_given_as_code() -> None:
    assert [check for check, stages in STAGES.items() if "\n" in "".join(stages)] == ["convolve.hand"]
    assert "answers[row, column] = ...  #" in STAGES["convolve.hand"][2]


def test_pointers_name_sections_that_there_are() -> None:
    """A pointer in quotes leads to a heading of the exercise, or of one that was taught before."""
    prose = ""
    for exercise in COURSE.ready:
        prose += (ROOT / "exercises" / f"{exercise.name}.py").read_text("utf-8")
        prose += (ROOT / "docs" / "contract.md").read_text("utf-8")
        for check in exercise.checks:
            for named in re.findall(r'"([A-Z][^"]+)"', check.hints[1]):
                heading = rf"(?m)^#+ (?:# )?#* ?{re.escape(named)}$|^ +{named}:$|\*\*{named}\.\*\*"
                assert re.search(heading, prose), (exercise.name, check.name, named)


def test_the_loop_is_no_solution_until_its_gap_is_filled() -> None:
    watch, loop = Watch(ROOT, COURSE), STAGES["convolve.hand"][2]
    said = "\n\n".join(text for stages in STAGES.values() for text in stages)
    assert watch.leaks({"hints.md": said.encode()}) == []
    solution = (ROOT / "solutions" / "convolve.py").read_text("utf-8")
    body = solution.partition("(convolve.4)")[2].partition("### BEGIN SOLUTION")[2].partition("### END")[0]
    assert watch.leaks({"hints.md": f"{loop}\n\n```python\ndef f():{body}\n```\n".encode()}) != []


def strings(node: ast.AST) -> Iterator[str]:
    """The text of string constants and f-strings in a tree, docstrings aside."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docs = {id(one.body[0].value) for one in ast.walk(node) if isinstance(one, documented) and ast.get_docstring(one)}  # type: ignore[attr-defined]
    for part in ast.walk(node):
        if isinstance(part, ast.JoinedStr):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in part.values)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str) and id(part) not in docs:
            yield part.value


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_module_of_a_suite_holds_words_for_students(path: Path) -> None:
    tree = ast.parse(path.read_bytes())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    speaking = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in SPEAKING]
    assert [text for call in speaking for text in strings(call) if " " in text] == []
    sentences = [text for text in strings(tree) if re.match(r"[A-Z`].*\w+ \w+ .*[.?]$", text)]
    assert sentences == []


def file_of(path: Path) -> str:
    """The words file that a module takes its texts from, if any."""
    text = path.read_text("utf-8")
    made = re.search(r'^TEXTS = texts\("(\w+)"\)$', text, re.MULTILINE)
    return made[1] if made else SHARED if "networks.texts import TEXTS" in text else ""


def read(file: str) -> Texts:
    """The texts of an exercise, or those that networks have in common."""
    return NETWORKS if file == SHARED else texts(file)


@pytest.mark.parametrize("file", FILES)
def test_every_text_is_used(file: str) -> None:
    trees = [ast.parse(path.read_bytes()) for path in MODULES if file_of(path) == file]
    asked = {re.sub(r"\{\}.*", "*", text) for tree in trees for text in strings(tree)}
    # A key that is put together at run time counts by its beginning.
    starts = tuple(key[:-1] for key in asked if re.fullmatch(r"[a-z]\w*\*", key))
    keys = [*read(file).faults, *read(file).phrases]
    assert [key for key in keys if key not in asked and not key.startswith(starts)] == []


def test_what_networks_have_in_common_is_a_words_file() -> None:
    """It is read without proof where students have it; here it is proved like the others."""
    assert texts(SHARED, "grader/networks/words.toml") == NETWORKS


def calls_of_texts() -> Iterator[tuple[Texts, str, str, list[str]]]:
    """The texts, the method, the key and the names of the values of each call that says them all."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_bytes())) if file_of(path) else ():
            match node:
                case ast.Call(func=ast.Attribute(ast.Name("TEXTS"), method), args=args):
                    keys = [arg.value for arg in args if isinstance(arg, ast.Constant)]
                    yield from (
                        (read(file_of(path)), method, key, [str(word.arg) for word in node.keywords]) for key in keys
                    )


def test_calls_give_what_a_text_has_places_for() -> None:
    calls = list(calls_of_texts())
    assert len(calls) > 150
    for said_by, method, key, given in calls:
        said = said_by.phrases[key] if method == "phrase" else "".join(vars(said_by.faults[key]).values())
        assert "None" in given or set(PLACE.findall(said)) <= {*given}, key


WORDS = """
[mistakes.first]
name = "one"
observation = "It is {what}."
reason = "So it is."

[mistakes.second]
like = "first"
observation = "It is not."
"""
BROKEN = {
    "key of a mistake": ("reason =", "reasons =", 5, "did you mean 'reason'?"),
    "number for a text": ('"It is not."', "3", 9, "write text in quotes"),
    "like nobody": ('"first"', '"fist"', 8, "'fist' does not stand further up; did you mean 'first'?"),
    "like itself": ('"first"', '"second"', 8, "does not stand further up"),
    "unknown table": ("[mistakes.first]", "[mistake.first]", 2, "did you mean 'mistakes'?"),
    "no TOML": ('"So it is."', '"So it is.', 5, "quotes"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of words files of our own."""
    monkeypatch.setattr(reading, "FOLDER", tmp_path)
    texts.cache_clear()
    return tmp_path


def test_a_mistake_says_what_the_one_that_it_is_like_says(folder: Path) -> None:
    (folder / "own.toml").write_text(WORDS, "utf-8")
    own = texts("own", "{name}.toml")
    second = own.fault("second")
    assert (second.name, second.observation, second.reason, second.next_step) == ("one", "It is not.", "So it is.", "")
    failure = own.failure("first", what="so", evidence=["seen"])
    assert (str(failure), failure.misconception, failure.evidence) == ("It is so.", "one", ("seen",))
    own.rename(failure, "second")
    assert (failure.observation, failure.reason) == ("It is not.", "So it is.")


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_names_line_and_cure(folder: Path, case: str) -> None:
    old, new, line, words = BROKEN[case]
    assert WORDS.count(old) == 1
    (folder / "own.toml").write_text(WORDS.replace(old, new), "utf-8")
    with pytest.raises(CourseError) as caught:
        texts("own", "{name}.toml")
    assert str(caught.value).startswith(f"own.toml, line {line}: ")
    assert words in str(caught.value)
