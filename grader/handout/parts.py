"""A file taken apart: members of archives, cells and outputs of notebooks, what is compressed or written as base64."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

__all__ = ["Part", "parts"]

DEEPEST = 4
BASE64 = re.compile(rb"(?:[A-Za-z0-9+/_-]{4}\s{0,4}){12,}(?:[A-Za-z0-9+/_-]{2,3}={0,2})?")
PLAIN = bytes.maketrans(b"-_", b"+/")
ZLIB_OR_GZIP = 47
# What the readers of archives, arrays and compressed bytes raise where there is none after all.
BROKEN = (OSError, ValueError, EOFError, RuntimeError, NotImplementedError, zlib.error, zipfile.BadZipFile)


@dataclass(frozen=True)
class Part:
    """Bytes and where they are: the path of a file, then what they are inside it."""

    place: str
    data: bytes

    @cached_property
    def text(self) -> str | None:
        """The text that the bytes are, if they are one."""
        try:
            return None if b"\0" in self.data else self.data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            return None


def parts(place: str, data: bytes, depth: int = 0) -> Iterator[Part]:
    """The file itself and everything inside it, in any number of steps."""
    part = Part(place, data)
    yield part
    inside = (_packed(data), _cells(part.text), _encoded(data)) if part.text is not None else (_packed(data),)
    for found in inside if depth < DEEPEST else ():
        for name, inner in found:
            yield from parts(f"{place}: {name}", inner, depth + 1)


def _packed(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The members of an archive, the numbers of a saved array, or what was compressed."""
    try:
        if data.startswith(b"\x93NUMPY"):
            yield "numbers", str(np.load(io.BytesIO(data), allow_pickle=False).tolist()).encode()
        elif zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for name in archive.namelist():
                    yield name, archive.read(name)
        elif data.startswith((b"\x78", b"\x1f\x8b")):
            yield "unpacked", zlib.decompress(data, ZLIB_OR_GZIP)
    except BROKEN:
        return


def _cells(text: str) -> Iterator[tuple[str, bytes]]:
    """The texts of a notebook: each cell, its outputs and attachments."""
    try:
        cells = json.loads(text)["cells"] if '"cells"' in text else []
    except (ValueError, LookupError, TypeError):
        return
    for number, cell in enumerate(cells, 1):
        for found in _strings(cell):
            yield f"cell {number}", found.encode("utf-8", "replace")


def _strings(value: Any) -> Iterator[str]:
    """Every text in a cell; one that is kept as a list of lines is one text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        yield "".join(value)
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def _encoded(data: bytes) -> Iterator[tuple[str, bytes]]:
    for run in BASE64.finditer(data):
        line = data.count(b"\n", 0, run.start()) + 1
        digits = b"".join(run[0].split()).rstrip(b"=").translate(PLAIN)
        yield f"base64 in line {line}", base64.b64decode(digits[: len(digits) - (len(digits) % 4 == 1)] + b"==")
