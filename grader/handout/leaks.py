"""What a bundle may not hold: answers, hidden suites and examples, the secret. Nothing is handed out that does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from grader import recorded
from grader.authoring import stubs
from grader.course import Course
from grader.handout.code import Shape, lists, matches, shape, size, trees
from grader.handout.parts import Part, parts
from grader.handout.values import Numbers, hidden_files, hidden_numbers

__all__ = ["Leak", "Watch"]

MARKER = re.compile(r"^[ \t#>*-]*#+[ \t]*(?:BEGIN|END)[ _-]*SOLUTION", re.MULTILINE | re.IGNORECASE)
# Smaller code says nothing: `model.load_weights(path)` and `return model` have seven nodes together.
LEAST_NODES = 7
# Functions of a suite have to be larger: small ones may be like any other helper.
LEAST_HIDDEN_NODES = 20
# A file of a suite that is shorter holds nothing but its own description.
LEAST_TEXT = 200
# Between a question and its answer stands at most one word, such as "is".
BESIDE = r"\W{0,40}(?:\w+\W{1,40})?"


class Leak(NamedTuple):
    """Something that students must not get, and where it is; line 0 where there are no lines."""

    place: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.place}{f':{self.line}' if self.line else ''}: {self.what}"


class Watch:
    """Knows the answers, the suites, the hidden examples and the secret of a course, and finds them in files.

    Without `answers` it is for what is handed out after the due date, where the solutions are no secret any more.
    """

    def __init__(self, root: Path, course: Course, answers: bool = True) -> None:
        solutions = {f"solutions/{path.name}": path.read_bytes() for path in sorted((root / "solutions").glob("*.py"))}
        solutions = solutions if answers else {}
        folder = root / "grader" / "suites"
        paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".pyc"]
        suites = {f"{path.relative_to(folder)} of the hidden suites": path.read_bytes() for path in paths}
        self.names = {path.name for path in paths if path.suffix == ".py"} - {"__init__.py"}
        self.binaries = {name: data for name, data in suites.items() if b"\0" in data}
        texts = {name: _words(data.decode()) for name, data in (suites | solutions).items() if b"\0" not in data}
        self.texts = {name: text for name, text in texts.items() if len(text) >= LEAST_TEXT}
        self.shapes = _helpers(suites) | _answers(solutions)
        self.quiz = [pattern for source in solutions.values() for pattern in _quiz(ast.parse(source))]
        recordings = [recorded.read(path) for path in sorted((folder / "recorded").glob("*.bin"))]
        self.numbers = Numbers(hidden_numbers(recordings))
        self.binaries |= {
            f"the file {name} of a hidden example": data for name, data in hidden_files(recordings).items()
        }
        self.secret = course.secret.encode()

    def leaks(self, files: Mapping[str, bytes]) -> list[Leak]:
        """Everything that leaks from these files, each thing once a place."""
        found = [
            Leak(part.place, line, what)
            for path, data in files.items()
            for part in parts(path, data)
            for line, what in (*self._in_bytes(part), *(self._in_text(part.text) if part.text is not None else ()))
        ]
        return list({(leak.place, leak.what): leak for leak in reversed(found)}.values())[::-1]

    def _in_bytes(self, part: Part) -> Iterator[tuple[int, str]]:
        name = part.place.rpartition(": ")[2]
        if name.rpartition("/")[2] in self.names or "grader/suites" in name:
            yield 0, "a file that is called as one of the hidden suites"
        if (place := part.data.find(self.secret)) >= 0:
            yield 0 if part.text is None else part.data.count(b"\n", 0, place) + 1, "the secret of course.toml"
        yield from ((0, what) for what, data in self.binaries.items() if data in part.data)
        yield from ((0, what) for what in self.numbers.in_bytes(part.data))

    def _in_text(self, text: str) -> Iterator[tuple[int, str]]:
        words = _words(text)
        yield from ((1, f"the text of {name}") for name, known in self.texts.items() if known in words)
        for pattern, what in [(MARKER, "the marker of a solution region"), *self.quiz]:
            if found := pattern.search(text):
                yield text.count("\n", 0, found.start()) + 1, what
        for before, tree in trees(text):
            yield from ((before + line, what) for line, what in matches(tree, self.shapes))
        yield from self.numbers.in_text(text)


def _words(text: str) -> str:
    """A text without its layout."""
    return " ".join(text.split())


def _functions(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, list[ast.AST]]]:
    """Every function and its body."""
    return ((node, next(lists(node))) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _helpers(suites: Mapping[str, bytes]) -> dict[Shape, str]:
    """The bodies of the functions of the suites."""
    return {
        shape(body): f"the function {node.name} of {name}"
        for name, data in suites.items()
        if b"\0" not in data
        for node, body in _functions(ast.parse(data))
        if size(body) >= LEAST_HIDDEN_NODES
    }


def _answers(solutions: Mapping[str, bytes]) -> dict[Shape, str]:
    """What stands in the solution regions, and the bodies of functions that are defined there."""
    known: dict[Shape, str] = {}
    for name, source in solutions.items():
        tree = ast.parse(source)
        for region in stubs.regions(source.decode().split("\n"), name):
            lines = range(region.begin + 2, region.end + 1)
            runs = ([node for node in body if getattr(node, "lineno", 0) in lines] for body in lists(tree))
            whole = next(run for run in runs if run)  # the outermost comes first
            for run in [whole, *(body for node, body in _functions(tree) if node.lineno in lines)]:
                if size(run) >= LEAST_NODES:
                    known[shape(run)] = f"the answer in line {lines.start} of {name}"
    return known


def _quiz(tree: ast.Module) -> Iterator[tuple[re.Pattern[str], str]]:
    """Patterns for questions beside their answers: those of functions that return texts word by word."""
    for function, _ in _functions(tree):
        for node in ast.walk(function):
            pairs = _pairs(function.name, node.value) if isinstance(node, ast.Return) else {}
            answers = [r"\s+".join(map(re.escape, answer.split())) for answer in pairs.values()]
            for key, answer in zip(pairs, answers, strict=True):
                either = rf"\b{re.escape(key)}\b{BESIDE}{answer}|{answer}[^\w.;\n]{{1,20}}\b{re.escape(key)}\b"
                yield re.compile(either, re.IGNORECASE), f"{key!r} beside its answer {pairs[key]!r}"
            if len(answers) > 2:
                in_order = re.compile(BESIDE.join(answers), re.IGNORECASE)
                yield in_order, f"the answers of `{function.name}`, one after the other"


def _pairs(function: str, value: ast.expr | None) -> dict[str, str]:
    """Questions and answers in what a function returns: texts under keys, or one text."""
    try:
        found: Any = ast.literal_eval(value) if value is not None else None
    except ValueError:
        return {}
    told: dict[str, str] = found if isinstance(found, dict) else {function: found}
    return told if all(isinstance(item, str) for pair in told.items() for item in pair) else {}
