"""Gzipped tar archives, read front to back through a counting reader and never unpacked."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from functools import partial

from grader.errors import SubmissionError
from grader.intake.members import SUBMISSION_BYTES, Found, broken
from grader.intake.names import archive_parts

__all__ = ["tar_members"]

_STEP = 2**16
# Room for headers, padding and what is left alone (a version history, say) beside the submission itself.
_MOST_UNPACKED = 4 * SUBMISSION_BYTES
# A header may claim any size, and tarfile would go on reading nothing until it has skipped that much.
_MOST_EMPTY = 3


class _Counted:
    """The unpacked bytes of a gzip file, counted; a bomb stops early, and so does a reader that is past the end.

    `last` is where the last byte that is not 0 ends.
    """

    def __init__(self, data: bytes) -> None:
        self._stream = gzip.GzipFile(fileobj=io.BytesIO(data))
        self._unpacked = 0
        self._empty = 0
        self.last = 0

    def read(self, size: int) -> bytes:
        """At most `size` bytes; SubmissionError beyond the limits, EOFError well past the end."""
        chunk = self._stream.read(min(size, _STEP))
        if content := len(chunk.rstrip(b"\0")):
            self.last = self._unpacked + content
        self._unpacked += len(chunk)
        self._empty += not chunk
        if self._unpacked > _MOST_UNPACKED:
            raise SubmissionError("The archive unpacks to far more than a submission may hold; pack less.")
        if self._empty > _MOST_EMPTY:
            raise EOFError
        return chunk


def _kind(info: tarfile.TarInfo) -> str:
    if info.issparse() or any(key.startswith("GNU.sparse.") for key in info.pax_headers):
        return "stored as a sparse file"
    if info.isfile():
        # The oldest tar has no letter for folders.
        return "folder" if info.name.endswith("/") else "file"
    if info.isdir():
        return "folder"
    return "a link" if info.issym() or info.islnk() else "a pipe, a socket or a device"


def _load(archive: tarfile.TarFile, info: tarfile.TarInfo, limit: int) -> bytes:
    try:
        stream = archive.extractfile(info)
        return b"" if stream is None else stream.read(limit)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise broken() from error


def _entries(archive: tarfile.TarFile) -> Iterator[Found]:
    for info in archive:
        if info.size < 0:
            raise broken()
        archive.members = []  # type: ignore[attr-defined]  # tarfile would keep every header
        yield Found(archive_parts(info.name), _kind(info), info.size, partial(_load, archive, info))


def tar_members(data: bytes) -> Iterator[Found]:
    """The members of the gzipped tar archive `data`; `load` works until the next one is asked for.

    SubmissionError where the archive is broken or made to harm.
    """
    source = _Counted(data)
    try:
        with tarfile.open(fileobj=source, mode="r|", bufsize=_STEP) as archive:  # type: ignore[call-overload]
            yield from _entries(archive)
        while source.read(_STEP):  # to the end, so that the checksum is verified too
            pass
        if source.last > archive.offset:  # tarfile takes a header that is none for the end
            raise broken()
    except (SubmissionError, GeneratorExit):
        raise
    except Exception as error:  # Only gzip and tarfile run here, and their list of exceptions has no end.
        raise broken() from error
