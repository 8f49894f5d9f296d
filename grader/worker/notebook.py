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

import msgspec

from grader.worker import syntax
from grader.worker.syntax import Import, Problem, lines_of, parse

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

MAIN = ("__name__", "'__main__'")
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
    what it or they import. `always` marks what every program needs.
    """

    node: ast.stmt
    text: str
    cell: int
    line: int
    binds: frozenset[str]
    reads: frozenset[str]
    imports: tuple[Import, ...]
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


class _Cell(msgspec.Struct):
    cell_type: str
    source: str | list[str]


class _File(msgspec.Struct):
    cells: list[_Cell]


@functools.lru_cache(maxsize=8)
def read(data: bytes) -> Notebook:
    """Reads the bytes of an `.ipynb` file, nbformat 4; raises `MalformedError`."""
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
    """The statements of a cell without magics and shell lines, line numbers kept."""
    lines = _dedented(text.split("\n"))
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        magic = lines[first].split()[0]
        if magic not in RUNS_ITS_BODY:
            return Broken(number, text, Problem(1, magic, f"{magic} makes it no Python"), magic)
        _blank(lines, first)
    try:
        while isinstance(tree := parse("\n".join(lines)), Problem):
            if not _is_magic(lines[tree.line - 1]):
                return Broken(number, text, tree)
            _blank(lines, tree.line - 1)
        return list(_statements(tree, lines, number))
    except syntax.UNREADABLE:
        return Broken(number, text, Problem(1, "", syntax.TOO_DEEP))


def _code_cells(data: bytes) -> Iterator[tuple[int, str]]:
    """Number (among all cells, from 1) and text of each code cell."""
    try:
        cells = msgspec.convert(json.loads(data), _File).cells
    except msgspec.ValidationError:
        raise MalformedError("its cells are not as Jupyter writes them") from None
    except (ValueError, RecursionError, MemoryError):
        raise MalformedError("it is no JSON") from None
    for number, cell in enumerate(cells, 1):
        if cell.cell_type == "code":
            yield number, "\n".join(lines_of("".join(cell.source).removeprefix("\ufeff")))


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
    for node in _parts(tree):
        start, text = _segment(lines, node)
        binds, reads = _names(node)
        yield Statement(
            node=node,
            text=text,
            cell=cell,
            line=start,
            binds=binds | _changed(node),
            reads=reads,
            imports=tuple(item for part in ast.walk(node) for item in syntax.imports(part, "")),
            always=_is_always(node),
        )


def _parts(tree: ast.Module) -> Iterator[ast.stmt]:
    """The top-level statements, `import a, b` as two; without what a notebook does when it is run as a program."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (ast.copy_location(ast.Import([alias]), node) for alias in node.names)
        elif not (isinstance(node, ast.If) and all(word in ast.unparse(node.test) for word in MAIN)):
            yield node


def _is_always(node: ast.stmt) -> bool:
    found = [item for part in syntax.walk_outside(node) for item in syntax.imports(part, "")]
    return any(item.local == "*" or item.target.startswith("__future__.") for item in found)


def _segment(lines: list[str], node: ast.stmt) -> tuple[int, str]:
    """First line (from 1) and original text of a top-level statement, decorators included."""
    if isinstance(node, ast.Import):
        return node.lineno, ast.unparse(node)
    start = min(part.lineno for part in (node, *getattr(node, "decorator_list", ())))
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


def reads_of(statement: Statement, own: Mapping[str, Collection[str]]) -> set[str]:
    """What a statement reads, imports of the notebook by itself included; `own`: module names to their functions."""
    names = set(statement.reads)
    for item in statement.imports:
        module, _, name = item.target.partition(".")
        if module in own and item.local != "*":
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

    An import of the notebook by itself waits until everything that it needs is bound.
    """
    last = {name: at for at, one in enumerate(statements) if not _own_import(one, own) for name in one.binds}
    pieces: list[tuple[tuple[int, int], Statement, str]] = []
    for index, statement in enumerate(statements):
        place, text = (index, 0), statement.text
        if any(item.target.startswith("__future__.") for item in statement.imports):
            place = (-1, 0)
        elif _own_import(statement, own):
            text, needs = _postponed(statement, own, last)
            place = (max([index, *(last[name] for name in needs if name in last)]), 1)
        pieces.append((place, statement, text))
    texts = ["", ""]  # a coding line counts in the first two lines only: a comment of the student's is none
    line = len(texts) + 1
    cells = []
    for _, statement, text in sorted(pieces, key=lambda piece: piece[0]):
        cells.append((line, statement.cell, statement.line))
        texts += [text, ""]
        line += text.count("\n") + 2
    return "\n".join(texts), tuple(cells)


def _own_import(statement: Statement, own: Collection[str]) -> bool:
    is_import = isinstance(statement.node, ast.Import | ast.ImportFrom)
    return is_import and any(item.target.partition(".")[0] in own for item in statement.imports)


def _postponed(
    statement: Statement, own: Mapping[str, Collection[str]], bound: Collection[str]
) -> tuple[str, Collection[str]]:
    """What an import of the notebook by itself becomes, and the names that it needs.

    `import convolve` may not bind the notebook to the name of its function `convolve`: the function gets a part of
    that name in its place.
    """
    if isinstance(statement.node, ast.ImportFrom):
        return statement.text, reads_of(statement, own)
    module = statement.imports[0].target
    if module not in statement.binds or module not in bound:
        return statement.text, ()
    parts = [name for name in own[module] if name in bound]
    return "\n".join(HUNG.format(module, part) for part in parts), (module, *parts)
