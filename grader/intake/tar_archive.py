"""Gzipped tar archives, unpacked in memory up to a limit and read member by member."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterator
from functools import partial

from grader.errors import SubmissionError
from grader.intake.members import SUBMISSION_BYTES, Found, broken
from grader.intake.names import archive_parts

__all__ = ["tar_members"]

# Room for headers, padding and what is left alone (a version history, say) beside the submission itself.
_MOST_UNPACKED = 4 * SUBMISSION_BYTES
# Members that only tell of the next one, its path for example, take some hundred bytes. Python needs time and memory
# that grow with the square of a large one, and the process that reads here reads for everybody.
_TELLING = {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE}
_TELLING |= {tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
_LONGEST_TOLD, _MOST_TOLD = 8 << 10, 512 << 10


class _Archive(tarfile.TarFile):
    """An archive that counts what its members tell of others."""

    told = 0


class _Member(tarfile.TarInfo):
    """A member that is looked at before it is taken in."""

    def _proc_member(self, archive: _Archive) -> tarfile.TarInfo:
        if self.type in _TELLING:
            archive.told += self.size
            if self.size > _LONGEST_TOLD or archive.told > _MOST_TOLD:
                raise SubmissionError("The archive tells more of its files than a submission may; pack them anew.")
        sparse = self.type == tarfile.GNUTYPE_SPARSE  # refused where it counts, so that nobody needs its map
        take_in = self._proc_builtin if sparse else super()._proc_member  # type: ignore[attr-defined,misc]
        member: tarfile.TarInfo = take_in(archive)
        return member


def _kind(info: tarfile.TarInfo) -> str:
    if info.type == tarfile.GNUTYPE_SPARSE or any(key.startswith("GNU.sparse.") for key in info.pax_headers):
        return "stored as a sparse file"
    if info.isfile():
        # The oldest tar has no letter for folders.
        return "folder" if info.name.endswith("/") else "file"
    if info.isdir():
        return "folder"
    return "a link" if info.issym() or info.islnk() else "a pipe, a socket or a device"


def _load(unpacked: bytes, info: tarfile.TarInfo, limit: int) -> bytes:
    return unpacked[info.offset_data : info.offset_data + min(info.size, limit)]


def tar_members(data: bytes) -> Iterator[Found]:
    """The members of the gzipped tar archive `data`; SubmissionError where it is broken or made to harm."""
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            unpacked = stream.read(_MOST_UNPACKED + 1)
        if len(unpacked) > _MOST_UNPACKED:
            raise SubmissionError("The archive unpacks to far more than a submission may hold; pack less.")
        with _Archive.open(fileobj=io.BytesIO(unpacked), mode="r:", tarinfo=_Member) as archive:
            for info in archive:
                if info.size < 0:
                    raise broken()
                yield Found(archive_parts(info.name), _kind(info), info.size, partial(_load, unpacked, info))
            if unpacked[archive.offset :].strip(b"\0"):  # tarfile takes a header that is none for the end
                raise broken()
    except (SubmissionError, GeneratorExit):
        raise
    except Exception as error:  # Only gzip and tarfile run here, and their list of exceptions has no end.
        raise broken() from error
