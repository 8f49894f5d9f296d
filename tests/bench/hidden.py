"""The instructor's checks, written once in `instructor/`: as cells of a notebook and as test files of pytest."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

__all__ = ["FOLDER", "call_of", "cell_of", "checks_of", "file_of", "preamble_of"]

FOLDER = Path(__file__).with_name("instructor")


def file_of(exercise: str) -> Path:
    """The file with the checks of an exercise."""
    return FOLDER / f"checks_{exercise}.py"


@cache
def _parts(exercise: str) -> tuple[str, dict[str, str]]:
    """What all checks need, without the import of the student's module, and the source of each check by its name."""
    text = file_of(exercise).read_text("utf-8")
    lines, shared, checks = text.splitlines(), [], {}
    for node in ast.parse(text).body[1:]:  # without the docstring
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        source = "\n".join(lines[first - 1 : node.end_lineno])
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            checks[node.name.removeprefix("test_")] = source
        elif not (isinstance(node, ast.ImportFrom) and node.module in (exercise, "__future__")):
            shared.append(source)
    return "\n".join(shared), checks


def checks_of(exercise: str) -> list[str]:
    """The names of the checks of an exercise, which are those of the suites as well."""
    return list(_parts(exercise)[1])


def preamble_of(exercise: str) -> str:
    """What the checks of an exercise need: imports and helpers."""
    return _hidden(_parts(exercise)[0])


def call_of(exercise: str, check: str) -> str:
    """One check in a hidden cell below the preamble."""
    return _hidden(f"{_parts(exercise)[1][check]}\ntest_{check}()")


def cell_of(exercise: str, check: str) -> str:
    """One check in a hidden cell that stands for itself."""
    return _hidden(f"{_parts(exercise)[0]}\n{_parts(exercise)[1][check]}\ntest_{check}()")


def _hidden(text: str) -> str:
    return f"### BEGIN HIDDEN TESTS\n{text}\n### END HIDDEN TESTS"
