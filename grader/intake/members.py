"""Members of a submission: what a reader found, how much of it is allowed, what of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from grader.errors import SubmissionError
from grader.intake.names import ignored, nfc, shown

__all__ = [
    "MEGABYTE",
    "MOST_SEEN",
    "SUBMISSION_BYTES",
    "Contents",
    "Found",
    "Kind",
    "Member",
    "broken",
    "collect",
    "too_many",
]

MEGABYTE = 10**6
SUBMISSION_BYTES = 50 * MEGABYTE
MOST_SEEN = 20_000

_MOST_FILES = 2_000
_LONGEST_PATH = 1_000
_LIMITS = {".py": 1 * MEGABYTE, ".ipynb": 20 * MEGABYTE}

Kind = Literal["file", "folder", "link", "special", "sparse", "encrypted"]

_REFUSED: dict[Kind, str] = {
    "link": "is a link",
    "special": "is a pipe, a socket or a device",
    "sparse": "is stored as a sparse file",
    "encrypted": "is encrypted",
}


@dataclass(frozen=True)
class Found:
    """One member as a reader met it; `size` is what is declared, `load(n)` reads at most n bytes, once."""

    parts: tuple[str, ...]
    kind: Kind
    size: int
    load: Callable[[int], bytes]


@dataclass(frozen=True, order=True)
class Member:
    """A source or a notebook that was read: the NFC parts of its path, its ending in lower case, its bytes."""

    parts: tuple[str, ...]
    ending: str
    data: bytes

    @property
    def path(self) -> str:
        """The path inside the submission."""
        return "/".join(self.parts)


@dataclass
class Contents:
    """What counts of a submission: members sorted by path, and the names of all folders."""

    members: list[Member] = field(default_factory=list)
    folders: set[str] = field(default_factory=set)


@dataclass
class _Tally:
    """Counts members and bytes, and stops at the first limit."""

    seen: int = 0
    files: int = 0
    total: int = 0

    def see(self) -> None:
        self.seen += 1
        if self.seen > MOST_SEEN:
            raise too_many(MOST_SEEN)

    def add(self, size: int) -> None:
        self.files += 1
        self.total += size
        if self.files > _MOST_FILES:
            raise too_many(_MOST_FILES)
        if self.total > SUBMISSION_BYTES:
            raise SubmissionError(
                f"The submission is larger than {SUBMISSION_BYTES // MEGABYTE} MB; hand in the modules without data."
            )


def broken() -> SubmissionError:
    """The refusal of an archive that cannot be read to its end."""
    return SubmissionError(
        "The archive is broken or was cut short; pack the files again and open the new archive once to check it."
    )


def too_many(limit: int) -> SubmissionError:
    """The refusal of a submission with more than `limit` members."""
    return SubmissionError(f"The submission holds more than {limit:,} files; hand in the modules alone.")


def _check(found: Found, path: str) -> None:
    if len(path) > _LONGEST_PATH:
        raise SubmissionError(f"The path {shown(path)} is longer than {_LONGEST_PATH:,} characters; use shorter names.")
    if found.kind in _REFUSED:
        raise SubmissionError(f"The member {shown(path)} {_REFUSED[found.kind]}; hand in ordinary files only.")


def _content(found: Found, path: str, limit: int) -> bytes:
    """All bytes of a member; never more than `limit` are taken, whatever size is declared."""
    data = found.load(limit + 1) if found.size <= limit else b""
    if max(found.size, len(data)) > limit:
        raise SubmissionError(f"The file {shown(path)} is larger than {limit // MEGABYTE} MB; hand in a smaller one.")
    if len(data) != found.size:
        raise SubmissionError(f"The file {shown(path)} does not have the size that it claims; hand it in again.")
    return data


def collect(found: Iterable[Found]) -> Contents:
    """Read the sources and notebooks among `found`; SubmissionError at the first thing that the contract refuses."""
    contents, tally = Contents(), _Tally()
    for item in found:
        tally.see()
        if not ignored(item.parts):
            _take(item, contents, tally)
    contents.members.sort()
    _refuse_twins(contents.members)
    return contents


def _take(item: Found, contents: Contents, tally: _Tally) -> None:
    parts = tuple(map(nfc, item.parts))
    path = "/".join(parts)
    _check(item, path)
    contents.folders.update(parts if item.kind == "folder" else parts[:-1])
    if item.kind == "folder":
        return
    tally.add(item.size)
    ending = next((ending for ending in _LIMITS if path.lower().endswith(ending)), "")
    if ending:
        contents.members.append(Member(parts, ending, _content(item, path, _LIMITS[ending])))


def _refuse_twins(members: list[Member]) -> None:
    for one, other in pairwise(members):
        if one.parts == other.parts:
            raise SubmissionError(f"The file {shown(one.path)} is there twice; keep one of the two.")
