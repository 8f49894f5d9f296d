"""Hidden inputs stay hidden: nothing that student code can choose carries one of them into what its author reads.

Each submission here turns the arrays that it is given into a word, and tries one way to get that word onto a page: at
once, or remembered until something is asked that everybody may see.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from corpus import ROOT
from judges import Judge

from grader import recorded
from grader.gradebook.feedback import fragment
from grader.model import CheckResult, SubmissionResult
from grader.report.gradescope import results_json
from grader.report.pages import student_page

__all__: list[str] = []

EXERCISES = ("multiply_sum", "filter_design")


def word(value: np.ndarray[Any, Any]) -> str:
    return f"echo{zlib.crc32(np.ascontiguousarray(value).tobytes()):08x}"


def words(exercise: str, public: bool) -> set[str]:
    """What the arrays of an exercise's examples come to."""
    probes = recorded.read(ROOT / "grader" / "suites" / "recorded" / f"{exercise}.bin").probes.values()
    examples = [example for probe in probes for example in probe.examples if example.public == public]
    return {word(arg) for example in examples for arg in example.args if isinstance(arg, np.ndarray)}


SHOWN = {name: words(name, True) for name in EXERCISES}
HIDDEN = {name: words(name, False) - SHOWN[name] for name in EXERCISES}
PRELUDE = f"""
import builtins, os, sys, time, warnings, zlib
import numpy as np

SHOWN = {sorted(SHOWN["multiply_sum"] | SHOWN["filter_design"])}
seen = []

def echo(*given):
    for value in given:
        seen.append(f"echo{{zlib.crc32(np.ascontiguousarray(value).tobytes()):08x}}")
    return seen[-1]

def hidden():
    return [one for one in seen if one not in SHOWN]

def replace(other):
    globals().update(multiply_sum=other, channels_last=other)

def total(a, b):
    if a.shape != b.shape:
        raise ValueError
    return float((a.astype(float) * b).sum())

def moved(stack):
    return np.moveaxis(stack, 0, -1).copy()
"""
# Ways to say a word while a function runs that is given arrays.
AT_ONCE = {
    "message": "raise ValueError(said)",
    "several lines": "raise ValueError('x\\n' * 3 + said)",
    "key": "{}[said]",
    "attribute": "getattr(np, said)",
    "module": "__import__(said)",
    "file": "open(said)",
    "assertion": "assert not said, said",
    "class": "raise type(said, (Exception,), {})(said)",
    "class of an error that is known": "raise type(said, (ValueError,), {})(said)",
    "named as an error that is known": "raise type('KeyError', (Exception,), {'__str__': lambda self: said})()",
    "note": "error = ValueError(said); error.add_note(said); raise error",
    "cause": "raise ValueError(said) from KeyError(said)",
    "group": "raise ExceptionGroup(said, [ValueError(said)])",
    "exit": "sys.exit(said)",
    "unicode error": "said.encode().decode('utf-16') + said.encode('ascii')[99]",
    "syntax error": "exec(compile(said + ' ' + said, said, 'exec'))",
    "name of a function on the way": "scope = {}; exec(f'def {said}(): raise ValueError(1)', scope); scope[said]()",
    "name of a file on the way": "exec(compile('raise ValueError(1)', said + '.py', 'exec'))",
    "text": "return said",
    "list of texts": "return [said, said]",
    "key of a dictionary": "return {said: said}",
    "class of what is returned": "return type(said, (), {})()",
    "dtype": "return np.zeros(1, [(said, float)])",
    "array of text": "return np.array([said])",
    "print": "print(said); return 0.5",
    "print to the other stream": "print(said, file=sys.stderr); return 0.5",
    "print past Python": "os.write(1, said.encode()); os.write(2, said.encode()); return 0.5",
    "warning": "warnings.warn(said); return 0.5",
    "print, then the end": "print(said, flush=True); os._exit(1)",
    "print, then a crash": "print(said, flush=True); os.abort()",
    "no function any more": "globals()[said] = len; replace(None); 1 / 0",
    "another thing in its place": "replace(type(said, (), {})()); 1 / 0",
}
# Ways to say it later, when a function without arguments is called: everybody may see what that answers.
LATER = {
    "message": "raise ValueError(hidden()[0])",
    "class": "raise type(hidden()[0], (Exception,), {})()",
    "print": "print(hidden()[0]); return 0",
    "text": "return hidden()[0]",
    "texts": "return {key: hidden()[0] for key in KEYS}",
    "numbers": "return np.full((3, 3, 3), float(int(hidden()[0][4:], 16)))",
    "class of what is returned": "return type(hidden()[0], (), {})()",
}
KEYS = "KEYS = ['line_filter_detects', 'prewitt_detects', 'prewitt_transposed_detects', 'prewitt_flipped_effect']\n"
DESIGNS = ("left_shoulder_filter", "quiz")


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    judge = Judge(EXERCISES)
    yield judge
    judge.close()


def graded(judge: Judge, folder: Path, **modules: str) -> SubmissionResult:
    (folder / "anna").mkdir()
    for name, source in modules.items():
        (folder / "anna" / f"{name}.py").write_text(PRELUDE + source, "utf-8")
    result = judge.grade(folder / "anna")
    assert result.state == "graded", result.reason
    return result


def read_by_students(result: SubmissionResult) -> str:
    """All that students are shown: their page, what a course system shows, the cells of nbgrader; and the record."""
    document = json.loads(results_json(result))
    cells = [fragment(check, exercise) for exercise in result.exercises for check in exercise.checks]
    texts = [student_page(result), json.dumps(document), *cells, msgspec.json.encode(result).decode()]
    return "\n".join(texts)


