"""Copies of a module as they are handed in: renamed, reordered, laid out anew, rewritten, moved into a notebook."""

from __future__ import annotations

import ast
import json
import random
import re
from collections.abc import Callable, Mapping

from corpus import ROOT

__all__ = ["KINDS", "notebook_of", "together"]

_STUBS = (ROOT / "exercises").glob("*.py")
CONTRACT = {name for path in _STUBS for name in re.findall(r"^def (\w+)", path.read_text("utf-8"), re.MULTILINE)}


class _Names(ast.NodeTransformer):
    """Gives new names to what the module itself binds, apart from what the contract and other libraries fix."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        self.generic_visit(node)
        node.arg = self.names.get(node.arg, node.arg)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.name = self.names.get(node.name, node.name)
        return node


class _Loops(ast.NodeTransformer):
    """Writes `for i in range(n)` as a `while` and `x += y` as `x = x + y`."""

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        if not isinstance(node.target, ast.Name):
            return node
        read = ast.Name(node.target.id, ast.Load())
        return ast.Assign([node.target], ast.BinOp(read, node.op, node.value), lineno=0)

    def visit_For(self, node: ast.For) -> ast.AST | list[ast.AST]:
        self.generic_visit(node)
        plain = (
            isinstance(node.iter, ast.Call) and isinstance(node.iter.func, ast.Name) and node.iter.func.id == "range"
        )
        leaves = any(isinstance(part, ast.Continue | ast.Break) for part in ast.walk(node))
        if not plain or leaves or node.orelse or len(node.iter.args) != 1 or not isinstance(node.target, ast.Name):
            return node
        name = node.target.id
        start = ast.parse(f"{name} = 0").body[0]
        step = ast.parse(f"{name} = {name} + 1").body[0]
        test = ast.Compare(ast.Name(name, ast.Load()), [ast.Lt()], [node.iter.args[0]])
        return [start, ast.While(test, [*node.body, step], [])]


def renamed(source: str, exercise: str = "") -> str:
    """New names for locals, helpers and constants; layout and comments are gone, as after any formatter."""
    tree = ast.parse(source)
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    bound |= {name for name in functions if name.startswith("_")}
    fixed = {keyword.arg for keyword in ast.walk(tree) if isinstance(keyword, ast.keyword)} | CONTRACT
    names = {name: f"mine{number}" for number, name in enumerate(sorted(bound - fixed)) if not name.startswith("__")}
    return ast.unparse(ast.fix_missing_locations(_Names(names).visit(tree)))


def reordered(source: str, exercise: str = "") -> str:
    """Functions in another order, and neighbouring assignments that do not read each other exchanged."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.For | ast.While | ast.If):
            _exchange(node.body)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    random.Random(7).shuffle(functions)
    waiting = iter(functions)
    tree.body = [next(waiting) if isinstance(node, ast.FunctionDef) else node for node in tree.body]
    return ast.unparse(tree)


def _exchange(body: list[ast.stmt]) -> None:
    place = 0
    while place + 1 < len(body):
        one, two = body[place : place + 2]
        names = [{node.id for node in ast.walk(part) if isinstance(node, ast.Name)} for part in (one, two)]
        stored = [
            {node.id for node in ast.walk(part) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
            for part in (one, two)
        ]
        free = not (stored[0] & names[1] or stored[1] & names[0])
        if isinstance(one, ast.Assign) and isinstance(two, ast.Assign) and free:
            body[place : place + 2] = [two, one]
            place += 1
        place += 1


def laid_out(source: str, exercise: str = "") -> str:
    """Other quotes, other comments, blank lines, two blanks of indentation."""
    lines = ["# my own work", ""]
    for line in ast.unparse(ast.parse(source)).split("\n"):
        bare = line.lstrip(" ")
        lines.append(" " * ((len(line) - len(bare)) // 2) + bare)
        if bare.endswith(":"):
            lines.append(" " * ((len(line) - len(bare)) // 2 + 2) + "# next step")
    return "\n".join(lines).replace("'", '"') + "\n"


def rewritten(source: str, exercise: str = "") -> str:
    """Loops and sums written slightly differently."""
    return ast.unparse(ast.fix_missing_locations(_Loops().visit(ast.parse(source))))


def together(source: str, exercise: str = "") -> str:
    """All of it."""
    return laid_out(rewritten(reordered(renamed(source))))


def notebook_of(sources: Mapping[str, str]) -> bytes:
    """The modules in one notebook: a cell for each top-level statement, with output of no interest."""
    cells = [{"cell_type": "markdown", "metadata": {}, "source": ["# Homework\n", "Done by me."]}]
    for source in sources.values():
        for node in ast.parse(source).body:
            lines = ast.unparse(node).splitlines(keepends=True)
            cells.append({"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1, "source": lines})
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


KINDS: dict[str, Callable[[str], str]] = {
    "renamed": renamed,
    "reordered": reordered,
    "laid out": laid_out,
    "rewritten": rewritten,
    "together": together,
}
