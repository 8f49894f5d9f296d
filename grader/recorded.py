"""Recorded examples: inputs, expected answers and those of known mistakes, drawn once and replayed for everybody."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from numpy.typing import NDArray

from grader import wire
from grader.errors import GraderError
from grader.probing import PictureFile, Raises, ShapeOf
from grader.wire import Value

__all__ = ["Example", "Mistake", "Recording", "Replay", "fingerprint", "read", "write"]

PICTURE = "pictures:"
LIMIT = 1 << 28


class StoredAnswer(msgspec.Struct, frozen=True):
    """An expected or modelled answer: a value, an exception's class, or a shape alone."""

    value: Value | None = None
    raises: str = ""
    shape: tuple[int, ...] | None = None


class StoredCall(msgspec.Struct, frozen=True):
    """One recorded call. `models` is aligned with the probe's misconceptions; None where a model says nothing."""

    args: tuple[Value, ...]
    expected: StoredAnswer
    tolerance: float
    public: bool
    models: tuple[StoredAnswer | None, ...]


class Mistake(msgspec.Struct, frozen=True):
    """The words for one misconception."""

    name: str
    observation: str
    reason: str
    next_step: str


class StoredProbe(msgspec.Struct, frozen=True):
    """All calls of one probe; `drawn_from` names the strategy, the secret and the count that the inputs came from."""

    name: str
    function: str
    drawn_from: str
    twice: bool
    intact: bool
    effects: bool
    seconds: float
    mistakes: tuple[Mistake, ...]
    calls: tuple[StoredCall, ...]


class StoredRecording(msgspec.Struct, frozen=True):
    """The header of a recording file; array buffers follow in the order args, expected, models, call by call."""

    exercise: str
    secret: str
    versions: dict[str, str]
    files: dict[str, bytes]
    probes: tuple[StoredProbe, ...]


DECODER = msgspec.msgpack.Decoder(StoredRecording)


@dataclass(frozen=True, eq=False)
class Example:
    """One call with what is known about it; arrays are as they were drawn, memory layout included."""

    args: tuple[Any, ...]
    expected: Any
    tolerance: float
    public: bool
    models: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Replay:
    """A probe as it is replayed."""

    name: str
    function: str
    drawn_from: str
    twice: bool
    intact: bool
    effects: bool
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
    buffers: list[bytes] = []
    probes = tuple(_store(probe, buffers) for probe in recording.probes.values())
    header = StoredRecording(recording.exercise, recording.secret, recording.versions, recording.files, probes)
    return zlib.compress(wire.frame(header, buffers), 9)


def _store(probe: Replay, buffers: list[bytes]) -> StoredProbe:
    calls = tuple(_store_call(example, buffers) for example in probe.examples)
    kept = probe.name, probe.function, probe.drawn_from, probe.twice, probe.intact, probe.effects, probe.seconds
    return StoredProbe(*kept, probe.mistakes, calls)


def _store_call(example: Example, buffers: list[bytes]) -> StoredCall:
    args = tuple(
        wire.Text(PICTURE + arg.name) if isinstance(arg, PictureFile) else wire.pack(arg, buffers, exact=True)
        for arg in example.args
    )
    expected = _answer(example.expected, buffers)
    models = tuple(None if model is None else _answer(model, buffers) for model in example.models)
    return StoredCall(args, expected, example.tolerance, example.public, models)


def _answer(answer: Any, buffers: list[bytes]) -> StoredAnswer:
    match answer:
        case Raises():
            return StoredAnswer(raises=answer.error)
        case ShapeOf():
            return StoredAnswer(shape=answer.shape)
    return StoredAnswer(wire.pack(answer, buffers))


def read(path: Path) -> Recording:
    """The recording in a file; GraderError where there is none or it cannot be read."""
    try:
        data = zlib.decompress(path.read_bytes())
        header, _ = wire.sizes(data[: wire.PREFIX.size], LIMIT)
        start = wire.PREFIX.size
        stored, take = wire.unpack(data[start : start + header], data[start + header :], DECODER)
        probes = {probe.name: _replay(probe, take, stored.files) for probe in stored.probes}
    except FileNotFoundError:
        raise GraderError(f"there are no recorded examples at {path.name}; run: grader sync") from None
    except (zlib.error, wire.WireError, OSError) as error:
        raise GraderError(f"the recorded examples in {path.name} cannot be read ({error}); run: grader sync") from None
    return Recording(stored.exercise, stored.secret, stored.versions, stored.files, probes)


Take = Callable[[wire.Array], NDArray[Any]]


def _replay(probe: StoredProbe, take: Take, files: dict[str, bytes]) -> Replay:
    examples = tuple(_example(call, take, files) for call in probe.calls)
    kept = probe.name, probe.function, probe.drawn_from, probe.twice, probe.intact, probe.effects, probe.seconds
    return Replay(*kept, probe.mistakes, examples)


def _example(call: StoredCall, take: Take, files: dict[str, bytes]) -> Example:
    args = []
    for arg in call.args:
        if isinstance(arg, wire.Text) and arg.value.startswith(PICTURE):
            name = arg.value.removeprefix(PICTURE)
            args.append(PictureFile(name, files[name]))
        else:
            args.append(wire.value_of(arg, take, fresh=True))
    expected = _read_answer(call.expected, take)
    models = tuple(None if model is None else _read_answer(model, take) for model in call.models)
    return Example(tuple(args), expected, call.tolerance, call.public, models)


def _read_answer(answer: StoredAnswer, take: Take) -> Any:
    if answer.raises:
        return Raises(answer.raises)
    if answer.shape is not None:
        return ShapeOf(answer.shape)
    assert answer.value is not None
    return wire.value_of(answer.value, take)
