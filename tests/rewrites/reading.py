"""Takes modules apart into parts: a function with everything at the top level that it needs."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Part", "bound", "copied", "parts_of", "renamed", "used"]

# What is bound inside of these stays there.
SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
Statements = tuple[ast.stmt, ...]


@dataclass(frozen=True)
class Part:
    """A callable called `name`, and the statements that bring it up, its own among them, in their order."""

    name: str
    body: Statements

    @property
    def function(self) -> ast.FunctionDef | None:
        """Its definition, where it is a plain function."""
        found = [node for node in self.body if isinstance(node, ast.FunctionDef) and node.name == self.name]
        return found[-1] if found and not found[-1].decorator_list else None


def copied(node: Any) -> Any:
    """A syntax tree once more; `copy.deepcopy` takes ten times as long."""
    if isinstance(node, ast.AST):
        return ast.copy_location(type(node)(**{name: copied(value) for name, value in ast.iter_fields(node)}), node)
    return [copied(item) for item in node] if isinstance(node, list) else node


def bound(node: ast.AST) -> set[str]:
    """The names that a statement at the top level binds."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    inner = ast.iter_child_nodes(node)
    own = {node.id} if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else set()
    return own if isinstance(node, SCOPES) else own.union(*map(bound, inner))


def used(*nodes: ast.AST) -> set[str]:
    """The names that nodes mention."""
    return {one.id for node in nodes for one in ast.walk(node) if isinstance(one, ast.Name)}


def _changes(node: ast.stmt) -> set[str]:
    """The name whose object a statement at the top level changes: `TABLE.update(...)`, `TABLE[0] = ...`."""
    places: list[ast.expr] = []
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        places = [node.value.func.value]
    elif isinstance(node, ast.Assign):
        places = [place.value for place in node.targets if isinstance(place, ast.Subscript | ast.Attribute)]
    return {place.id for place in places if isinstance(place, ast.Name)}


def _closure(tree: ast.Module, name: str) -> Statements:
    """The statements of a module that `name` needs, in their order."""
    made = {key for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign) for key in bound(node)}
    kept: set[int] = set()
    known: set[str] = set()
    waiting = {name}
    while waiting:
        known |= waiting
        fresh = [
            place
            for place, node in enumerate(tree.body)
            if place not in kept and (bound(node) & waiting or (_changes(node) & waiting & made))
        ]
        kept.update(fresh)
        waiting = used(*(tree.body[place] for place in fresh)) - known
    return tuple(_trimmed(tree.body[place], known) for place in sorted(kept))


def _trimmed(node: ast.stmt, known: Collection[str]) -> ast.stmt:
    """An import without the names that nobody asked for."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        node = copied(node)
        node.names = [alias for alias in node.names if (alias.asname or alias.name.partition(".")[0]) in known]
    return node


def parts_of(source: bytes | str, names: Collection[str] | None = None) -> Iterator[Part]:
    """The parts of a module: those called `names`, or every function with "__" in its name."""
    tree = ast.parse(source)
    for node in ast.walk(tree):  # texts make no two modules different
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node, clean=False) is not None:
            node.body[:1] = [] if len(node.body) > 1 else [ast.Pass()]
    there = set().union(*map(bound, tree.body))
    wanted = sorted(name for name in there if "__" in name.strip("_")) if names is None else names
    for name in wanted:
        if name in there:
            yield Part(name, _closure(tree, name))


class _Renamer(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for field in ("id", "name", "arg"):
            if isinstance(node, ast.keyword | ast.alias):
                continue
            if isinstance(known := getattr(node, field, None), str) and known in self.names:
                setattr(node, field, self.names[known])
        if isinstance(node, ast.Global | ast.Nonlocal):
            node.names = [self.names.get(name, name) for name in node.names]
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                local = alias.asname or alias.name
                if local in self.names:
                    alias.asname = self.names[local]
        return node


def renamed(nodes: Collection[ast.stmt], names: dict[str, str]) -> list[ast.stmt]:
    """Copies of statements with names exchanged, wherever they stand; names of attributes and keywords stay."""
    return [_Renamer(names).visit(copied(node)) for node in nodes]
