"""Takes files apart, in a process of its own: the short runs of tokens, names left out, by which code is compared."""

from __future__ import annotations

import hashlib
import io
import json
import resource
import sys
import tokenize
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import msgspec
from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]
from pygments.token import Comment, Keyword, Name, Number, Punctuation, String, Text  # type: ignore[import-untyped]

__all__ = ["MEMORY", "MOST_PIECES", "NOTEBOOK", "SECONDS", "Reading", "read"]

SECONDS, MEMORY = 10, 2**30  # what one file may take; a module of 300 lines takes 0.05 s
MOST_PIECES = 20_000  # some 1,500 lines of code
NOTEBOOK = b"notebook\0"

_RUN = 5  # tokens: long enough to say something, short enough to survive an edit in the same statement
_SHORTEST = 3
# Nobody writes these differently, and no other statement can hold the word: a bracket left open ends there.
_LEFT_OUT = frozenset({"import", "from", "__all__"})
_OPENERS = frozenset({"def", "class", "return", "while", "import"})
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_CLOSERS = (")", "]", "}")


class Reading(msgspec.Struct, frozen=True):
    """A file taken apart; `problem` says why it could not be, as the end of a sentence."""

    lines: list[str] = []
    places: list[str] = []  # where each line stands, in the file's own terms
    tops: list[tuple[int, str]] = []  # the line of each top-level statement, and the name after `def` or `class`
    pieces: bytes = b""  # rows of three 64-bit integers: a fingerprint, and the indices of its first and last line
    problem: str = ""


class _Token(NamedTuple):
    kind: Any
    text: str
    line: int


_Statement = list[_Token]


def read(data: bytes, notebook: bool) -> Reading:
    """Returns the pieces of a module or a notebook: for each statement, its runs of five tokens, names left out."""
    try:
        cells = _cells(data) if notebook else [_text(data)]
    except (ValueError, RecursionError):
        return Reading(problem="is no notebook that can be read")
    lines: list[str] = []
    places: list[str] = []
    statements: list[_Statement] = []
    for number, cell in enumerate(cells, 1):
        statements += _statements(cell, len(lines))
        new = cell.split("\n")
        lines += new
        places += [f"{number}:{place}" if notebook else f"{place}" for place in range(1, len(new) + 1)]
    pieces = array("q")
    bound = _bound(statements)
    for statement in statements:
        pieces.extend(_pieces(_plain(statement, bound)))
        if len(pieces) > 3 * MOST_PIECES:
            return Reading(problem=f"holds more than {MOST_PIECES:,} pieces of code")
    tops = [(first.line, _defined(rest)) for first, *rest in statements if not lines[first.line][:1].isspace()]
    return Reading(lines, places, tops, pieces.tobytes())


def _text(data: bytes) -> str:
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    except SyntaxError:
        encoding = "utf-8"
    return data.decode(encoding, "replace").replace("\r\n", "\n").replace("\r", "\n")


def _cells(data: bytes) -> list[str]:
    """The sources of the code cells; magics and shell lines are blanked. ValueError for anything but a notebook."""
    book = json.loads(data.decode("utf-8-sig"))
    cells = book.get("cells") if isinstance(book, dict) else None
    if not isinstance(cells, list):
        raise ValueError("no cells")
    sources = [cell.get("source") for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    texts = ["".join(filter(_is_text, source)) if isinstance(source, list) else source for source in sources]
    return ["\n".join(map(_no_magic, text.splitlines())) for text in texts if isinstance(text, str)]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _no_magic(line: str) -> str:
    return "" if line.startswith(("%", "!", "?")) else line


def _statements(text: str, line: int) -> Iterator[_Statement]:
    """The statements of a text that need not be right Python; comments are left out, lines count from `line`."""
    statement: _Statement = []
    depth = 0
    for _, kind, value in PythonLexer().get_tokens_unprocessed(text):
        at, line = line, line + value.count("\n")
        if kind in Comment or (kind in Text and ("\n" not in value or value.startswith("\\"))):
            continue
        depth = 0 if kind in Keyword and value in _OPENERS else max(0, depth + _opened(kind, value))
        if depth == 0 and (kind in Text or value == ";"):
            if statement:
                yield statement
            statement = []
        elif kind not in Text:
            statement.append(_Token(kind, value, at))
    if statement:
        yield statement


def _opened(kind: Any, text: str) -> int:
    return _BRACKETS.get(text, 0) if kind in Punctuation else 0


def _defined(rest: Sequence[_Token]) -> str:
    return next((token.text for token in rest if token.kind in (Name.Function, Name.Class)), "")


def _is_head(statement: _Statement) -> bool:
    return any(token.text in ("def", "class") for token in statement[:2])


def _bound(statements: Sequence[_Statement]) -> set[str]:
    """Names that the file itself gives, attributes and parameters among them: a copy may call them otherwise."""
    names: set[str] = set()
    for statement in statements:
        head, depth = _is_head(statement), 0
        for token, after in zip(statement, [*statement[1:], None], strict=True):
            depth += _opened(token.kind, token.text)
            given = depth == 0 and after is not None and after.text in ("=", ":=")
            if token.kind in Name and (head or given):
                names.add(token.text)
    return names


def _plain(statement: _Statement, bound: set[str]) -> list[tuple[str, int]]:
    """The tokens that count, each with its line: what another layout, other names or other texts change is gone."""
    if statement[0].text in _LEFT_OUT or all(token.kind in String for token in statement):
        return []
    plain: list[tuple[str, int]] = []
    head, depth, before = _is_head(statement), 0, ""
    for place, (kind, text, line) in enumerate(statement):
        after = statement[place + 1].text if place + 1 < len(statement) else ""
        depth += _opened(kind, text)
        if kind in String:
            if not plain or plain[-1][0] != "text":
                plain.append(("text", line))
        elif kind in Name:
            # Names of libraries: attributes, keywords of calls, builtins.
            fixed = before == "." or (depth > 0 and after == "=" and not head) or kind not in (Name, Name.Function)
            kept = fixed and text not in bound and kind is not Name.Builtin.Pseudo
            plain.append((text if kept else "name", line))
        elif kind not in Punctuation or text not in "():," or (text == "," and after not in _CLOSERS):
            plain.append((_number(text) if kind in Number else text, line))
        before = text
    return plain


def _number(text: str) -> str:
    try:
        return repr(float(text))
    except ValueError:
        return text


def _pieces(plain: Sequence[tuple[str, int]]) -> Iterator[int]:
    if len(plain) < _SHORTEST:
        return
    whole = " whole" if len(plain) <= _RUN else ""
    for start in range(max(1, len(plain) - _RUN + 1)):
        run = plain[start : start + _RUN]
        digest = hashlib.blake2b((" ".join(text for text, _ in run) + whole).encode(), digest_size=8).digest()
        yield int.from_bytes(digest, "little", signed=True)
        yield run[0][1]
        yield run[-1][1]


def _serve(link: Connection) -> None:
    with suppress(ValueError, OSError):  # macOS knows the limit and does not take it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            data = link.recv_bytes()
        except EOFError:
            return
        usage = resource.getrusage(resource.RUSAGE_SELF)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + SECONDS + 1, hard))
        try:
            reading = read(data.removeprefix(NOTEBOOK), data.startswith(NOTEBOOK))
        except MemoryError:
            reading = Reading(problem=f"takes more than {MEMORY // 2**20} MB to take apart")
        link.send_bytes(msgspec.msgpack.encode(reading))


if __name__ == "__main__":
    _serve(Connection(int(sys.argv[1])))
