"""Results by exercise, kept by a hash of everything that they depend on, so that nothing is graded twice."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from pathlib import Path

import msgspec

from grader.desk import MOST_COPIED, Case
from grader.errors import SubmissionError
from grader.files import write_whole
from grader.intake.folder import read_regular
from grader.model import RESULT_VERSION, ExerciseResult

__all__ = ["Store", "seal"]

# Where code can run what no import statement names, a result depends on every module.
DYNAMIC = re.compile(rb"\b(exec|eval|import_module|__import__|runpy|pkgutil|importlib|modules|open|globals)\b")
MOST_BYTES = 1 << 24
# Packages of commands around grading, through which no mark passes.
BESIDE = ("artefacts", "authoring", "check", "classroom", "gradebook", "handout", "proofs", "similarity", "staff")
DECODER = msgspec.json.Decoder(ExerciseResult)


def seal(root: Path, exercise: str, extra: tuple[str, ...]) -> str:
    """A hash of what a result depends on beside the submission: suites, recordings, index, engine, data, versions."""
    digest = hashlib.sha256()
    for path in sorted(_sources(root, exercise)):
        digest.update(f"{path.relative_to(root)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    digest.update("\0".join((str(RESULT_VERSION), *extra)).encode())
    return digest.hexdigest()


def _sources(root: Path, exercise: str) -> list[Path]:
    suites = root / "grader" / "suites"
    others = {suites, *(root / "grader" / name for name in BESIDE)}
    found = (path for pattern in ("*.py", "*.toml") for path in (root / "grader").rglob(pattern))
    engine = [path for path in found if others.isdisjoint(path.parents)]
    own = [
        suites / "recorded" / f"{exercise}.bin",
        *suites.glob("*.py"),
        *suites.glob("*.npz"),
        *suites.glob("words/*.toml"),
    ]
    data = [path for path in (root / "data").glob("*.*") if path.suffix not in (".md", ".toml", ".part")]
    data = [path for path in data if path.stat().st_size <= MOST_COPIED]  # workers get no others
    return [path for path in (*engine, *own, *data) if path.is_file()]


class Store:
    """A folder of results; `seals` maps an exercise to the hash of what its results depend on beside the submission."""

    def __init__(self, folder: Path, seals: dict[str, str]) -> None:
        self.folder = folder
        self.seals = seals
        folder.mkdir(parents=True, exist_ok=True)

    def key(self, exercise: str, case: Case) -> str:
        """The name under which the result of one exercise of a submission is kept."""
        facts, submission = case.facts[exercise], case.submission
        exercises = set(case.facts)
        parts = [self.seals[exercise].encode(), msgspec.msgpack.encode(facts)]
        reached = {exercise, *facts.siblings}
        code_of = [code for name, code in submission.modules.items() if name in reached or name not in exercises]
        if any(DYNAMIC.search(code) for code in code_of):
            reached = exercises
        for name, code in sorted(submission.modules.items()):
            if name in reached or name not in exercises:
                parts += [name.encode(), hashlib.sha256(code).digest()]
        if any(case.facts[name].origin == "notebook" for name in reached if name in case.facts):
            parts += [hashlib.sha256(code).digest() for _, code in sorted(submission.notebooks.items())]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    def get(self, key: str) -> ExerciseResult | None:
        """The kept result, or None where there is none that can be read."""
        try:
            return DECODER.decode(read_regular(self.folder / f"{key}.json", MOST_BYTES))
        except (OSError, SubmissionError, msgspec.DecodeError):
            return None

    def put(self, key: str, result: ExerciseResult) -> None:
        """Keeps a result, whole or not at all; where it cannot be kept, it counts all the same."""
        with suppress(OSError):
            write_whole(self.folder / f"{key}.json", msgspec.json.encode(result))
