"""What a bundle holds of its checks: an index, and the public examples of each exercise."""

from __future__ import annotations

import difflib
import importlib.util
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec

from grader import recorded, wire
from grader.errors import GraderError, SubmissionError, UsageError
from grader.networks.parts import Part
from grader.recorded import Recording
from grader.worker.source import ExerciseSpec

__all__ = [
    "EXAMPLES",
    "INDEX",
    "LIBRARIES",
    "Index",
    "PublicCheck",
    "PublicExercise",
    "PublicNetwork",
    "examples",
    "index",
    "require",
]

EXAMPLES = Path(__file__).with_name("examples")
INDEX = "index.json"
# What grading has for students to import, by the name in their code, and what pip is to install for it.
LIBRARIES = {
    "PIL": "pillow",
    "cv2": "opencv-python-headless",
    "imageio": "imageio",
    "keras": "-r requirements-keras.txt",
    "matplotlib": "matplotlib",
    "numpy": "numpy",
    "scipy": "scipy",
    "tensorflow": "-r requirements-keras.txt",
}


class PublicCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an exercise's feedback; without `probes` and `judge` it is made at hand-in alone.

    `judge` says, with what it is told, what judges the check where comparing answers with those of the examples is not
    all of it. `hints` are given one after the other, when they are asked for; the first is a question.
    """

    name: str
    title: str
    hints: tuple[str, ...]
    after: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    judge: tuple[str | int, ...] = ()

    @property
    def made(self) -> bool:
        """Whether it can be made before hand-in."""
        return bool(self.probes or self.judge)


class PublicNetwork(msgspec.Struct, frozen=True, kw_only=True):
    """The network that an exercise builds: who builds it and of what arguments, for which pictures, its parts."""

    function: str
    args: tuple[Any, ...]
    size: tuple[int, ...]
    parts: tuple[Part, ...]

    @property
    def classes(self) -> int:
        """How many answers the last layer is to give; 0 where that is not for the caller to choose."""
        return self.args[1] if len(self.args) > 1 else 0


class PublicExercise(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise: what its source is read with, its time limits, its checks."""

    title: str
    spec: ExerciseSpec
    import_seconds: float
    call_seconds: float
    reference_factor: float
    checks: tuple[PublicCheck, ...]
    network: PublicNetwork | None = None

    @property
    def name(self) -> str:
        """The module that students fill in."""
        return self.spec.name


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """The exercises of a bundle in the order in which they are taught."""

    course: str
    exercises: tuple[PublicExercise, ...]

    def choose(self, name: str) -> tuple[PublicExercise, list[str]]:
        """The exercise of that name, and its checks or the one in `exercise.check`; UsageError naming what there is."""
        name = name.replace("\\", "/").rpartition("/")[2]
        first, _, second = name.removesuffix(".py").removesuffix(".ipynb").partition(".")
        known = {exercise.name: exercise for exercise in self.exercises}
        if first not in known:
            raise UsageError(f"No exercise is called {first!r}; {_cure(first, known)}")
        checks = [check.name for check in known[first].checks]
        if second and second not in checks:
            raise UsageError(f"{first} has no check called {second!r}; {_cure(second, checks)}")
        return known[first], [second] if second else checks


def _cure(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"choose from: {', '.join(known)}."


def index() -> Index:
    """The index of this bundle; GraderError where there is none."""
    try:
        return msgspec.json.decode((EXAMPLES / INDEX).read_bytes(), type=Index)
    except (OSError, msgspec.DecodeError):
        cure = "they come with the folder that students get (`grader release` writes it)"
        raise GraderError(f"There are no public checks in this copy of the grader; {cure}.") from None


def examples(exercise: str) -> Recording:
    """The public examples of an exercise; GraderError where they cannot be read."""
    try:
        return recorded.unpacked((EXAMPLES / f"{exercise}.bin").read_bytes())
    except (OSError, wire.WireError, KeyError, TypeError):
        cure = "get the folder of the course once more"
        raise GraderError(f"The public examples of {exercise} are missing or damaged; {cure}.") from None


def require(exercise: PublicExercise) -> None:
    """SubmissionError where the libraries of an exercise are not installed."""
    if exercise.spec.template == "keras" and importlib.util.find_spec("keras") is None:
        raise SubmissionError(f"Keras is not installed; run: pip install {LIBRARIES['keras']}")
