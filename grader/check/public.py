"""What a bundle holds of its checks: an index, and the public examples of each exercise."""

from __future__ import annotations

from pathlib import Path

import msgspec

from grader import recorded, wire
from grader.errors import GraderError
from grader.recorded import Recording
from grader.worker.source import ExerciseSpec

__all__ = ["EXAMPLES", "INDEX", "Index", "PublicCheck", "PublicExercise", "examples", "index"]

EXAMPLES = Path(__file__).with_name("examples")
INDEX = "index.json"


class PublicCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an exercise's feedback; without `probes` it is made at hand-in alone."""

    name: str
    title: str
    hint: str
    after: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()


class PublicExercise(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise: what its source is read with, its time limits, its checks."""

    title: str
    spec: ExerciseSpec
    import_seconds: float
    call_seconds: float
    reference_factor: float
    checks: tuple[PublicCheck, ...]

    @property
    def name(self) -> str:
        """The module that students fill in."""
        return self.spec.name


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """The exercises of a bundle in the order in which they are taught."""

    course: str
    exercises: tuple[PublicExercise, ...]


def index(folder: Path = EXAMPLES) -> Index:
    """The index of this bundle; GraderError where there is none."""
    try:
        return msgspec.json.decode((folder / INDEX).read_bytes(), type=Index)
    except (OSError, msgspec.DecodeError):
        cure = "they come with the folder that students get (`grader release` writes it)"
        raise GraderError(f"There are no public checks in this copy of the grader; {cure}.") from None


def examples(exercise: str, folder: Path = EXAMPLES) -> Recording:
    """The public examples of an exercise; GraderError where they cannot be read."""
    try:
        return recorded.unpacked((folder / f"{exercise}.bin").read_bytes())
    except (OSError, wire.WireError, KeyError, TypeError):
        cure = "get the folder of the course once more"
        raise GraderError(f"The public examples of {exercise} are missing or damaged; {cure}.") from None
