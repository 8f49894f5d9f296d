"""Mutants that may survive, each with its reason: `tests/mutants/equivalent.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from grader.errors import CourseError
from grader.proofs.mutants import Mutant

__all__ = ["DECLARED", "Declaration", "Declared", "declared_in"]

DECLARED = "tests/mutants/equivalent.toml"
Text = Annotated[str, msgspec.Meta(min_length=1)]
Key = tuple[str, str, str, str]


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One change, or several of the same line, that may go unnoticed, and why.

    `inputs` names the probes whose examples and strategies give what solution and mutant are compared on. Where 10,000
    calls would take hours, or there are no more, `count` is how many there are, and `compared` says what they compare.
    """

    exercise: Text
    function: Text
    removed: Text
    added: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    reason: Text
    inputs: tuple[str, ...] = ()
    count: int = 0
    compared: str = ""

    def changes(self) -> Iterator[Key]:
        """Gives what the mutants are known by."""
        for added in self.added:
            yield self.exercise, self.function, self.removed, added


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All declarations: changes without a difference, and differences that the contract does not judge."""

    equivalent: tuple[Declaration, ...] = ()
    outside: tuple[Declaration, ...] = ()

    def of(self, exercise: str) -> Declared:
        """Gives those of one exercise."""
        kept = (tuple(one for one in kind if one.exercise == exercise) for kind in (self.equivalent, self.outside))
        return Declared(*kept)

    def changes(self) -> set[Key]:
        """Gives all mutants that are declared."""
        return {key for one in (*self.equivalent, *self.outside) for key in one.changes()}

    def faults(self, mutants: Sequence[Mutant]) -> Iterator[str]:
        """Says which declarations have no mutant any more, and which equivalent ones name no inputs."""
        there = {mutant.key for mutant in mutants}
        for one in (*self.equivalent, *self.outside):
            for key in one.changes():
                if key not in there:
                    yield f"{shown(key)}: the solution has no such mutant any more; take the declaration out"
        for one in self.equivalent:
            name = shown(next(one.changes()))
            if not one.inputs:
                yield f"{name}: `inputs` is missing; name probes that draw inputs of {one.function}"
            if one.count and not one.compared:
                yield f"{name}: `compared` is missing; say what the {one.count} inputs compare"


def shown(key: Key) -> str:
    """Gives a mutant on one line."""
    return f"{key[0]}.{key[1]}: {key[2]!r} becomes {key[3]!r}"


def declared_in(root: Path) -> Declared:
    """Gives the declarations of a course, none where there is no file; CourseError where it cannot be read."""
    try:
        return msgspec.convert(tomllib.loads((root / DECLARED).read_text("utf-8")), Declared)
    except FileNotFoundError:
        return Declared()
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise CourseError(f"{DECLARED}: {error}; each entry has exercise, function, removed, added, reason") from None
