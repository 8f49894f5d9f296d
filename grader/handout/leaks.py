"""What a bundle may not hold: answers, hidden suites and examples, the secret. Nothing is handed out that does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from grader import recorded, stubs
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


SECRET = "the secret of course.toml"


class Leak(NamedTuple):
    """Something that students must not get, and where it is."""

    place: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.place}{f':{self.line}' if self.line else ''}: {self.what}"


class Watch:
    """Knows the answers, the suites, the hidden examples and the secret of a course, and finds them in files."""

    def __init__(self, root: Path, course: Course) -> None:
        solutions = {path.name: path.read_text("utf-8") for path in sorted((root / "solutions").glob("*.py"))}
        folder = root / "grader" / "suites"
        self.suites = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(folder)}
        self.shapes = _hidden_functions(self.suites) | _answers(solutions)
        self.prose = {name: text for name, data in self.suites.items() if len(text := _words(data)) >= LEAST_TEXT}
        self.prose |= {f"solutions/{name}": _words(text.encode()) for name, text in solutions.items()}
        self.quiz = [pattern for text in solutions.values() for pattern in _quiz(ast.parse(text))]
        recordings = [recorded.read(path) for path in sorted((folder / "recorded").glob("*.bin"))]
        self.numbers, self.files = Numbers(hidden_numbers(recordings)), hidden_files(recordings)
        self.secret = course.secret.encode()

    def leaks(self, files: Mapping[str, bytes]) -> list[Leak]:
        """Everything that leaks from these files, each thing once a place."""
        found = [leak for path, data in files.items() for part in parts(path, data) for leak in self._part(part)]
        return list({(leak.place, leak.what): leak for leak in reversed(found)}.values())[::-1]

    def _part(self, part: Part) -> Iterator[Leak]:
        for what in self._in_bytes(part):
            yield Leak(part.place, 0, what)
        if part.text is not None:
            for line, what in self._in_text(part.text):
                yield Leak(part.place, line, what)

    def _in_bytes(self, part: Part) -> Iterator[str]:
        name = PurePosixPath(part.place.rpartition(": ")[2])
        if name.suffix == ".py" and any(
            PurePosixPath(suite).name == name.name != "__init__.py" for suite in self.suites
        ):
            yield f"a file that is called as {name.name} of the hidden suites"
        if "grader/suites" in name.as_posix():
            yield "a part of grader/suites"
        for suite, data in self.suites.items():
            if b"\0" in data and data in part.data:
                yield f"{suite} of the hidden suites"
        for file, data in self.files.items():
            if data in part.data:
                yield f"the file {file} of a hidden example"
        if part.text is None and self.secret in part.data:
            yield SECRET
        if what := self.numbers.in_bytes(part.data):
            yield what

    def _in_text(self, text: str) -> Iterator[tuple[int, str]]:
        data = text.encode()
        if (place := data.find(self.secret)) >= 0:
            yield data.count(b"\n", 0, place) + 1, SECRET
        if marker := MARKER.search(text):
            yield _line(text, marker.start()), "the marker of a solution region"
        words = _words(data)
        for name, prose in self.prose.items():
            if prose in words:
                yield 1, f"the text of {name}"
        for pattern, what in self.quiz:
            if answer := pattern.search(text):
                yield _line(text, answer.start()), what
        for before, tree in trees(text):
            for line, what in matches(tree, self.shapes):
                yield before + line, what
        yield from self.numbers.in_text(data)


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _words(data: bytes) -> str:
    """A text without its layout."""
    return " ".join(data.decode("utf-8", "replace").split()) if b"\0" not in data else ""


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".pyc"]


def _hidden_functions(suites: Mapping[str, bytes]) -> dict[Shape, str]:
    """The bodies of the functions of the suites."""
    return {
        shape(body): f"the function {node.name} of {name} of the hidden suites"
        for name, data in suites.items()
        if name.endswith(".py")
        for node in ast.walk(ast.parse(data))
        if isinstance(node, ast.FunctionDef)
        if size(body := next(lists(node), [])) >= LEAST_HIDDEN_NODES
    }


def _answers(solutions: Mapping[str, str]) -> dict[Shape, str]:
    """What stands in the solution regions, and the bodies of functions that are defined there."""
    known: dict[Shape, str] = {}
    for name, text in solutions.items():
        for region in stubs.regions(text.split("\n"), name):
            inside = [
                [node for node in body if region.begin < getattr(node, "lineno", 0) - 1 < region.end]
                for body in lists(ast.parse(text))
            ]
            runs = [run for run in inside if run]  # the outermost comes first
            helpers = [run for run in runs[1:] if isinstance(run[-1], ast.Return)]
            for run in [runs[0], *helpers] if runs else []:
                if size(run) >= LEAST_NODES:
                    known[shape(run)] = f"the answer in line {region.begin + 2} of solutions/{name}"
    return known


def _quiz(tree: ast.Module) -> Iterator[tuple[re.Pattern[str], str]]:
    """Patterns for questions beside their answers: those of functions that return texts word by word."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for node in ast.walk(function):
            pairs = _pairs(function.name, node.value) if isinstance(node, ast.Return) else []
            answers = [_loose(answer) for _, answer in pairs]
            for (key, answer), pattern in zip(pairs, answers, strict=True):
                either = rf"\b{re.escape(key)}\b{BESIDE}{pattern}|{pattern}[^\w.;\n]{{1,20}}\b{re.escape(key)}\b"
                yield re.compile(either, re.IGNORECASE), f"{key!r} beside its answer ({answer!r})"
            if len(answers) > 2:
                in_order = re.compile(BESIDE.join(answers), re.IGNORECASE)
                yield in_order, f"the answers of `{function.name}`, one after the other"


def _pairs(function: str, value: ast.expr | None) -> list[tuple[str, str]]:
    match value:
        case ast.Constant(str(text)):
            return [(function, text)]
        case ast.Dict(keys=keys, values=values):
            told = list(zip(map(_text, keys), map(_text, values), strict=True))
            return told if all(key and text for key, text in told) else []
    return []


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _loose(answer: str) -> str:
    return r"\s+".join(map(re.escape, answer.split()))
