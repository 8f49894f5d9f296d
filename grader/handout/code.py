"""Python compared up to names, docstrings, comments, annotations and layout; found wherever a text may hold some."""

from __future__ import annotations

import ast
import doctest
import re
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from typing import NamedTuple

__all__ = ["Shape", "lists", "matches", "shape", "size", "trees"]

FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(?P<code>.*?)^[ \t]*\1", re.MULTILINE | re.DOTALL)
DEFINITION = re.compile(r"^(?P<indent>[ \t]*)def .*\n(?:(?P=indent)[ \t]+.*(?:\n|\Z)|[ \t]*\n)+", re.MULTILINE)
MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)
COMMENT = re.compile(r"^[ \t]*#(?: |$)", re.MULTILINE)
CODE = re.compile(r"^(?![ \t]*#(?: |$)).*$", re.MULTILINE)
SKIPPED = frozenset({"annotation", "ctx", "kind", "returns", "type_comment", "type_params"})
# How many texts may lie inside one another: a block in a comment, a string in the block.
DEEPEST = 4


class Shape(NamedTuple):
    """Statements that follow each other: their kinds, and all that they say except for names."""

    kinds: tuple[str, ...]
    text: str


class _Form:
    """Writes down a run of statements; names are numbered as they come."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}

    def of(self, value: object) -> str:
        """A node, a list of nodes or a plain value as text."""
        if isinstance(value, list):
            return "[" + ",".join(map(self.of, _plain(value))) + "]"
        if not isinstance(value, ast.AST):
            return repr(value)
        parts = [type(value).__name__]
        for field, item in ast.iter_fields(value):
            if field not in SKIPPED:
                parts.append(self._name(item) if _binds(value, field) else self.of(item))
        return f"({' '.join(parts)})"

    def _name(self, name: str | None) -> str:
        return "-" if name is None else f"n{self.names.setdefault(name, len(self.names))}"


def _binds(node: ast.AST, field: str) -> bool:
    """Whether a field holds a name that may be changed without changing what the code does."""
    if isinstance(node, ast.alias):
        return field == "asname"
    return field == "id" or (field in ("name", "arg") and not isinstance(node, ast.keyword))


def _plain(nodes: Sequence[ast.AST]) -> list[ast.AST]:
    """Nodes without docstrings and bare annotations; an annotated assignment is an assignment."""
    kept: list[ast.AST] = []
    for node in nodes:
        if isinstance(node, ast.AnnAssign):
            if node.value is not None:
                kept.append(ast.copy_location(ast.Assign([node.target], node.value), node))
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            kept.append(node)
    return kept


def shape(statements: Sequence[ast.AST]) -> Shape:
    """The shape of statements that follow each other."""
    return Shape(tuple(type(node).__name__ for node in statements), _Form().of(list(statements)))


def size(statements: Sequence[ast.AST]) -> int:
    """How many nodes statements have, contexts aside."""
    return sum(not isinstance(node, ast.expr_context) for one in statements for node in ast.walk(one))


def lists(tree: ast.AST) -> Iterator[list[ast.AST]]:
    """Every list of statements in a tree, without those that do nothing."""
    for node in ast.walk(tree):
        for _, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                yield _plain(value)


def matches(tree: ast.AST, known: dict[Shape, str]) -> Iterator[tuple[int, str]]:
    """Line and description of every run of statements that is known."""
    kinds = {one.kinds for one in known}
    for statements in lists(tree):
        told = [type(node).__name__ for node in statements]
        for wanted in kinds:
            for start in range(len(told) - len(wanted) + 1):
                end = start + len(wanted)
                if tuple(told[start:end]) == wanted and (what := known.get(shape(statements[start:end]))):
                    yield getattr(statements[start], "lineno", 1), what


def trees(text: str, line: int = 1, depth: int = 0) -> Iterator[tuple[int, ast.Module]]:
    """The Python in a text, each piece with the line before its first: the text itself, blocks, comments, strings."""
    if depth > DEEPEST:
        return
    whole = _parsed(MAGIC.sub("", text))
    if whole is not None:
        yield line - 1, whole
        for node in ast.walk(whole):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" in node.value:
                yield from trees(node.value, line + node.lineno - 1, depth + 1)
    pieces = list(_pieces(text, whole is None))
    # Comments without their signs, on the lines where they stand.
    pieces += [(0, COMMENT.sub("", CODE.sub("", text)))] if COMMENT.search(text) else []
    for start, piece in pieces:
        yield from trees(textwrap.dedent(piece), line + text.count("\n", 0, start), depth + 1)


def _pieces(text: str, broken: bool) -> Iterator[tuple[int, str]]:
    """Where blocks of code begin in a text, and the blocks: fenced ones, doctests, definitions amid prose."""
    for fence in FENCE.finditer(text):
        yield fence.start("code"), fence["code"]
    if broken:
        for definition in DEFINITION.finditer(text):
            yield definition.start(), definition[0]
    if ">>> " in text:
        try:
            examples = doctest.DocTestParser().get_examples(text)
        except ValueError:
            return
        yield 0, "".join(example.source for example in examples)


def _parsed(source: str) -> ast.Module | None:
    """The tree of a source, or None where it is no Python."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
