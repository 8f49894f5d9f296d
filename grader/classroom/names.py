"""Names as people and course systems write them, made comparable."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from grader.report.table import guarded

__all__ = ["fold", "name_keys", "squeezed_keys", "unguarded"]

# Canvas writes a name that begins a formula as a formula that gives it.
_AS_FORMULA = re.compile(r'="(.*)"', re.DOTALL)


def unguarded(text: str) -> str:
    """Gives the `text` of a cell without the apostrophe that keeps a spreadsheet from computing it."""
    return text[1:] if text[:1] == "'" and guarded(text[1:]) == text else text


def fold(text: str) -> str:
    """Gives `text` in one spelling: composed, in small letters, single blanks, nothing that guards a cell."""
    plain = unguarded(text.strip())
    if formula := _AS_FORMULA.fullmatch(plain):
        plain = formula[1]
    folded = unicodedata.normalize("NFKC", plain).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def name_keys(name: str) -> frozenset[str]:
    """Gives what a full name is compared by: as it stands, and "Last, First" turned round."""
    folded = fold(name)
    last, comma, first = folded.partition(",")
    turned = f"{first.strip()} {last.strip()}" if comma and "," not in first else folded
    return frozenset({folded, turned} - {""})


@lru_cache(maxsize=4096)
def squeezed_keys(name: str) -> frozenset[str]:
    """Gives what Canvas may make of a name in a download: letters and digits alone, the last names in front.

    Where the last names begin is not known, so that each beginning counts.
    """
    words = fold(name).replace(",", " ").split()
    return frozenset(re.sub(r"\W", "", "".join(words[at:] + words[:at])) for at in range(len(words)))
