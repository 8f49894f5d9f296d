"""Recorded examples: inputs, expected answers and those of known mistakes, drawn once and replayed for everybody."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from grader import wire
from grader.errors import GraderError
from grader.probing import Made, PictureFile, Raises, ShapeOf

__all__ = ["Example", "Mistake", "Recording", "Replay", "fingerprint", "packed", "read", "unpacked", "write"]

LIMIT = 1 << 28
# A dictionary with this key stands for an object of the class that it names.
CLASS = "!"
CLASSES: dict[str, Any] = {kind.__name__: kind for kind in (Made, PictureFile, Raises, ShapeOf)}
DECODER: msgspec.msgpack.Decoder[wire.Value] = msgspec.msgpack.Decoder(wire.Value)


class Mistake(msgspec.Struct, frozen=True):
    """The words for one misconception."""

    name: str
    observation: str
    reason: str
    next_step: str


@dataclass(frozen=True, eq=False)
class Example:
    """One call with what is known about it; arrays are as they were drawn, memory layout included.

    `models` is aligned with the probe's misconceptions; None where a model says nothing.
    """

    args: tuple[Any, ...]
    expected: Any
    tolerance: float
    public: bool
    models: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Replay:
    """A probe as it is replayed; `drawn_from` names the strategy, the secret and the count that inputs came from."""

    name: str
    function: str
    drawn_from: str
    twice: bool
    intact: bool
    effects: bool
    dtype: str
    look: str
    seconds: float
    mistakes: tuple[Mistake, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Recording:
    """The recorded examples of one exercise.

    `files` are pictures by name, `versions` what computed the answers, `secret` a fingerprint of the course's secret
    that the inputs were drawn from.
    """

    exercise: str
    secret: str
    versions: dict[str, str]
    files: dict[str, bytes]
    probes: dict[str, Replay]


def fingerprint(secret: str) -> str:
    """What a recording tells of the secret."""
    return hashlib.sha256(f"recorded from {secret}".encode()).hexdigest()[:16]


def write(recording: Recording) -> bytes:
    """The bytes of a recording file."""
    return zlib.compress(packed(recording), 9)


def packed(recording: Recording) -> bytes:
    """A recording as a frame of the wire: its arrays stand there byte by byte."""
    plain = _fields(recording) | {
        "files": {name: np.frombuffer(data, np.uint8) for name, data in recording.files.items()},
        "probes": [_frozen_probe(probe) for probe in recording.probes.values()],
    }
    buffers: list[bytes] = []
    header = wire.pack(plain, buffers, exact=True)
    return wire.frame(header, buffers)


def _fields(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _frozen_probe(probe: Replay) -> dict[str, Any]:
    return _fields(probe) | {
        "mistakes": [msgspec.structs.astuple(mistake) for mistake in probe.mistakes],
        "examples": [_frozen_example(example) for example in probe.examples],
    }


def _frozen_example(example: Example) -> dict[str, Any]:
    plain = _fields(example)
    plain["expected"] = _frozen(example.expected)
    return plain | {name: tuple(map(_frozen, plain[name])) for name in ("args", "models")}


def _frozen(value: Any) -> Any:
    """A value as plain data; the bytes of a picture stand once, in the list of files."""
    if isinstance(value, PictureFile):
        return {CLASS: "PictureFile", "name": value.name}
    return {CLASS: type(value).__name__} | _fields(value) if type(value).__name__ in CLASSES else value


def read(path: Path) -> Recording:
    """The recording in a file; GraderError where there is none or it cannot be read."""
    try:
        return unpacked(zlib.decompress(path.read_bytes()))
    except FileNotFoundError:
        raise GraderError(f"there are no recorded examples at {path.name}; run: grader sync") from None
    except (zlib.error, wire.WireError, OSError, KeyError, TypeError) as error:
        raise GraderError(f"the recorded examples in {path.name} cannot be read ({error}); run: grader sync") from None


def unpacked(data: bytes) -> Recording:
    """The recording in a frame; WireError, KeyError or TypeError where it holds none."""
    if len(data) < wire.PREFIX.size:
        raise wire.WireError("a recording that was cut short")
    header, _ = wire.sizes(data[: wire.PREFIX.size], LIMIT)
    start = wire.PREFIX.size
    value, take = wire.unpack(data[start : start + header], data[start + header :], DECODER)
    plain = wire.value_of(value, take, fresh=True)
    files = {name: array.tobytes() for name, array in plain["files"].items()}
    probes = [_thawed_probe(probe, files) for probe in plain["probes"]]
    return Recording(**plain | {"files": files, "probes": {probe.name: probe for probe in probes}})


def _thawed_probe(plain: dict[str, Any], files: dict[str, bytes]) -> Replay:
    examples = tuple(_thawed_example(example, files) for example in plain["examples"])
    return Replay(**plain | {"mistakes": tuple(Mistake(*words) for words in plain["mistakes"]), "examples": examples})


def _thawed_example(plain: dict[str, Any], files: dict[str, bytes]) -> Example:
    parts = {name: tuple(_thawed(value, files) for value in plain[name]) for name in ("args", "models")}
    return Example(**plain | parts | {"expected": _thawed(plain["expected"], files)})


def _thawed(value: Any, files: dict[str, bytes]) -> Any:
    if not isinstance(value, dict) or CLASS not in value:
        return value
    given = {name: item for name, item in value.items() if name != CLASS}
    if value[CLASS] == "PictureFile":
        given["data"] = files[given["name"]]
    return CLASSES[value[CLASS]](**given)
