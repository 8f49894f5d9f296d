"""What changes a module as a whole: how NumPy is imported, names, classes of errors, and what stands around."""

from __future__ import annotations

import ast
import builtins

import numpy as np

from grader.worker.syntax import walk_outside
from rewrites.reading import copied, renamed

__all__ = ["AROUND", "ERRORS", "LAYOUTS", "NAMES", "NUMPY", "around", "identifiers", "numpy_spelt", "with_errors"]

# How NumPy is imported.
NUMPY = ("np", "numpy", "another alias", "single names", "star", "inside functions", "by importlib")
NAMES = ("as written", "unicode", "capitals", "underscores", "one letter")
LAYOUTS = ("one file", "helpers.py", "package", "star from helpers")
# What is raised in the place of ValueError, and what brings it up.
ERRORS = {
    "ValueError": ("ValueError", ""),
    "own subclass": ("ShapeError", "class ShapeError(ValueError):\n    pass"),
    "with a state": (
        "MisfitError",
        "class MisfitError(ValueError):\n    def __init__(self, *told):\n"
        "        super().__init__('these do not fit')\n        self.told = told",
    ),
    "two bases": ("NoFitError", "class NoFitError(ValueError, TypeError):\n    pass"),
    "second base": ("OutsideError", "class OutsideError(IndexError, ValueError):\n    pass"),
    "UnicodeError": ("UnicodeError", ""),
    "AxisError": ("TheAxisError", "from numpy.exceptions import AxisError as TheAxisError"),
    "LinAlgError": ("LinAlgError", "from numpy.linalg import LinAlgError"),
    "alias": ("Problem", "Problem = ValueError"),
    "made beforehand": ("DOES_NOT_FIT", "DOES_NOT_FIT = ValueError('this does not fit')"),
    "bare class": ("ValueError", ""),
    "chained": ("ValueError", ""),
}
AROUND = (
    "nothing", "hints", "prints", "main guard", "tried out", "logging", "unused", "all listed", "deleted", "reference",
)  # fmt: skip

GREEK = "αβγδεζηθικλμνξοπρστυφχψω"


class _Errors(ast.NodeTransformer):
    def __init__(self, kind: str) -> None:
        self.kind = kind

    def visit_Raise(self, node: ast.Raise) -> ast.Raise:
        if not (isinstance(node.exc, ast.Call) and ast.unparse(node.exc.func) == "ValueError"):
            return node
        error = ast.Name(ERRORS[self.kind][0], ast.Load())
        alone = self.kind in ("made beforehand", "bare class")
        cause = ast.parse("KeyError('shape')", mode="eval").body if self.kind == "chained" else node.cause
        return ast.Raise(error if alone else ast.Call(error, node.exc.args, node.exc.keywords), cause)


def with_errors(body: list[ast.stmt], kind: str) -> list[ast.stmt]:
    """The same code with another class of error, one that is a ValueError as well."""
    if kind == "ValueError":
        return body
    return ast.parse(ERRORS[kind][1]).body + [_Errors(kind).visit(copied(node)) for node in body]


def _aliases(body: list[ast.stmt]) -> set[str]:
    """What `import numpy as ...` calls it."""
    imports = [one for node in body for one in ast.walk(node) if isinstance(one, ast.Import)]
    names = [(alias.name, alias.asname or alias.name) for one in imports for alias in one.names]
    return {local for name, local in names if name == "numpy"}


class _Attributes(ast.NodeTransformer):
    """`np.sum` as `sum`, for some names."""

    def __init__(self, plain: set[str]) -> None:
        self.plain = plain

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "np" and node.attr in self.plain:
            return ast.Name(node.attr, node.ctx)
        return node


def _plain_names(body: list[ast.stmt]) -> tuple[set[str], set[str]]:
    """The functions of NumPy that code uses as `np.name`, and all other words in it."""
    nodes = [one for node in body for one in ast.walk(node)]
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    ours = {one.attr for one in attributes if isinstance(one.value, ast.Name) and one.value.id == "np"}
    words = {getattr(n, field, None) for n in nodes for field in ("id", "arg", "name", "asname")}
    return ours, {word for word in words if isinstance(word, str)}


def numpy_spelt(body: list[ast.stmt], way: str) -> list[ast.stmt] | None:
    """The same code with NumPy imported in another way; None where this code does not allow it."""
    if way == "np" or _aliases(body) != {"np"} or not any(_is_import(node) for node in body):
        return body if way == "np" else None
    rest = [node for node in body if not _is_import(node)]
    ours, words = _plain_names(rest)
    match way:
        case "numpy" | "another alias" | "by importlib":
            local = {"numpy": "numpy", "another alias": "xp", "by importlib": "nump"}[way]
            texts = {"numpy": "import numpy", "another alias": "import numpy as xp"}
            text = texts.get(way, "nump = __import__('numpy')")
            return None if local in words else ast.parse(text).body + renamed(rest, {"np": local})
        case "single names":
            plain = {name for name in ours if name not in words and not hasattr(builtins, name)}
            left = "" if plain == ours else "import numpy as np\n"
            if not plain:
                return None
            return ast.parse(f"{left}from numpy import {', '.join(sorted(plain))}").body + _without(rest, plain)
        case "star":
            public = set(np.__all__)
            plain = ours & public
            if public & words or not plain or ours - public:
                return None
            return ast.parse("from numpy import *").body + _without(rest, plain)
        case "inside functions":
            outside = {one.id for node in rest for one in _outside(node) if isinstance(one, ast.Name)}
            return None if "np" in outside else [_Local().visit(copied(node)) for node in rest]
    raise LookupError(way)


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import) and ast.unparse(node) == "import numpy as np"


