"""Hidden examples found by their numbers: as raw bytes of any usual dtype, and as digits in a text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import Made, PictureFile
from grader.recorded import Recording, Replay

__all__ = ["Numbers", "hidden_files", "hidden_numbers"]

# Fewer entries, or fewer different ones, come about by chance.
LEAST_ENTRIES, LEAST_DIFFERENT = 8, 4
KEY_BYTES, KEY_NUMBERS = 16, 8
ROUNDED = "<f4"
DTYPES = ("<f8", ROUNDED, "<i8", "<i4", "|u1")
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")

Array = NDArray[Any]


def _arrays(values: Iterable[Any]) -> Iterator[Array]:
    """The arrays in values, those inside lists, dictionaries and what workers make included; lists of numbers too."""
    for value in values:
        if isinstance(value, np.ndarray):
            yield value
        elif isinstance(value, Made):
            yield from _arrays([value.given])
        elif isinstance(value, dict):
            yield from _arrays(value.values())
        elif isinstance(value, list | tuple):
            if value and all(isinstance(item, int | float) for item in value):
                yield np.array(value, np.float64)
            else:
                yield from _arrays(value)


def _told(probe: Replay, public: bool) -> Iterator[Array]:
    """The arrays of a probe's public or hidden examples that are large and varied enough to be told from others."""
    for example in (example for example in probe.examples if example.public == public):
        for array in _arrays((*example.args, example.expected)):
            if array.size >= LEAST_ENTRIES and len(np.unique(array)) >= LEAST_DIFFERENT:
                yield array


def hidden_numbers(recordings: Sequence[Recording]) -> dict[str, list[Array]]:
    """The arrays of hidden examples by probe. What a public example holds as well is no secret."""
    probes = {f"{one.exercise}.{name}": probe for one in recordings for name, probe in one.probes.items()}
    public = {_digits(array) for probe in probes.values() for array in _told(probe, True)}
    return {
        name: [array for array in _told(probe, False) if _digits(array) not in public] for name, probe in probes.items()
    }


def hidden_files(recordings: Iterable[Recording]) -> dict[str, bytes]:
    """The files that hidden examples read and public ones do not, by name."""
    files: dict[bool, dict[str, bytes]] = {True: {}, False: {}}
    for recording in recordings:
        for probe in recording.probes.values():
            for example in probe.examples:
                files[example.public] |= {arg.name: arg.data for arg in example.args if isinstance(arg, PictureFile)}
    shown = set(files[True].values())
    return {name: data for name, data in files[False].items() if data not in shown and len(data) >= KEY_BYTES}


def _digits(array: Array) -> tuple[str, ...]:
    """The numbers of an array in order, rounded as a print would leave them."""
    return tuple(f"{number:.5g}" for number in array.astype(np.float64).ravel().tolist())


class Numbers:
    """Arrays to look for."""

    def __init__(self, hidden: dict[str, list[Array]]) -> None:
        self.raw: dict[bytes, list[tuple[int, bytes, str]]] = defaultdict(list)
        self.digits: dict[tuple[str, ...], list[tuple[int, tuple[str, ...], str]]] = defaultdict(list)
        for what, arrays in hidden.items():
            for array in arrays:
                self._add(array, f"a hidden example of {what}")

    def _add(self, array: Array, what: str) -> None:
        digits = _digits(array)
        starts = range(len(digits) - KEY_NUMBERS + 1)
        start = max(starts, key=lambda place: len(set(digits[place : place + KEY_NUMBERS])))
        self.digits[digits[start : start + KEY_NUMBERS]].append((start, digits, what))
        for dtype in {array.dtype.newbyteorder("<").str, *DTYPES}:
            with np.errstate(all="ignore"):
                cast = array.astype(dtype)
            raw = cast.tobytes()
            if len(raw) >= KEY_BYTES and (dtype == ROUNDED or np.array_equal(cast, array)):
                at = min(start * cast.itemsize, len(raw) - KEY_BYTES)
                self.raw[raw[at : at + KEY_BYTES]].append((at, raw, what))

    def in_bytes(self, data: bytes) -> set[str]:
        """What stands in these bytes."""
        return {
            what
            for place in range(len(data) - KEY_BYTES + 1)
            for at, raw, what in self.raw.get(data[place : place + KEY_BYTES], ())
            if place >= at and data.startswith(raw, place - at)
        }

    def in_text(self, text: str) -> Iterator[tuple[int, str]]:
        """Line and description of arrays that are written out in a text."""
        found = list(NUMBER.finditer(text))
        digits = tuple(f"{float(number[0]):.5g}" for number in found)
        for place in range(len(digits) - KEY_NUMBERS + 1):
            for at, wanted, what in self.digits.get(digits[place : place + KEY_NUMBERS], ()):
                if place >= at and digits[place - at : place - at + len(wanted)] == wanted:
                    yield text.count("\n", 0, found[place - at].start()) + 1, what
