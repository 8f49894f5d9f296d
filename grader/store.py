"""Results by exercise, kept by a hash of everything that they depend on, so that nothing is graded twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from grader.errors import GraderError, SubmissionError
from grader.files import write_whole
from grader.intake.folder import read_regular
from grader.model import ExerciseResult, Submission
from grader.seals import ANALYSIS, Parts, changes, seal
from grader.worker.source import Facts, within_reach

__all__ = ["MOST_BYTES", "Store"]

MOST_BYTES = 1 << 24
RESULT = msgspec.json.Decoder(ExerciseResult)
FACTS = msgspec.json.Decoder(tuple[Facts, ...])
PARTS = msgspec.json.Decoder(dict[str, Parts])
T = TypeVar("T")


class Store:
    """A folder of results; `parts` tells what those of each exercise depend on beside the submission."""

    def __init__(self, folder: Path, parts: Mapping[str, Parts]) -> None:
        self.folder = folder
        self.parts = parts
        self.seals = {name: seal(own) for name, own in parts.items()}
        folder.mkdir(parents=True, exist_ok=True)

    def key(self, exercise: str, submission: Submission, known: Mapping[str, Facts]) -> str:
        """The name under which the result of one exercise of a submission is kept; `known` are facts by exercise."""
        facts = known if submission.notebooks else known[exercise]  # which file counts for others is told by theirs
        parts = [self.seals[exercise].encode(), msgspec.msgpack.encode(facts)]
        near = within_reach(exercise, known, submission.modules, submission.notebooks)
        for name, code in sorted([*near.items(), *submission.notebooks.items()]):
            parts += [name.encode(), hashlib.sha256(code).digest()]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    def get(self, key: str) -> ExerciseResult | None:
        """The kept result, or None where there is none that can be read."""
        return self._read(f"{key}.json", RESULT)

    def put(self, key: str, result: ExerciseResult) -> None:
        """Keeps a result, whole or not at all; GraderError where it cannot be kept: what goes on would be lost."""
        self._write(f"{key}.json", msgspec.json.encode(result))

    def facts(self, digest: str) -> tuple[Facts, ...] | None:
        """What the analysis of a submission with this hash said, if that is known."""
        return self._read(self._facts(digest), FACTS)

    def put_facts(self, digest: str, facts: tuple[Facts, ...]) -> None:
        """Keeps what an analysis said."""
        self._write(self._facts(digest), msgspec.json.encode(facts))

    def _facts(self, digest: str) -> str:
        return f"facts-{hashlib.sha256((self.seals[ANALYSIS] + digest).encode()).hexdigest()}.json"

    def stale(self) -> list[str]:
        """What results of earlier runs count no longer, and why, in sentences."""
        kept = self._read("parts.json", PARTS) or {}
        return changes(kept, self.parts)

    def settle(self) -> None:
        """Remembers what the results of this run depend on, once all of them are kept."""
        kept = self._read("parts.json", PARTS) or {}
        if (now := {**kept, **self.parts}) != kept:
            self._write("parts.json", msgspec.json.encode(now))

    def _read(self, name: str, decoder: msgspec.json.Decoder[T]) -> T | None:
        with suppress(OSError, SubmissionError, GraderError, msgspec.DecodeError):
            return decoder.decode(read_regular(self.folder / name, MOST_BYTES))
        return None

    def _write(self, name: str, data: bytes) -> None:
        try:
            write_whole(self.folder / name, data, lasting=True)
        except OSError as error:
            raise GraderError(
                f"{self.folder} cannot be written to ({error.strerror}), so what is graded would be lost. "
                "What was graded so far is kept: mend this, and run the same command to go on."
            ) from None
