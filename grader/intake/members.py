"""Members of a submission: what a reader found, how much of it is allowed, what of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from grader.errors import SubmissionError
from grader.intake.names import ignored, nfc, shown

__all__ = ["MEGABYTE", "MOST_SEEN", "SUBMISSION_BYTES", "Found", "Member", "broken", "collect", "too_many"]

MEGABYTE = 10**6
SUBMISSION_BYTES = 50 * MEGABYTE
MOST_SEEN = 20_000

_MOST_FILES = 2_000
_LONGEST_PATH = 1_000
_LIMITS = {".py": 1 * MEGABYTE, ".ipynb": 20 * MEGABYTE}


@dataclass(frozen=True)
class Found:
    """One member as a reader met it.

    `kind` is "file", "folder", or what else it is, in words that fit behind "is", and then it is refused. `size` is
    what is declared, `load(n)` reads at most n bytes, once.
    """

    parts: tuple[str, ...]
    kind: str
    size: int
    load: Callable[[int], bytes]


@dataclass(frozen=True)
class Member:
    """A source or a notebook that was read: the NFC parts of its path, its ending in lower case, its bytes."""

    parts: tuple[str, ...]
    ending: str
    data: bytes

    @property
    def path(self) -> str:
        """The path inside the submission."""
        return "/".join(self.parts)


def broken() -> SubmissionError:
    """The refusal of an archive that cannot be read to its end."""
    return SubmissionError(
        "The archive is broken or was cut short; pack the files again and open the new archive once to check it."
    )


def too_many(limit: int) -> SubmissionError:
    """The refusal of a submission with more than `limit` members."""
    return SubmissionError(f"The submission holds more than {limit:,} files; hand in the modules alone.")


def _too_large(what: str, limit: int, cure: str) -> SubmissionError:
    return SubmissionError(f"The {what} is larger than {limit // MEGABYTE} MB; hand in {cure}.")


def _content(found: Found, path: str, limit: int) -> bytes:
    """All bytes of a member; never more than `limit` are taken, whatever size is declared."""
    data = found.load(limit + 1) if found.size <= limit else b""
    if max(found.size, len(data)) > limit:
        raise _too_large(f"file {shown(path)}", limit, "a smaller one")
    if len(data) != found.size:
        raise SubmissionError(f"The file {shown(path)} does not have the size that it claims; hand it in again.")
    return data


def collect(found: Iterable[Found]) -> list[Member]:
    """The sources and notebooks among `found`, by path; SubmissionError at the first that the contract refuses."""
    members: dict[tuple[str, ...], Member] = {}
    files = total = 0
    for seen, item in enumerate(found, 1):
        if seen > MOST_SEEN:
            raise too_many(MOST_SEEN)
        if ignored(item.parts):
            continue
        parts = tuple(map(nfc, item.parts))
        path = "/".join(parts)
        if len(path) > _LONGEST_PATH:
            raise SubmissionError(f"The path {shown(path)} is longer than {_LONGEST_PATH:,} characters; shorten it.")
        if item.kind == "folder":
            continue
        if item.kind != "file":
            raise SubmissionError(f"The member {shown(path)} is {item.kind}; hand in ordinary files only.")
        files, total = files + 1, total + item.size
        if files > _MOST_FILES:
            raise too_many(_MOST_FILES)
        if total > SUBMISSION_BYTES:
            raise _too_large("submission", SUBMISSION_BYTES, "the modules without data")
        if parts in members:
            raise SubmissionError(f"The file {shown(path)} is there twice; keep one of the two.")
        ending = next((ending for ending in _LIMITS if path.lower().endswith(ending)), "")
        if ending:
            members[parts] = Member(parts, ending, _content(item, path, _LIMITS[ending]))
    return [members[parts] for parts in sorted(members)]
