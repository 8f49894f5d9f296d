"""Zip archives, read member by member out of one snapshot in memory and never unpacked."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from functools import partial

from grader.errors import SubmissionError
from grader.intake.folder import kind_of
from grader.intake.members import MOST_SEEN, Found, broken, too_many
from grader.intake.names import archive_parts, shown

__all__ = ["members_of", "zip_members"]

_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 0x1
_UTF8 = 0x800
# The other methods of the standard library decompress without a limit on what comes out.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


def _name(info: zipfile.ZipInfo) -> str:
    """The path of a member; macOS writes UTF-8 without saying so."""
    if info.flag_bits & _UTF8:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.orig_filename


def _kind(info: zipfile.ZipInfo, name: str) -> str:
    mode = info.external_attr >> 16
    kind = kind_of(mode) if stat.S_IFMT(mode) else "file"
    if kind == "file" and name.endswith(("/", "\\")):
        return "folder"
    return "encrypted" if kind == "file" and info.flag_bits & _ENCRYPTED else kind


def _load(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    if info.compress_type not in _METHODS:
        raise SubmissionError(
            f"The member {shown(info.orig_filename)} uses an unusual compression; pack the files as an ordinary zip."
        )
    try:
        with archive.open(info) as stream:
            return stream.read(limit)
    except Exception as error:  # As above: only zipfile runs here.
        raise broken() from error


def zip_members(data: bytes) -> Iterator[Found]:
    """The members of the zip archive `data`; SubmissionError where it is broken or made to harm."""
    # Each entry costs a fat object, so they are counted before zipfile builds them.
    if data.count(_ENTRY) > MOST_SEEN:
        raise too_many(MOST_SEEN)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except Exception as error:  # Only zipfile runs here, and its list of exceptions has no end.
        raise broken() from error
    return members_of(archive)


def members_of(archive: zipfile.ZipFile) -> Iterator[Found]:
    """The members of an open archive; SubmissionError for a path that leads out of it."""
    for info in archive.infolist():
        name = _name(info)
        yield Found(archive_parts(name), _kind(info, name), info.file_size, partial(_load, archive, info))
