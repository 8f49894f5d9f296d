"""Cuts out of a notebook the statements that an exercise needs; reads only, nothing is executed.

What the loader has to do for imports of the notebook by itself (`import multiply_sum` in a notebook that defines it):
before the program runs, the running module stands in `sys.modules` under every name in `Program.own`.
"""

from __future__ import annotations

import ast
import dis
import functools
import json
import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import CodeType
from typing import Any

import msgspec

from grader.worker import syntax
from grader.worker.syntax import Problem, lines_of, parse

__all__ = [
    "Broken",
    "MalformedError",
    "Notebook",
    "Statement",
    "assemble",
    "read",
    "reads_of",
    "select",
]

RETRIES = 10
RUNS_ITS_BODY = frozenset({"%%time", "%%timeit", "%%capture", "%%prun"})
SEES_ALL_NAMES = frozenset({"globals", "locals", "vars", "eval", "exec"})
READS = frozenset({"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"})
HUNG = "try:\n    {0}.{1} = {1}\nexcept (AttributeError, TypeError):\n    pass"


class MalformedError(Exception):
    """The file is no notebook; the text says what is wrong, as the end of a sentence about the file."""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One top-level statement of a code cell.

    `line` is its first line in cell number `cell` (both from 1); line numbers in `node` count within the cell too.
    `binds` are names it binds or changes (`X[0] = 1` changes `X`), `reads` names it or its functions look up, `imports`
    pairs of module and name ("" for a plain import, "*" for all). `always` marks what every program needs.
    """

    node: ast.stmt
    text: str
    cell: int
    line: int
    binds: frozenset[str]
    reads: frozenset[str]
    imports: frozenset[tuple[str, str]]
    always: bool


class Broken(msgspec.Struct, frozen=True):
    """A code cell that was left out: it is no Python, or belongs to `magic` ("%%bash")."""

    cell: int
    source: str
    problem: Problem
    magic: str = ""


class Notebook(msgspec.Struct, frozen=True):
    """The statements of all readable code cells in document order, and the cells that were left out."""

    statements: tuple[Statement, ...]
    broken: tuple[Broken, ...]


@functools.lru_cache(maxsize=8)
def read(data: bytes) -> Notebook:
    """Reads the bytes of an `.ipynb` file, nbformat 4 or 3; raises `MalformedError`."""
    statements: list[Statement] = []
    broken: list[Broken] = []
    for number, text in _code_cells(data):
        found = _cell(number, text)
        if isinstance(found, Broken):
            broken.append(found)
        else:
            statements += found
    return Notebook(tuple(statements), tuple(broken))


def _cell(number: int, text: str) -> list[Statement] | Broken:
    magic = text.split(maxsplit=1)[0] if text.lstrip().startswith("%%") else ""
    if magic and magic not in RUNS_ITS_BODY:
        return Broken(number, text, Problem(1, magic, f"{magic} makes it no Python"), magic)
    lines, tree = _python(text, bool(magic))
    try:
        return Broken(number, text, tree) if isinstance(tree, Problem) else list(_statements(tree, lines, number))
    except syntax.UNREADABLE:
        return Broken(number, text, Problem(1, "", syntax.TOO_DEEP))


def _code_cells(data: bytes) -> Iterator[tuple[int, str]]:
    """Number (among all cells, from 1) and text of each code cell."""
    for number, cell in enumerate(_cells(data), 1):
        if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
            raise MalformedError(f"its cell {number} is no cell")
        if cell["cell_type"] != "code":
            continue
        source = cell.get("source", cell.get("input"))
        parts: list[Any] = source if isinstance(source, list) else [source]
        if not all(isinstance(part, str) for part in parts):
            raise MalformedError(f"its cell {number} has no text")
        yield number, "\n".join(lines_of("".join(parts).removeprefix("\ufeff")))


def _cells(data: bytes) -> list[Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError, MemoryError):
        raise MalformedError("it is no JSON") from None
    if isinstance(document, dict):
        sheets = document.get("worksheets")
        parts = [document] if "cells" in document or not isinstance(sheets, list) else sheets
        found = [part.get("cells") if isinstance(part, dict) else None for part in parts]
        if all(isinstance(cells, list) for cells in found):
            return [cell for cells in found for cell in cells or ()]
    raise MalformedError("it has no list of cells")


def _python(text: str, skip_first: bool) -> tuple[list[str], ast.Module | Problem]:
    """The lines of a cell without magics and shell lines, line numbers kept, and the tree or what is still wrong."""
    lines = _dedented(text.split("\n"))
    if skip_first:
        _blank(lines, next(i for i, line in enumerate(lines) if line.strip()))
    for _ in range(RETRIES):
        result = parse("\n".join(lines))
        if not isinstance(result, Problem):
            return lines, result
        if not _is_magic(lines[result.line - 1]):
            break
        _blank(lines, result.line - 1)
    for index, line in enumerate(lines):
        if _is_magic(line):
            _blank(lines, index)
    return lines, parse("\n".join(lines))


def _dedented(lines: list[str]) -> list[str]:
    """As IPython does it: the indent of the first line with text is taken from all lines that have it."""
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip(" \t"))]
    return [line.removeprefix(indent) for line in lines]


def _is_magic(line: str) -> bool:
    line = line.strip()
    shell = line.startswith(("%", "!", "?")) or line.endswith("?")
    return shell or bool(re.match(r"(?:pip|conda|cd|ls)\s|[\w.\[\]]+(?: *, *[\w.\[\]]+)* *= *[%!]", line))


def _blank(lines: list[str], index: int) -> None:
    """Empties a line, with the lines that a backslash joins to it; an indented one becomes `pass`."""
    first = lines[index]
    while lines[index].endswith("\\") and index + 1 < len(lines):
        lines[index] = ""
        index += 1
    lines[index] = first[: len(first) - len(first.lstrip())] + "pass" if first[:1] in (" ", "\t") else ""


def _statements(tree: ast.Module, lines: list[str], cell: int) -> Iterator[Statement]:
    for node in tree.body:
        if _is_main_block(node):
            continue
        start, text = _segment(lines, node)
        binds, reads = _names(node)
        nodes = list(ast.walk(node))
        yield Statement(
            node=node,
            text=text,
            cell=cell,
            line=start,
            binds=binds | _changed(node),
            reads=reads,
            imports=frozenset(pair for item in nodes for pair in _imported(item)),
            always=_is_always(node),
        )


def _is_main_block(node: ast.stmt) -> bool:
    parts = list(ast.walk(node.test)) if isinstance(node, ast.If) else []
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    return "__name__" in names and any(isinstance(part, ast.Constant) and part.value == "__main__" for part in parts)


def _is_always(node: ast.stmt) -> bool:
    imports = (item for item in syntax.walk_outside(node) if isinstance(item, ast.ImportFrom))
    return any(item.module == "__future__" or item.names[0].name == "*" for item in imports)


def _segment(lines: list[str], node: ast.stmt) -> tuple[int, str]:
    """First line (from 1) and original text of a top-level statement, decorators included."""
    start = node.lineno
    for decorator in getattr(node, "decorator_list", ())[:1]:
        above = range(decorator.lineno, 0, -1)
        start = next((n for n in above if lines[n - 1].lstrip().startswith("@")), start)
    chunk = lines[start - 1 : node.end_lineno]
    chunk[-1] = chunk[-1].encode()[: node.end_col_offset].decode()
    chunk[0] = chunk[0].encode()[node.col_offset :].decode()
    return start, "\n".join(chunk)


def _names(node: ast.stmt) -> tuple[frozenset[str], frozenset[str]]:
    """Global names that a statement binds, and those that it or its functions read; taken from its bytecode."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        top = compile(ast.Module([node], []), "<cell>", "exec", dont_inherit=True)
    binds: set[str] = set()
    reads: set[str] = set()
    codes: list[CodeType] = [top]
    while codes:
        code = codes.pop()
        for step in dis.get_instructions(code):
            if step.opname in READS:
                reads.add(step.argval)
            elif step.opname == "STORE_GLOBAL" or (step.opname == "STORE_NAME" and code is top):
                binds.add(step.argval)
        codes += [item for item in code.co_consts if isinstance(item, CodeType)]
    return frozenset(binds), frozenset(reads)


