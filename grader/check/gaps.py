"""Which functions of an exercise a source lacks, and which are still as they were handed out; nothing is run."""

from __future__ import annotations

import ast
import symtable

from grader.worker import syntax
from grader.worker.source import ExerciseSpec

__all__ = ["GAP", "asked", "missing", "unwritten"]

GAP = "raise NotImplementedError"
DYNAMIC = ("globals", "exec", "setattr", "import *")


def asked(spec: ExerciseSpec) -> dict[str, ast.FunctionDef]:
    """The functions that students fill in, as they were handed out."""
    found = _defined(ast.parse(spec.stub))
    return {name: node for name, node in found.items() if name in spec.functions and GAP in ast.unparse(node)}


def unwritten(spec: ExerciseSpec, source: bytes) -> list[str]:
    """The functions that are still as they were handed out."""
    tree = syntax.parse(source)
    if not isinstance(tree, ast.Module):
        return []
    stubs = asked(spec)
    return [name for name, node in _defined(tree).items() if name in stubs and syntax.same(node, stubs[name])]


def missing(spec: ExerciseSpec, source: bytes) -> list[str]:
    """The functions that grading calls and that no line binds."""
    tree = syntax.parse(source)
    if not isinstance(tree, ast.Module):
        return []
    text = ast.unparse(tree)
    if any(word in text for word in DYNAMIC):
        return []
    bound = {one.get_name() for one in symtable.symtable(text, spec.name, "exec").get_symbols() if _binds(one)}
    return [name for name in spec.functions if name not in bound]


def _defined(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _binds(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
