"""Mutants of a solution: one small change each, by the operators of cosmic-ray, in code that decides what comes out."""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from grader.errors import UsageError

__all__ = ["Mutant", "alone", "mutants_of", "operators"]

Place = tuple[int, int]
Unit = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Mutant(msgspec.Struct, frozen=True):
    """A solution with one change: where, by which operator, the lines that went and those that came, the module.

    Exercise, function and these lines are what a declaration in `equivalent.toml` names it by.
    """

    exercise: str
    function: str
    operator: str
    removed: str
    added: str
    source: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What stays the same when other lines of the solution move."""
        return self.exercise, self.function, self.removed, self.added

    def diff(self) -> str:
        """The change as a diff without context."""
        lines = [f"- {line}" for line in self.removed.split("\n")] + [f"+ {line}" for line in self.added.split("\n")]
        return "\n".join(lines)


def operators() -> dict[str, Any]:
    """Makes every operator of cosmic-ray that changes code without drawing at random, by name."""
    try:
        from cosmic_ray import plugins
    except ImportError:
        raise UsageError("Mutants are made by cosmic-ray; install it: pip install cosmic-ray.") from None
    kinds = {name.partition("/")[2]: plugins.get_operator(name) for name in plugins.operator_names()}
    # Those with arguments replace variables by random numbers: no two runs would have the same mutants.
    return {name: kind() for name, kind in sorted(kinds.items()) if not kind.arguments()}


def mutants_of(exercise: str, source: str) -> list[Mutant]:
    """Gives every mutant of a solution once, in the order of its lines; what is no Python any more is left out."""
    tree, lines = ast.parse(source), source.split("\n")
    seen, found = {None, ast.dump(tree)}, []
    for unit in (node for node in tree.body if isinstance(node, Unit)):
        first = min([unit.lineno, *(decorator.lineno for decorator in unit.decorator_list)])
        spared = [_place(part, first) for part in _deciding_nothing(unit)]
        before = "\n".join(lines[first - 1 : unit.end_lineno])
        for operator, after in _changes(before, spared):
            mutated = "\n".join([*lines[: first - 1], after, *lines[unit.end_lineno :]])
            dump = _dump(mutated)
            if dump not in seen:
                seen.add(dump)
                found.append(Mutant(exercise, unit.name, operator, *_lines(before, after), mutated))
    return found


def alone(source: str, name: str) -> str:
    """Gives a module without the functions and classes that `name` does not use, by way of others included."""
    tree = ast.parse(source)
    units = {node.name: node for node in tree.body if isinstance(node, Unit)}
    kept: set[str] = set()
    waiting = {name, *_names([node for node in tree.body if not isinstance(node, Unit)])}
    while waiting := (waiting & units.keys()) - kept:
        kept |= waiting
        waiting = {used for one in waiting for used in _names([units[one]])}
    tree.body = [node for node in tree.body if not isinstance(node, Unit) or node.name in kept]
    return ast.unparse(tree)


def _names(nodes: Sequence[ast.AST]) -> set[str]:
    return {one.id for node in nodes for one in ast.walk(node) if isinstance(one, ast.Name)}


def _deciding_nothing(unit: Unit) -> Iterator[ast.AST]:
    """Annotations, and what an exception is told: its class is judged, its words are not."""
    for node in ast.walk(unit):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            yield node.annotation
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            yield node.returns
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield from (*node.exc.args, *node.exc.keywords)


def _place(node: Any, first: int) -> tuple[Place, Place]:
    return (node.lineno - first + 1, node.col_offset), (node.end_lineno - first + 1, node.end_col_offset)


def _changes(text: str, spared: Sequence[tuple[Place, Place]]) -> Iterator[tuple[str, str]]:
    """Each operator's name with the function's text after it, in the order of the places that change."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code

    def in_bytes(place: Place) -> Place:  # as `ast` counts columns
        return place[0], len(lines[place[0] - 1][: place[1]].encode())

    nodes, lines = list(ast_nodes(get_ast(text))), text.split("\n")
    found = []
    for name, operator in operators().items():
        positions = [map(in_bytes, position) for node in nodes for position in operator.mutation_positions(node)]
        for occurrence, (start, end) in enumerate(positions):
            if not any(first <= start and end <= last for first, last in spared):
                found.append((start, name, operator, occurrence))
    for _, name, operator, occurrence in sorted(found, key=lambda one: one[:2]):
        mutated = mutate_code(text, operator, occurrence)
        if mutated is not None:
            yield name, mutated


def _dump(source: str) -> str | None:
    """The syntax tree as text; None for what does not compile."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # `is` beside a number, a call of one: the change is meant to be wrong
        try:
            tree = ast.parse(source)
            compile(tree, "mutant", "exec")
        except (SyntaxError, ValueError):
            return None
    return ast.dump(tree)


def _lines(before: str, after: str) -> tuple[str, str]:
    """The lines that a change removed and added, without their indentation."""
    pairs = list(difflib.ndiff(before.split("\n"), after.split("\n")))
    removed, added = ("\n".join(line[2:].strip() for line in pairs if line.startswith(sign)) for sign in ("- ", "+ "))
    return removed, added