def _changed(node: ast.stmt) -> frozenset[str]:
    """Names whose objects are changed by assignment to a part: `PREWITT[0] = 1`, `layer.name = "a"`, `del d["k"]`."""
    found = set()
    for item in syntax.walk_outside(node):
        if isinstance(item, ast.Attribute | ast.Subscript) and not isinstance(item.ctx, ast.Load):
            root: ast.expr = item
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            if isinstance(root, ast.Name):
                found.add(root.id)
    return frozenset(found)


def _imported(node: ast.AST) -> list[tuple[str, str]]:
    if isinstance(node, ast.Import):
        return [(alias.name, "") for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [(node.module, alias.name) for alias in node.names]
    return []


def reads_of(statement: Statement, own: Mapping[str, Collection[str]]) -> set[str]:
    """What a statement reads, imports of the notebook by itself included; `own`: module names to their functions."""
    names = set(statement.reads)
    for module, name in statement.imports:
        if module in own and name != "*":
            names.update([name] if name else own[module])
    return names


def select(
    notebook: Notebook, names: Iterable[str], own: Mapping[str, Collection[str]], stop: Collection[str] = ()
) -> list[Statement]:
    """The statements, in document order, that bind `names` or what these read, transitively; not following `stop`."""
    binders: dict[str, list[int]] = {}
    for index, statement in enumerate(notebook.statements):
        for name in statement.binds:
            binders.setdefault(name, []).append(index)
    waiting = list(names)
    seen = set(stop)
    chosen = {index for index, statement in enumerate(notebook.statements) if statement.always}
    waiting += [name for index in chosen for name in reads_of(notebook.statements[index], own)]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in SEES_ALL_NAMES:
            waiting += binders
        for index in set(binders.get(name, ())) - chosen:
            chosen.add(index)
            waiting += reads_of(notebook.statements[index], own)
    return [notebook.statements[index] for index in sorted(chosen)]


def assemble(
    statements: Sequence[Statement], own: Mapping[str, Collection[str]]
) -> tuple[str, tuple[tuple[int, int, int], ...]]:
    """The text of a program, and for each statement its first line there, its cell, and its first line in the cell.

    A plain name that the notebook imports from itself is bound already, so that import goes; an alias is bound, and an
    import of the module hung onto the function of the same name, as soon as everything that it needs is there.
    """
    last = {n: i for i, statement in enumerate(statements) if not _own_import(statement, own) for n in statement.binds}
    pieces: list[tuple[tuple[int, int], Statement, str]] = []
    for index, statement in enumerate(statements):
        text, later = _rewritten(statement, own, last)
        future = any(module == "__future__" for module, _ in statement.imports)
        pieces.append(((-1 if future else index, 0), statement, text))
        pieces += [((max(index, *(last[name] for name in needs)), 1), statement, extra) for extra, needs in later]
    texts = ["", ""]  # a coding line counts in the first two lines only: a comment of the student's is none
    line = len(texts) + 1
    cells = []
    for _, statement, part in sorted(pieces, key=lambda piece: piece[0]):
        cells.append((line, statement.cell, statement.line))
        texts += [part, ""]
        line += part.count("\n") + 2
    return "\n".join(texts), tuple(cells)


def _own_import(statement: Statement, own: Collection[str]) -> bool:
    is_import = isinstance(statement.node, ast.Import | ast.ImportFrom)
    return is_import and any(module in own for module, _ in statement.imports)


def _rewritten(
    statement: Statement, own: Mapping[str, Collection[str]], bound: Collection[str]
) -> tuple[str, list[tuple[str, tuple[str, ...]]]]:
    """A statement without its imports of the notebook itself; lines to add later, each with the names it needs."""
    node = statement.node
    if not isinstance(node, ast.Import | ast.ImportFrom) or not _own_import(statement, own):
        return statement.text, []
    keep: list[ast.alias] = []
    later: list[tuple[str, tuple[str, ...]]] = []
    for alias in node.names:
        module, name = (node.module or "", alias.name) if isinstance(node, ast.ImportFrom) else (alias.name, "")
        if module not in own or name not in (*bound, "", "*") or (not name and (alias.asname or module not in bound)):
            keep.append(alias)
        elif not name:
            later += [(HUNG.format(module, part), (module, part)) for part in own[module] if part in bound]
        elif alias.asname and alias.asname != name:
            later.append((f"{alias.asname} = {name}", (name,)))
    if not keep:
        return "", later
    kept = ast.Import(keep) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, keep, node.level)
    return ast.unparse(kept), later
