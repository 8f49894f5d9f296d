"""Takes files apart, in a process with limits: the short runs of tokens, names left out, by which code is compared."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from itertools import chain, pairwise
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Punctuation, String, Text

__all__ = ["Reading", "read", "reader"]

_MEGABYTES = 1024
_RUN = 5  # tokens: long enough to say something, short enough to survive an edit in their statement
_LEFT_OUT = frozenset({"import", "from", "__all__"})  # what everybody writes in the same way
_OPENERS = frozenset({"def", "class", "return", "while", "import"})  # no bracket is open before these


class Reading(msgspec.Struct):
    """A file taken apart; `problem` says why it could not be, as the end of a sentence."""

    lines: list[str] = []
    places: list[str] = []  # where each line stands, in the file's own terms
    pieces: bytes = b""  # rows of three 64-bit integers: a fingerprint, and the indices of its first and last line
    problem: str = ""


@contextmanager
def reader(seconds: int = 10) -> Iterator[Callable[[bytes, bool], Reading]]:
    """Gives a function that has a module or a notebook taken apart, in at most `seconds` of processor time.

    A file that takes down the process costs itself alone.
    """
    with ExitStack() as processes:
        links = list[Connection]()

        @cache  # unchanged stubs, for one, are read once
        def ask(data: bytes, notebook: bool) -> Reading:
            if not links:
                links.append(processes.enter_context(_process(seconds)))
            try:
                links[0].send_bytes(bytes([notebook]) + data)
                return msgspec.msgpack.decode(links[0].recv_bytes(), type=Reading)
            except (EOFError, OSError):
                links.clear()
                processes.close()
                return Reading(problem=f"takes more than {seconds} s or {_MEGABYTES} MB to take apart")

        yield ask


@contextmanager
def _process(seconds: int) -> Iterator[Connection]:
    ours, theirs = Pipe()
    # -P, or a module in the working folder could stand in for one of Python's.
    command = [sys.executable, "-P", "-m", "grader.similarity.reading", str(theirs.fileno()), str(seconds)]
    environment = os.environ | {"PYTHONPATH": os.fspath(Path(__file__).resolve().parents[2])}
    errors = subprocess.DEVNULL  # a traceback of a file that takes too much helps nobody
    with theirs:
        process = subprocess.Popen(command, env=environment, pass_fds=[theirs.fileno()], stderr=errors)
    with process, ours:  # it ends where nobody listens, at the latest when its time is up
        yield ours


def _serve(link: Connection, seconds: int) -> None:
    """Answers until the other end is closed; a file that takes more than `seconds` of processor time ends it all."""
    with suppress(ValueError, OSError):  # macOS knows the limit and does not take it
        resource.setrlimit(resource.RLIMIT_AS, (_MEGABYTES * 2**20, _MEGABYTES * 2**20))
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    with suppress(EOFError):
        while True:
            data = link.recv_bytes()
            usage = resource.getrusage(resource.RUSAGE_SELF)
            resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + seconds + 1, hard))
            reading = read(data[1:], bool(data[0]))
            link.send_bytes(msgspec.msgpack.encode(reading))


class _Token(NamedTuple):
    kind: Any
    text: str
    line: int
    depth: int  # of brackets


_Statement = list[_Token]


def read(data: bytes, notebook: bool) -> Reading:
    """Returns the pieces of a module or a notebook: for each statement, its runs of five tokens, names left out."""
    try:
        cells: list[Any] = _cells(json.loads(data)) if notebook else [data]
    except (ValueError, RecursionError):
        return Reading(problem="is no notebook that can be read")
    reading, statements = Reading(), list[_Statement]()
    for number, cell in enumerate(cells, 1):
        tokens = list(PythonLexer(stripnl=False).get_tokens(cell))
        statements += _statements(tokens, len(reading.lines))
        new = "".join(text for _, text in tokens).removesuffix("\n").split("\n")
        reading.lines += new
        reading.places += [f"{number}:{place}" if notebook else f"{place}" for place in range(1, len(new) + 1)]
    bound = set(_bound(statements))
    reading.pieces = array("q", chain.from_iterable(_pieces(_plain(one, bound)) for one in statements)).tobytes()
    return reading


def _cells(book: Any) -> list[str]:
    """The sources of the code cells; magics and shell lines are blanked. ValueError for anything but a notebook."""
    if not isinstance(book, dict) or not isinstance(book.get("cells"), list):
        raise ValueError("no cells")
    cells = [cell for cell in book["cells"] if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    sources = [cell.get("source", "") for cell in cells]
    texts = ["".join(map(str, source)) if isinstance(source, list) else str(source) for source in sources]
    return ["\n".join("" if line[:1] in ("%", "!", "?") else line for line in text.split("\n")) for text in texts]


def _statements(tokens: Iterable[tuple[Any, str]], line: int) -> Iterator[_Statement]:
    """The statements of a text that need not be right Python; comments are left out, lines count from `line`."""
    statements, depth = list[_Statement]([[]]), 0
    for kind, text in tokens:
        if kind in Punctuation:
            depth = max(0, depth + (text in "([{") - (text in ")]}"))
        elif kind in Keyword and text in _OPENERS:
            depth = 0
        if depth == 0 and ((kind in Text and text[0] == "\n") or (kind in Punctuation and text == ";")):
            statements.append([])
        elif kind not in Text and kind not in Comment:
            statements[-1].append(_Token(kind, text, line, depth))
        line += text.count("\n")
    return filter(None, statements)


def _bound(statements: Iterable[_Statement]) -> Iterator[str]:
    """Names that the file itself gives, attributes and parameters among them: a copy may call them otherwise."""
    for statement in statements:
        head = any(token.text in ("def", "class") for token in statement[:2])
        targets = max((at for at, token in enumerate(statement) if token.text == "=" and token.depth == 0), default=0)
        for at, (token, after) in enumerate(pairwise(statement)):
            target = at < targets and token.depth == 0 and after.text in ("=", ",")
            parameter = head and after.text != "." and statement[at - 1].text != "."
            if token.kind in Name and (target or parameter):
                yield token.text


def _plain(statement: _Statement, bound: set[str]) -> list[tuple[str, int]]:
    """The tokens that count, each with its line: what another layout, other names or other texts change is gone."""
    if statement[0].text in _LEFT_OUT or all(token.kind in String for token in statement):
        return []
    plain = [("", 0)]
    texts = ["", *(token.text for token in statement), ""]
    for token, before, after in zip(statement, texts, texts[2:], strict=False):
        word = _word(token, before, after, bound)
        if word and not word == "text" == plain[-1][0]:
            plain.append((word, token.line))
    return plain[1:]


def _word(token: _Token, before: str, after: str, bound: set[str]) -> str:
    """What a token counts as; "" for one that does not."""
    kind, text = token.kind, token.text
    if kind in String:
        return "text"
    if kind in Number:
        return (text.strip("0").rstrip(".") or "0") if "." in text else text
    if kind in Name:
        # Names that libraries and the language give: attributes, keywords of calls, builtins.
        given = before == "." or (token.depth > 0 and after == "=") or kind not in (Name, Name.Function)
        return text if given and text not in bound and kind is not Name.Builtin.Pseudo else "name"
    return "" if text in "():" or (text == "," and after in ")]}") else text


def _pieces(plain: Sequence[tuple[str, int]]) -> Iterator[int]:
    end = " whole" if len(plain) <= _RUN else ""
    for start in range(max(1, len(plain) - _RUN + 1) if len(plain) > 2 else 0):
        run = plain[start : start + _RUN]
        digest = hashlib.blake2b((" ".join(text for text, _ in run) + end).encode(), digest_size=8).digest()
        yield from (int.from_bytes(digest, "little", signed=True), run[0][1], run[-1][1])


if __name__ == "__main__":
    _serve(Connection(int(sys.argv[1])), int(sys.argv[2]))
