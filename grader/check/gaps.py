"""Which functions of an exercise a source has, and which of them are still as they were handed out; nothing is run."""

from __future__ import annotations

import ast
import symtable

from grader.worker import syntax
from grader.worker.source import ExerciseSpec

__all__ = ["functions", "released"]

GAP = "raise NotImplementedError"
DYNAMIC = ("globals", "exec", "setattr", "import *")


def released(spec: ExerciseSpec) -> dict[str, ast.AST]:
    """The functions that students fill in, as they were handed out."""
    found = {node.name: node for node in ast.parse(spec.stub).body if isinstance(node, ast.FunctionDef)}
    return {name: node for name, node in found.items() if name in spec.functions and GAP in ast.unparse(node)}


def functions(spec: ExerciseSpec, source: bytes) -> tuple[list[str], list[str]]:
    """Of the functions that grading calls, those that no line binds, and those that are still as handed out."""
    tree = syntax.parse(source)
    if not isinstance(tree, ast.Module):
        return [], []
    text = ast.unparse(tree)
    bound = {one.get_name() for one in symtable.symtable(text, spec.name, "exec").get_symbols() if _binds(one)}
    lost = [name for name in spec.functions if name not in bound and not any(word in text for word in DYNAMIC)]
    defined = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    open_ = released(spec)
    return lost, [name for name in defined if name in open_ and syntax.same(defined[name], open_[name])]


def _binds(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