def _without(body: list[ast.stmt], plain: set[str]) -> list[ast.stmt]:
    return [_Attributes(plain).visit(copied(node)) for node in body]


def _outside(node: ast.AST) -> list[ast.AST]:
    """What of a statement is evaluated when the module is imported."""
    found = [one for one in walk_outside(node) if not isinstance(one, ast.FunctionDef | ast.ClassDef | ast.Lambda)]
    for one in ast.walk(node):
        if isinstance(one, ast.FunctionDef | ast.Lambda):
            found += [two for default in one.args.defaults for two in ast.walk(default)]
            hints = [arg.annotation for arg in one.args.args if arg.annotation]
            if isinstance(one, ast.FunctionDef):
                hints += [*one.decorator_list, *([one.returns] if one.returns else [])]
            found += [two for hint in hints for two in ast.walk(hint)]
        elif isinstance(one, ast.ClassDef):
            found += [two for part in one.body for two in _outside(part)]
            found += [two for base in one.bases for two in ast.walk(base)]
    if isinstance(node, ast.Lambda) or any(isinstance(one, ast.Lambda) for one in walk_outside(node)):
        found += list(ast.walk(node))
    return found


class _Local(ast.NodeTransformer):
    """`import numpy as np` at the head of each outermost function."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        at = 1 if ast.get_docstring(node) is not None else 0
        if any(isinstance(one, ast.Name) and one.id == "np" for one in ast.walk(node)):
            node.body.insert(at, ast.parse("import numpy as np").body[0])
        return node


def identifiers(body: list[ast.stmt], way: str) -> list[ast.stmt]:
    """The same code with other names for what is assigned inside functions."""
    if way == "as written":
        return body
    nodes = [one for node in body for one in ast.walk(node)]
    functions = [one for one in nodes if isinstance(one, ast.FunctionDef)]
    inner = [one for function in functions for one in ast.walk(function) if isinstance(one, ast.Name)]
    stored = {one.id for one in inner if isinstance(one.ctx, ast.Store)}
    fixed = {word for n in nodes for field in ("arg", "name", "asname", "rest") if (word := getattr(n, field, None))}
    fixed |= {name for one in nodes if isinstance(one, ast.Global | ast.Nonlocal) for name in one.names}
    fixed |= {alias.name.partition(".")[0] for one in nodes if isinstance(one, ast.alias) for alias in [one]}
    outside = [*body, *(part for one in nodes if isinstance(one, ast.ClassDef) for part in one.body)]
    fixed |= {one.id for node in outside for one in walk_outside(node) if isinstance(one, ast.Name)}
    fixed |= {one.attr for one in nodes if isinstance(one, ast.Attribute)}
    taken = fixed | {one.id for one in nodes if isinstance(one, ast.Name)}
    names: dict[str, str] = {}
    for place, name in enumerate(sorted(stored - fixed)):
        new = {
            "unicode": GREEK[place % 24] + (str(place // 24) if place >= 24 else ""),
            "capitals": name.upper() + "_",
            "underscores": f"_{name}_",
            "one letter": "lIO"[place % 3] * (place // 3 + 1),
        }[way]
        if new not in taken | set(names.values()) and not hasattr(builtins, new):
            names[name] = new
    return renamed(body, names)


def around(body: list[ast.stmt], way: str, functions: list[str], trial: str) -> list[ast.stmt]:
    """The same code with what students have around it; `trial` is a line that calls it."""
    first = functions[0]
    after = {
        "main guard": f"if __name__ == '__main__':\n    raise SystemExit({trial})",
        "tried out": f"print('trying', {trial})",
        "all listed": f"__all__ = {functions!r}",
        "deleted": "for _unused in range(3):\n    pass\ndel _unused",
        "reference": f"assert callable({first})\n_again = {first}",
    }
    before = {
        "logging": "import logging\nlogging.basicConfig(level=logging.INFO)\nlogging.info('starting')",
        "unused": (
            "import math, sys, os, random\nimport matplotlib.pyplot as plt\nEPSILON = 1e-9\n"
            "class Layer:\n    def forward(self, x):\n        return x\ndef old(x):\n    return x + EPSILON"
        ),
    }
    body = ast.parse(before.get(way, "")).body + body + ast.parse(after.get(way, "")).body
    if way in ("hints", "prints"):
        body = [copied(node) for node in body]
        for node in body:
            if isinstance(node, ast.FunctionDef) and node.name in functions:
                if way == "prints":
                    node.body.insert(0, ast.parse(f"print('calling', {node.name!r})").body[0])
                for parameter in node.args.args if way == "hints" else ():
                    parameter.annotation = ast.Constant("np.ndarray | tuple | str | int | float")
    return body
