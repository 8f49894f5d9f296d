"""Makes text from submissions harmless to show, and numbers and file names independent of the machine."""

from __future__ import annotations

import hashlib
import math
import unicodedata
from functools import lru_cache

from grader.errors import GraderError

__all__ = ["clean", "feedback_name", "number", "one_line", "results_name"]

# Letters and marks by category, yet drawn as nothing: a joiner, fillers of Hangul and Khmer, the empty Braille cell,
# and what chooses between forms of a character, except between text and picture (FE0E, FE0F).
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | frozenset(
    map(chr, (*range(0xFE00, 0xFE0E), *range(0xE0100, 0xE01F0)))
)
# Control, format, surrogate, private use, unassigned; then the line and paragraph separators.
_SHOWN_AS_CODE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NAME_BYTES = 250  # file systems stop at 255; the rest leaves room for the ending of a temporary file
_DIGEST_LENGTH = 12


def clean(text: str, limit: int = 4000) -> str:
    r"""Return `text` with everything that could steer a reader's screen written out as an escape.

    Newline and tab stay. Other control characters become `\xNN`; format characters (bidirectional overrides, zero
    width), lone surrogates, private and unassigned code points become `\uNNNN` or `\UNNNNNNNN`. The answer can be
    encoded as UTF-8 and stands in XML 1.0; at most `limit` characters of it come from `text`, and where that is not
    all, a count of the missing characters follows.
    """
    if len(text) <= limit and text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text  # as nearly all of it is, many times for each submission
    pieces: list[str] = []
    room = limit
    for char in text:
        piece = char if char in "\n\t" else _shown(char)
        room -= len(piece)
        if room < 0:
            break
        pieces.append(piece)
    missing = len(text) - len(pieces)
    return "".join(pieces) + (f" … ({missing} more character{'s' if missing > 1 else ''})" if missing else "")


def one_line(text: str, limit: int = 200) -> str:
    r"""Return `text` as `clean` does, with newline and tab written as `\n` and `\t` as well."""
    return clean(text.replace("\n", "\\n").replace("\t", "\\t"), limit)


def number(value: float) -> str:
    """Return `value` with at most six decimals and a point, whole numbers without decimals; the same in every locale.

    Raises `GraderError` when `value` is infinite or not a number.
    """
    if not math.isfinite(value):
        raise GraderError(f"A score or a sum of points is {value}, which no report can hold.")
    digits = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def feedback_name(student: str) -> str:
    """Return the file name of a student's page, at most 250 bytes of UTF-8 and never a path."""
    return _file_name(student, ".html")


def results_name(student: str) -> str:
    """Return the file name of a student's results, at most 250 bytes of UTF-8 and never a path."""
    return _file_name(student, ".json")


@lru_cache(maxsize=4096)
def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category not in _SHOWN_AS_CODE and char not in _INVISIBLE:
        return char
    code = ord(char)
    if category == "Cc":
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _file_name(student: str, ending: str) -> str:
    raw = student.encode("utf-8", errors="backslashreplace")
    room = _NAME_BYTES - len(ending)
    if len(raw) <= room and not _unfit(student):
        return student + ending
    digest = hashlib.sha256(raw).hexdigest()[:_DIGEST_LENGTH]
    kept = raw[: room - _DIGEST_LENGTH - 1].decode("utf-8", errors="ignore")
    return "".join("_" if _unfit(char) else char for char in kept) + "-" + digest + ending


def _unfit(text: str) -> bool:
    """Tell whether `text` holds what no file name may: intake refuses such names, nothing here relies on it."""
    return any(char == "/" or unicodedata.category(char) in ("Cc", "Cs") for char in text)