def told(result: SubmissionResult) -> set[str]:
    """The words that came through; numbers count as the words that they are."""
    text = read_by_students(result)
    numbers = {f"echo{int(float(number)):08x}" for number in re.findall(r"\b\d{6,10}\b|\d\.\d+e\+0\d", text)}
    return set(re.findall(r"echo[0-9a-f]{8}", text)) | numbers


FIRST = """
def {name}({args}):
    said = echo({args})
    if not {always} and not hidden():
        return {right}
    {body}
"""


def module(name: str, body: str, always: bool) -> str:
    args, right = ("a, b", "total(a, b)") if name == "multiply_sum" else ("stack", "moved(stack)")
    return FIRST.format(name=name, args=args, right=right, always=always, body=body)


def carried(judge: Judge, folder: Path, way: str, *, always: bool) -> SubmissionResult:
    """The result of code that carries its input out in this way: at every example, or at hidden ones alone."""
    names = {"multiply_sum": "multiply_sum", "filter_design": "channels_last"}
    return graded(judge, folder, **{name: module(function, AT_ONCE[way], always) for name, function in names.items()})


@pytest.mark.parametrize("way", AT_ONCE)
def test_what_is_said_of_a_hidden_example_at_once(judge: Judge, tmp_path: Path, way: str) -> None:
    result = carried(judge, tmp_path, way, always=False)
    for exercise in result.exercises:
        assert exercise.score < exercise.max_score
        assert not told(result) & HIDDEN[exercise.name]


# What is seen of a public example; the other ways have a sentence of their own, that repeats nothing.
SEEN = {
    "message", "several lines", "key", "attribute", "module", "file", "assertion", "class", "text", "list of texts",
    "key of a dictionary", "class of what is returned", "print", "print to the other stream", "print past Python",
    "warning", "exit", "group",
}  # fmt: skip


@pytest.mark.parametrize("way", sorted(SEEN))
def test_what_is_said_of_a_public_example_is_shown(judge: Judge, tmp_path: Path, way: str) -> None:
    """The control: the same ways, at the first example."""
    result = carried(judge, tmp_path, way, always=True)
    for exercise in result.exercises:
        assert told(result) & SHOWN[exercise.name]
        assert not told(result) & HIDDEN[exercise.name]


def later(body: str) -> str:
    """Right as long as nothing hidden is known; then the functions that everybody may see say it."""
    source = KEYS + "def channels_last(stack):\n    echo(stack)\n    return moved(stack)\n"
    for name in DESIGNS:
        source += f"def {name}():\n    if not hidden():\n        return None\n    {body}\n"
    return source


@pytest.fixture
def hidden_first(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """The suite asks for hidden examples last; here it does so before what everybody may see."""
    session = judge.pool.session
    checks = session._checks

    def reordered(name: str) -> Sequence[CheckResult]:
        ordered = sorted(session.items[name], key=lambda item: item.name != "test_channels_last")
        monkeypatch.setitem(session.items, name, ordered)
        return checks(name)

    monkeypatch.setattr(session, "_checks", reordered)


@pytest.mark.usefixtures("hidden_first")
@pytest.mark.parametrize("way", LATER)
def test_what_is_remembered_of_a_hidden_example(judge: Judge, tmp_path: Path, way: str) -> None:
    result = graded(judge, tmp_path, filter_design=later(LATER[way]))
    checks = {check.name: check.outcome for exercise in result.exercises for check in exercise.checks}
    assert checks["channels_last"] == "passed"  # the code has seen them all
    assert not told(result) & HIDDEN["filter_design"]


@pytest.mark.usefixtures("hidden_first")
def test_attributes_that_are_made_later(judge: Judge, tmp_path: Path) -> None:
    """The sentence on a function that is not there lists those that are."""
    source = KEYS + "def channels_last(stack):\n    globals()[echo(stack)] = len\n"
    source += "    if hidden():\n        globals().pop('quiz', None)\n    return moved(stack)\n"
    result = graded(judge, tmp_path, filter_design=source + "def quiz(): return None\n")
    assert not told(result) & HIDDEN["filter_design"]


@pytest.mark.parametrize("way", ["message", "class", "texts", "class of what is returned"])
def test_what_functions_without_arguments_say_is_shown(judge: Judge, tmp_path: Path, way: str) -> None:
    """The control of both: the same words, of a public example, where nothing has to be remembered."""
    said = sorted(SHOWN["filter_design"])[0]
    body = LATER[way].replace("hidden()[0]", repr(said))
    result = graded(judge, tmp_path, filter_design=KEYS + "".join(f"def {n}(): {body}\n" for n in DESIGNS))
    assert said in told(result)


@pytest.mark.usefixtures("hidden_first")
def test_a_worker_that_remembers_would_tell(judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with one worker for everything, words get out."""
    monkeypatch.setattr("grader.student.Student.close", lambda self: None)
    result = graded(judge, tmp_path, filter_design=later(LATER["message"]))
    assert told(result) & HIDDEN["filter_design"]


def test_times_on_pages_for_students_are_coarse(judge: Judge, tmp_path: Path) -> None:
    """Of the time that code takes, what a course system shows is the power of two above it; pages hold none."""
    result = graded(judge, tmp_path, multiply_sum=module("multiply_sum", "return total(a, b)", always=True))
    pages, shown = set(), []
    for seconds in (1.1, 1.3, 1.9, 2.1):
        timed = [msgspec.structs.replace(one, student_seconds=seconds, grader_seconds=0.0) for one in result.exercises]
        changed = msgspec.structs.replace(result, exercises=tuple(timed[:1]))
        pages.add(student_page(changed))
        shown.append(json.loads(results_json(changed))["execution_time"])
    assert len(pages) == 1
    assert shown == [2, 2, 2, 4]
