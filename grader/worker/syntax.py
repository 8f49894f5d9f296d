"""Reads Python without running it: syntax trees, what is wrong with a source, and what its names stand for."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator, Sequence

import msgspec

__all__ = [
    "TOO_DEEP",
    "UNREADABLE",
    "Import",
    "Mention",
    "Problem",
    "covers",
    "imports",
    "lines_of",
    "mentions",
    "parse",
    "same",
    "walk_outside",
]

TOO_DEEP = "it is nested too deeply for Python"
UNREADABLE = (SyntaxError, ValueError, LookupError, TypeError, OverflowError, RecursionError, MemoryError)
HAS_DOCSTRING = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTERS = frozenset(
    {"__import__", "import_module", "importlib.import_module", "importlib.__import__", "builtins.__import__"}
)
# One library under several names: a rule about `keras.applications` means `tf.keras.applications` too.
KERAS = re.compile(
    r"\A(?:tensorflow(?:\.\w+)*?\.keras|tf_keras|keras)(?:\.(?:api|src|_tf_keras|_v2|v2|keras))*(?=\.|\Z)"
)
TELLING = (ast.Import, ast.ImportFrom, ast.Assign, ast.NamedExpr, ast.Name, ast.Attribute, ast.Call, ast.Subscript)
LONGEST_CHAIN = 8
MOST_MEANINGS = 16


class Problem(msgspec.Struct, frozen=True):
    """Why a source is no Python: the line (from 1), its text, and what there is to say about it."""

    line: int
    text: str
    says: str


class Import(msgspec.Struct, frozen=True):
    """One imported name: how it is called here ("*" for all), what it stands for, and what is loaded for it."""

    local: str
    target: str
    loaded: str


class Mention(msgspec.Struct, frozen=True):
    """A dotted name that code uses, aliases resolved; `loads` where an import is what brings it up."""

    dotted: str
    place: str
    loads: bool


def parse(source: bytes | str) -> ast.Module | Problem:
    """The syntax tree of a source, or why there is none; bytes are decoded as Python does it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = compile(source, "<source>", "exec", flags=ast.PyCF_ONLY_AST, dont_inherit=True)
            compile(source, "<source>", "exec", dont_inherit=True)  # finds what a tree may hold: a stray `return`
        except UNREADABLE as error:
            line, says = _reason(source, error)
            lines = lines_of(source)
            line = min(max(line, 1), len(lines))
            return Problem(line, lines[line - 1].strip(), says)
    assert isinstance(tree, ast.Module)
    return tree


def _reason(source: bytes | str, error: BaseException) -> tuple[int, str]:
    """The line that is to blame, and the reason; bytes that are no text come before what Python says of them."""
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if (nul := data.find(b"\0")) >= 0:
        return len(lines_of(data[:nul])), "it holds a NUL byte; please save it as plain UTF-8 text"
    name = "utf-8" if isinstance(source, str) else _encoding(source) or "utf-8"
    try:
        data.decode(name)
    except ValueError as wrong:
        return len(lines_of(data[: getattr(wrong, "start", 0)])), f"it is no {name} text; please save it as UTF-8"
    if isinstance(error, SyntaxError):
        return error.lineno or 1, f"Python says: {error.msg}"
    return 1, TOO_DEEP


