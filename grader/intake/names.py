"""Names from outside: shown safely, split into parts, checked before they become a student or a row."""

from __future__ import annotations

import re
import unicodedata

from grader.errors import SubmissionError

__all__ = ["ENDINGS", "archive_parts", "ending_of", "escaped", "flaw_of_student", "ignored", "nfc", "shown"]

ENDINGS = (".zip", ".tar.gz", ".tgz", ".ipynb")

_LONGEST_STUDENT = 120
_LITTER = frozenset({"__MACOSX", "__pycache__"})
_DRIVE = re.compile(r"[A-Za-z]:")
# Cc: control characters; Cs: what undecodable bytes become; Zl, Zp: line and paragraph separators.
_UNUSABLE_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def nfc(text: str) -> str:
    """The composed form of `text`, so that names from macOS and from Linux compare equal."""
    return unicodedata.normalize("NFC", text)


def escaped(text: str) -> str:
    """`text` with everything that is not printable written as an escape, as `repr` does."""
    return repr(text)[1:-1]


def shown(text: str, width: int = 80) -> str:
    """`text` for a sentence: escaped, in quotes, cut after `width` characters."""
    safe = escaped(text[: width + 1])
    return f"'{safe}'" if len(safe) <= width else f"'{safe[:width]}...'"


def archive_parts(path: str) -> tuple[str, ...]:
    """The parts of a member's path inside an archive; SubmissionError for one that leads out of it.

    Some Windows programs write backslashes between the parts.
    """
    unified = path.replace("\\", "/")
    parts = tuple(part for part in unified.split("/") if part not in ("", "."))
    if unified.startswith("/") or ".." in parts or _DRIVE.match(unified):
        raise SubmissionError(
            f"The path {shown(path)} leads out of the archive; pack the files again with plain relative paths."
        )
    return parts


def ignored(parts: tuple[str, ...]) -> bool:
    """Whether a member is left alone unseen: hidden files, what macOS and Python leave behind, the root itself."""
    return not parts or any(part.startswith(".") or part in _LITTER for part in parts)


def ending_of(name: str) -> str:
    """Which of ENDINGS the file name has, in lower case; "" for none."""
    return next((ending for ending in ENDINGS if name.lower().endswith(ending)), "")


def flaw_of_student(student: str) -> str:
    """Why `student` cannot name a row, as the end of a sentence; "" for a usable name."""
    if not student:
        return "is empty"
    if any(c in _BIDI_CONTROLS or unicodedata.category(c) in _UNUSABLE_CATEGORIES for c in student):
        return "holds control characters or bytes that are no text"
    if len(student) > _LONGEST_STUDENT:
        return f"is longer than {_LONGEST_STUDENT} characters"
    return ""
