"""A file taken apart: members of archives, cells and outputs of notebooks, what is compressed or written as base64."""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import io
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

__all__ = ["Part", "parts"]

DEEPEST = 4
BASE64 = re.compile(rb"(?:[A-Za-z0-9+/_-]{4}\s{0,4}){12,}(?:[A-Za-z0-9+/_-]{2,3}={0,2})?")
FORMATS: dict[bytes, Callable[[bytes], bytes]] = {
    b"\x1f\x8b": gzip.decompress,
    b"BZh": bz2.decompress,
    b"\xfd7zXZ": lzma.decompress,
    b"\x78": zlib.decompress,
}
BROKEN = (
    OSError,
    ValueError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
)


@dataclass(frozen=True)
class Part:
    """Bytes and where they are: the path of a file, then what they are inside it."""

    place: str
    data: bytes

    @cached_property
    def text(self) -> str | None:
        """The text that the bytes are, if they are one."""
        if b"\0" in self.data:
            return None
        try:
            return self.data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            return None


def parts(place: str, data: bytes, depth: int = 0) -> Iterator[Part]:
    """The file itself and everything inside it, in any number of steps."""
    part = Part(place, data)
    yield part
    if depth < DEEPEST:
        for name, inner in _inside(part):
            yield from parts(f"{place}: {name}", inner, depth + 1)


def _inside(part: Part) -> Iterator[tuple[str, bytes]]:
    if zipfile.is_zipfile(io.BytesIO(part.data)):
        yield from _members(part.data)
    for start, unpack in FORMATS.items():
        if part.data.startswith(start):
            try:
                yield "unpacked", unpack(part.data)
            except BROKEN:
                continue
    if part.text is not None:
        yield from _cells(part.text)
        yield from _encoded(part.data)


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name, archive.read(name)
    except BROKEN:
        return


def _cells(text: str) -> Iterator[tuple[str, bytes]]:
    """The texts of a notebook: each cell, its outputs and attachments."""
    if not text.lstrip().startswith("{") or '"cells"' not in text:
        return
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, LookupError, TypeError):
        return
    for number, cell in enumerate(cells if isinstance(cells, list) else [], 1):
        for found in _strings(cell):
            yield f"cell {number}", found.encode("utf-8", "replace")


def _strings(value: Any) -> Iterator[str]:
    """Every text in a cell; one that is kept as a list of lines is one text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        yield "".join(value)
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def _encoded(data: bytes) -> Iterator[tuple[str, bytes]]:
    for run in BASE64.finditer(data):
        try:
            plain = base64.b64decode(re.sub(rb"\s", b"", run[0]).translate(bytes.maketrans(b"-_", b"+/")) + b"==")
        except binascii.Error:
            continue
        line = data.count(b"\n", 0, run.start()) + 1
        yield f"base64 in line {line}", plain