def lines_of(source: bytes | str) -> list[str]:
    """The lines of a source as Python counts them (a form feed ends none); undecodable bytes are replaced."""
    text = source if isinstance(source, str) else source.decode(_encoding(source) or "utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _encoding(source: bytes) -> str:
    """The encoding that a source declares; "" where Python does not know it, or knows it as nothing like ASCII text."""
    try:
        name, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        return name if b"#\n".decode(name, "replace") == "#\n" else ""
    except (SyntaxError, ValueError, LookupError):
        return ""


def walk_outside(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what is below it, insides of functions and classes left out."""
    waiting = [node]
    while waiting:
        item = waiting.pop()
        yield item
        if not isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(item)


def same(one: ast.AST, other: ast.AST) -> bool:
    """Are two syntax trees alike, apart from docstrings, formatting and places? Takes the docstrings out of both."""
    try:
        return _dump(one) == _dump(other)
    except RecursionError:  # nothing that is handed out is nested so deeply
        return False


def _dump(tree: ast.AST) -> str:
    for node in ast.walk(tree):
        if isinstance(node, HAS_DOCSTRING) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return ast.dump(tree)


def _text(node: ast.AST) -> str:
    """The value of a literal string; "" for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def covers(rule: str, dotted: str) -> bool:
    """Does a rule about a library ("scipy", "keras.applications") cover a dotted name?"""
    names = (dotted, KERAS.sub("keras", dotted))
    return any(name == rule or name.startswith(f"{rule}.") for name in names)


def imports(node: ast.AST, package: str) -> Iterator[Import]:
    """What an import statement imports; relative ones count from `package`. Nothing for any other node."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.partition(".")[0]
            yield Import(alias.asname or top, alias.name if alias.asname else top, alias.name)
    elif isinstance(node, ast.ImportFrom):
        above = package.split(".") if node.level else []
        above = above[: max(0, len(above) + 1 - node.level)]
        module = ".".join(filter(None, [*above, node.module]))
        for alias in node.names:
            dotted = module if alias.name == "*" else f"{module}.{alias.name}".lstrip(".")
            yield Import(alias.asname or alias.name, dotted, dotted)


def mentions(trees: Sequence[tuple[str, ast.AST]], package: str) -> list[Mention]:
    """The dotted names of libraries that trees use, in the order of their lines; each tree comes with its place."""
    found = []
    nodes = [(place, node) for place, tree in trees for node in _telling(tree)]
    names = _Names([node for _, node in nodes], package)
    for place, node in nodes:
        where = f"{place}, line {node.lineno}"
        loaded = [item.loaded for item in imports(node, package)] + names.loaded(node)
        found += [Mention(dotted, where, True) for dotted in loaded]
        found += [Mention(dotted, where, False) for dotted in names.resolve(node)]
    return found


def _telling(tree: ast.AST) -> list[ast.stmt | ast.expr]:
    """The nodes of a tree that can tell what a name stands for, in the order of their lines."""
    return sorted((node for node in ast.walk(tree) if isinstance(node, TELLING)), key=lambda node: node.lineno)


def _assigned(node: ast.AST) -> list[tuple[str, ast.expr]]:
    """Names bound by `name = value` and `(name := value)`, with the value."""
    if isinstance(node, ast.Assign | ast.NamedExpr):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [(target.id, node.value) for target in targets if isinstance(target, ast.Name)]
    return []


class _Names:
    """What names stand for: `np` for `numpy`, `s` for `scipy.signal`; all scopes of a unit taken together."""

    def __init__(self, nodes: Sequence[ast.AST], package: str) -> None:
        self.meaning: dict[str, set[str]] = {"__import__": {"__import__"}}
        for item in [item for node in nodes for item in imports(node, package)]:
            self.meaning.setdefault(item.local, set()).add(item.target)
        pairs = [pair for node in nodes for pair in _assigned(node)]
        for name, value in pairs * 2:  # twice: a walk meets outer statements before inner ones
            known = self.resolve(value)
            if known and len(self.meaning.get(name, ())) < MOST_MEANINGS:
                self.meaning.setdefault(name, set()).update(known)

    def resolve(self, node: ast.AST) -> set[str]:
        """All dotted names that a name, an attribute or a `getattr` with a literal may stand for."""
        tail: list[str] = []
        while isinstance(node, ast.Attribute) and len(tail) < LONGEST_CHAIN:
            tail.insert(0, node.attr)
            node = node.value
        roots = set(self.loaded(node))
        if isinstance(node, ast.Call) and "getattr" in self.plain(node.func) and len(node.args) > 1:
            roots |= {f"{root}.{_text(node.args[1])}" for root in self.resolve(node.args[0])}
        elif isinstance(node, ast.Name):
            stars = {f"{module}.{node.id}" for module in self.meaning.get("*", ())}
            roots = self.meaning.get(node.id) or stars
        return {".".join([root, *tail]) for root in roots}

    def loaded(self, node: ast.AST) -> list[str]:
        """The module that `import_module("scipy")` or `sys.modules["scipy"]` gives; "importlib" for a computed name."""
        given: Sequence[ast.AST] = ()
        if isinstance(node, ast.Call) and self.plain(node.func) & IMPORTERS:
            given = [*node.args, *(word.value for word in node.keywords if word.arg == "name")]
        elif isinstance(node, ast.Subscript) and "sys.modules" in self.plain(node.value):
            given = [node.slice]
        return [_text(item).lstrip(".") or "importlib" for item in given[:1]]

    def plain(self, node: ast.AST) -> set[str]:
        """Dotted names that a name or a name's attribute may stand for, itself included; does not look into calls."""
        if isinstance(node, ast.Name):
            return {node.id, *self.meaning.get(node.id, ())}
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return {f"{root}.{node.attr}" for root in self.meaning.get(node.value.id, ())}
        return set()
