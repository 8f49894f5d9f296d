"""Gzipped tar archives, read front to back in bounded steps.

The standard library's reader takes header sizes on trust: some of its releases never come back from a hostile header,
and all of them load one as large as it claims to be.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from grader.errors import SubmissionError
from grader.intake.members import MOST_SEEN, SUBMISSION_BYTES, Found, Kind, broken, too_many
from grader.intake.names import archive_parts

__all__ = ["tar_members"]

_BLOCK = 512
_STEP = 2**16
_GZIP = 16 + zlib.MAX_WBITS
# Several gzip streams in one file are legal; thousands of tiny ones only cost time.
_MOST_STREAMS = 1_000
# Room for headers, padding and what is left alone (a version history, say) beside the submission itself.
_MOST_UNPACKED = 4 * SUBMISSION_BYTES
# A member has at most two headers that describe it before its own; so many bytes may all of those hold.
_MOST_HEADERS = 3 * MOST_SEEN
_MOST_NOTED = 4 * 10**6

_KINDS: dict[bytes, Kind] = {
    b"\0": "file", b"0": "file", b"7": "file", b"5": "folder", b"D": "folder", b"1": "link", b"2": "link",
    b"S": "sparse",
}  # fmt: skip
_HOLDS_NO_DATA = frozenset({b"1", b"2", b"3", b"4", b"5", b"6"})
_LABELS = frozenset({b"g", b"K", b"V"})
_PAX = frozenset({b"x", b"X"})
_LONG_NAME = b"L"


def _inflated(data: bytes) -> Iterator[bytes]:
    """What the gzip file `data` holds, in pieces of at most _STEP bytes; its checksums are verified on the way."""
    padding_starts = len(data.rstrip(b"\0"))
    position = 0
    for _ in range(_MOST_STREAMS):
        inflater = zlib.decompressobj(wbits=_GZIP)
        while not inflater.eof:
            piece = data[position : position + _STEP]
            chunk = _inflate(inflater, piece)
            # At the end of a stream both attributes can hold the same left-over bytes.
            position += len(piece) - len(inflater.unused_data or inflater.unconsumed_tail)
            yield chunk
        if position >= padding_starts:
            return
    raise broken()


def _inflate(inflater: zlib._Decompress, piece: bytes) -> bytes:
    try:
        chunk = inflater.decompress(piece, _STEP)
    except zlib.error as error:
        raise broken() from error
    if not (piece or chunk or inflater.eof):
        raise broken()
    return chunk


class _Tape:
    """The unpacked bytes, taken in order and counted."""

    def __init__(self, data: bytes) -> None:
        self._chunks = _inflated(data)
        self._buffer = bytearray()
        self._unpacked = 0
        self.noted = 0
        self.headers = 0
        self.position = 0

    def _fill(self, size: int) -> None:
        while len(self._buffer) < size and (chunk := next(self._chunks, None)) is not None:
            self._buffer += chunk
            self._unpacked += len(chunk)
            if self._unpacked > _MOST_UNPACKED:
                raise SubmissionError("The archive unpacks to far more than a submission may hold; pack less.")

    def read(self, size: int) -> bytes:
        """The next `size` bytes; fewer at the end."""
        self._fill(size)
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        self.position += len(taken)
        return taken

    def skip_to(self, position: int) -> None:
        """Leave out what lies before `position`; an archive that ends before it was cut short."""
        while self.position < position:
            if not self.read(min(_STEP, position - self.position)):
                raise broken()

    def drain(self) -> None:
        """Go to the end, so that the last checksum is verified too."""
        while self.read(_STEP):
            pass


@dataclass(frozen=True)
class _Header:
    """One 512-byte header: path, type letter, size of what follows."""

    path: str
    letter: bytes
    size: int


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")


def _number(field: bytes) -> int:
    """A number of a header: octal digits, or binary with the top bit set (GNU, for large ones)."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.split(b"\0", 1)[0].strip() or b"0"
    if digits.strip(b"01234567"):
        raise broken()
    return int(digits, 8)


def _checks_out(block: bytes) -> bool:
    # The sum is taken with its own eight bytes as blanks.
    return sum(block[:148]) + 8 * ord(" ") + sum(block[156:]) == _number(block[148:156])


def _next_header(tape: _Tape) -> _Header | None:
    """The next header; None at the end of the archive."""
    block = tape.read(_BLOCK)
    if not block.strip(b"\0"):
        return None
    tape.headers += 1
    if tape.headers > _MOST_HEADERS:
        raise too_many(MOST_SEEN)
    if len(block) < _BLOCK or not _checks_out(block):
        raise broken()
    name, prefix = _text(block[:100]), ""
    if block[257:263] == b"ustar\0":
        prefix = _text(block[345:500])
    letter = block[156:157]
    size = 0 if letter in _HOLDS_NO_DATA else _number(block[124:136])
    return _Header(f"{prefix}/{name}" if prefix else name, letter, size)


def _pax_records(note: bytes) -> dict[str, str]:
    """The `length key=value` lines of an extended header."""
    records, position = {}, 0
    while position < len(note):
        length, blank, _ = note[position : position + 9].partition(b" ")
        if not (blank and length.isdigit() and len(length) < int(length) <= len(note) - position):
            raise broken()
        record = note[position + len(length) + 1 : position + int(length)]
        key, _, value = record.removesuffix(b"\n").partition(b"=")
        records[key.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        position += int(length)
    return records


def _note_on_next(tape: _Tape, header: _Header) -> dict[str, str]:
    """What a header that only describes the next one says of it."""
    tape.noted += header.size
    if tape.noted > _MOST_NOTED:
        raise broken()
    note = tape.read(header.size)
    if len(note) < header.size:
        raise broken()
    return _pax_records(note) if header.letter in _PAX else {"path": _text(note)}


def _amended(header: _Header, notes: dict[str, str]) -> _Header:
    size = notes.get("size", str(header.size))
    if not (size.isascii() and size.isdigit() and len(size) < 20):
        raise broken()
    letter = b"S" if any(key.startswith("GNU.sparse.") for key in notes) else header.letter
    path = notes.get("GNU.sparse.name", notes.get("path", header.path))
    return _Header(path, letter, 0 if header.letter in _HOLDS_NO_DATA else int(size))


def _found(tape: _Tape, header: _Header) -> Found:
    kind = _KINDS.get(header.letter, "special")
    if kind == "file" and header.path.endswith("/"):
        kind = "folder"  # The oldest tar has no letter for folders.
    return Found(archive_parts(header.path), kind, header.size, partial(_load, tape, header.size))


def _load(tape: _Tape, size: int, limit: int) -> bytes:
    return tape.read(min(size, limit))


def tar_members(data: bytes) -> Iterator[Found]:
    """The members of the gzipped tar archive `data`; `load` works until the next one is asked for.

    SubmissionError where the archive is broken or made to harm.
    """
    tape, notes = _Tape(data), dict[str, str]()
    while (header := _next_header(tape)) is not None:
        start = tape.position
        if header.letter in _PAX or header.letter == _LONG_NAME:
            notes |= _note_on_next(tape, header)
        elif header.letter not in _LABELS:
            header, notes = _amended(header, notes), {}
            yield _found(tape, header)
        tape.skip_to(start + -(-header.size // _BLOCK) * _BLOCK)
    tape.drain()
