"""Reads the hostile submissions: a module each, whose head says what it tries and what a correct grader answers."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

__all__ = ["CATALOGUE", "FOLDER", "Attack", "attacks", "catalogue", "elsewhere"]

FOLDER = Path(__file__).parents[1] / "submissions" / "hostile"
CATALOGUE = FOLDER / "catalogue.toml"
# Metadata between these lines is TOML behind "# ", as in scripts that name what they need (PEP 723).
HEAD = re.compile(r"^# /// attack\n((?:#(?:| .*)\n)+?)# ///$", re.MULTILINE)

Effect = Literal["", "read", "written", "left", "reached", "forged", "injected", "done"]


class Attack(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One way to cheat or to do harm.

    `effect` is what would be seen from outside if it succeeded: a secret `read`, a file `written`, a process `left`
    running, a server `reached`, a mark `forged`, text `injected` as more than text, or something `done` that the code
    itself tells; with none, only the verdict counts. `control` names where the effect is there to be seen: at the level
    "process", or in "pytest". `status` and `points` are what a locked grader answers; at the level "process" the status
    may be another one. `files` go along with the module. `known` says why it succeeds all the same.
    """

    name: str
    source: str
    does: str
    covers: tuple[str, ...]
    effect: Effect = ""
    control: Literal["process", "pytest"] = "process"
    status: str = "graded"
    at_process: str = ""
    points: float = 10
    files: dict[str, str] = {}
    peers: bool = True
    known: str = ""
    variant: str = ""


def attacks() -> list[Attack]:
    """All of them, each variant by itself, in the order of their names."""
    return [attack for path in sorted(FOLDER.glob("*.py")) for attack in _read(path)]


def _read(path: Path) -> Iterator[Attack]:
    source = path.read_text("utf-8")
    head = HEAD.search(source)
    if head is None:
        raise ValueError(f"{path.name}: no head; it begins with '# /// attack' and ends with '# ///'")
    text = "\n".join(line[2:] for line in head[1].splitlines())
    try:
        stated: dict[str, Any] = tomllib.loads(text)
        variants: dict[str, dict[str, Any]] = stated.pop("variants", {"": {}})
        for variant, changed in variants.items():
            name = f"{path.stem}-{variant}" if variant else path.stem
            yield msgspec.convert(stated | changed | {"name": name, "source": source, "variant": variant}, Attack)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{path.name}: {error}") from None


def catalogue() -> dict[str, str]:
    """What there is to try, by a short name for each."""
    return _stated()["attacks"]


def elsewhere() -> dict[str, str]:
    """For ways of the catalogue that no module plays: the test that does."""
    return _stated()["elsewhere"]


def _stated() -> dict[str, dict[str, str]]:
    return tomllib.loads(CATALOGUE.read_text("utf-8"))
