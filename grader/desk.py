"""The judge's desk: course, template and recordings at hand; opens submissions and hands out `student` fixtures."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import site
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from grader import recorded
from grader.containment import canary, levels
from grader.course import Exercise, Limits
from grader.errors import GraderError
from grader.files import write_whole
from grader.fixture import StudentFixture
from grader.messages import Analyse, Analysed
from grader.model import Submission
from grader.outcomes import Stop
from grader.probing import PictureFile
from grader.recorded import Recording
from grader.settings import MOST_COPIED
from grader.student import Bench, Student
from grader.versions import missing
from grader.warm import Template
from grader.worker.lock import shield
from grader.worker.source import ExerciseSpec, Facts, sources_for

__all__ = ["Case", "Desk", "spec_of"]

FACTS = msgspec.msgpack.Decoder(list[Facts])
LIBRARIES = frozenset({"PIL", "cv2", "imageio", "matplotlib", "scipy"})
# With these a template has several times the memory, and a fork of it takes several times as long: code that imports
# none of them is not to pay for it.
LARGE = frozenset({"cv2", "matplotlib", "scipy"})
ANALYSIS_SECONDS = 10.0
# Longer than any honest retry: whoever holds the lock then is a process that a submission left behind.
ALONE_SECONDS = 120.0
# Seconds that `_workload` takes on the machine that the limits of `course.toml` were set on.
WORKLOAD_SECONDS = 0.012
# Where the grader, the libraries and Python lie: nothing that a student has a use for.
PLACES = (*map(Path, site.getsitepackages()), Path(__file__).parents[1], Path(sys.prefix), Path(sys.base_prefix))


def spec_of(exercise: Exercise, exercises: Path) -> ExerciseSpec:
    """What the analysis has to know of an exercise; the stub is what students were given."""
    path = exercises / f"{exercise.name}.py"
    stub = path.read_text("utf-8") if path.is_file() else ""
    return ExerciseSpec(
        name=exercise.name,
        functions=exercise.functions,
        forbidden=exercise.forbidden,
        stub=stub,
        template=exercise.template,
        limits={str(name): value for name, value in exercise.limits.items()},
    )


def _workload() -> float:
    """Seconds that a fixed piece of interpreter and array work takes here, the best of three."""
    image = np.ones((64, 64))
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        for row in range(40):
            for column in range(40):
                float((image[row : row + 3, column : column + 3] * 2.0).sum())
        best = min(best, time.process_time() - started)
    return best


def _small(path: Path) -> bool:
    """Whether a file of the data folder is one that workers get a copy of."""
    return path.is_file() and path.stat().st_size <= MOST_COPIED


def _mend(path: Path, data: bytes) -> None:
    """Writes a file of the scratch folder where it is not there as it should be."""
    try:
        same = not path.is_symlink() and path.read_bytes() == data
    except OSError:
        same = False
    if not same:
        shutil.rmtree(path, ignore_errors=True)
        path.parent.mkdir(exist_ok=True)
        write_whole(path, data)


@dataclass
class Case:
    """One submission under judgement: its sources, what the analysis said, and the fixture of the exercise at hand.

    The analysis may have `broken` down, over everything at once or over some of it.
    """

    submission: Submission
    facts: dict[str, Facts]
    fixtures: dict[str, StudentFixture] = field(default_factory=dict)
    broken: bool = False

    def close(self) -> None:
        """Ends all workers of this submission."""
        for fixture in self.fixtures.values():
            fixture.student.close()
        self.fixtures.clear()


class Desk:
    """Everything that stays the same from submission to submission; `close` ends the template.

    `data` is the folder that workers start in a copy of; without one they start in an empty one.
    `isolation` is the level that workers are locked in at, `closed` are folders that the canary must not see,
    `template` is one that was started before, in a folder that somebody else takes away.
    """

    def __init__(
        self,
        specs: Sequence[ExerciseSpec],
        limits: Limits,
        data: Path | None,
        recordings: Path,
        lock: Path | None = None,
        device: str = "cpu",
        *,
        isolation: str,
        closed: Sequence[Path] = (),
        template: Template | None = None,
    ) -> None:
        shield()  # what the judge knows is out of reach for the code that it judges
        self.specs = {spec.name: spec for spec in specs}
        self.recordings = recordings
        self.cache: dict[str, Recording] = {}
        self.own = None if template is not None else tempfile.TemporaryDirectory(prefix="grader-")
        self.scratch = template.scratch if template is not None else Path(self.own.name if self.own else "")
        self.pictures = self.scratch / "pictures"
        self.pictures.mkdir()
        self.pictures.chmod(0o711)  # pictures of hidden examples lie there too: who is not told a name finds none
        self.files: dict[Path, bytes] = {}
        self.scratch.chmod(0o711)
        self.lock = lock
        slowness = max(1.0, _workload() / WORKLOAD_SECONDS)
        start = self._copied(data)
        locks = msgspec.structs.replace(
            levels.locks_for(isolation), folders=(os.fspath(start),), named=(os.fspath(self.pictures),)
        )
        self.bench = Bench(template or Template(self.scratch), limits, start, locks, slowness, alone=self._alone)
        self.device = device
        self.closed = (*closed, self.pictures)
        places = (self.pictures, start, self.scratch, *PLACES)
        self.places = {os.fspath(place): place.name for place in places}
        self.proven: set[str] = set()
        self.templates = {"numpy": self.bench.template}

    def _copied(self, data: Path | None) -> Path:
        """A copy of the course's data for workers to start in: what they do to it can be mended."""
        folder = self.scratch / (data.name if data else "empty")
        folder.mkdir()
        folder.chmod(0o755)  # whatever the umask: workers may have a user of their own
        if data is None:
            return folder
        self.files |= {folder / path.name: path.read_bytes() for path in sorted(data.iterdir()) if _small(path)}
        for path, content in self.files.items():
            _mend(path, content)
        return folder

    def close(self) -> None:
        """Ends the template and removes the scratch folder."""
        for template in self.templates.values():
            template.close()
        if self.own is not None:
            self.own.cleanup()

    def _kind(self, facts: Facts) -> str:
        """The kind of template that an exercise needs."""
        if {"keras", "tensorflow"}.intersection(facts.imports) and not missing("keras"):
            return "keras"  # where there is none, the import fails as any other does
        kind = self.specs[facts.exercise].template
        return "libraries" if kind == "numpy" and LARGE.intersection(facts.imports) else kind

    def _template(self, kind: str) -> Template:
        """The template of that kind, started when it is needed first."""
        if kind not in self.templates:
            self.templates[kind] = Template(self.scratch, kind, self.device)
        return self.templates[kind]

    def bench_for(self, kind: str, exercise: str) -> Bench:
        """The template of that kind, with the limits of an exercise."""
        limits = msgspec.structs.replace(self.bench.limits, **self.specs[exercise].limits)
        template = self._template(kind)
        if kind != "keras" or self.device == "cpu":
            return replace(self.bench, template=template, limits=limits)
        return replace(self.bench, template=template, limits=limits, device=self.device, locks=levels.on_gpu())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One retry at a time on this machine, for judges that share a lock file."""
        if self.lock is None:
            yield
            return
        with open(self.lock, "a", encoding="ascii") as handle:
            until = time.monotonic() + ALONE_SECONDS
            while time.monotonic() < until:
                with suppress(BlockingIOError):
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                time.sleep(0.05)
            yield

    def prove(self, kind: str, exercise: str) -> int:
        """Sends a canary into a worker of a template, once; how many things it was refused, or IsolationError."""
        if kind in self.proven:
            return 0
        bench = self.bench_for(kind, exercise)
        tried = canary.prove(bench, self.scratch, self.closed, keras=kind == "keras")
        self.proven.add(kind)
        return tried

    def open(self, submission: Submission) -> Case:
        """Analyses the sources in a worker of their own, before any of them runs."""
        self.prove("numpy", next(iter(self.specs)))
        self._restore()
        facts = self._analyse(submission, list(self.specs.values()))
        each = facts or [self._one(submission, spec) for spec in self.specs.values()]
        return Case(submission, {fact.exercise: fact for fact in each}, broken=facts is None)

    def reopen(self, submission: Submission, facts: Sequence[Facts]) -> Case:
        """A submission whose sources have been analysed."""
        self._restore()
        return Case(submission, {fact.exercise: fact for fact in facts})

    def _one(self, submission: Submission, spec: ExerciseSpec) -> Facts:
        """The facts of one exercise where the analysis of everything at once broke down."""
        modules = {
            name: code for name, code in submission.modules.items() if name == spec.name or name not in self.specs
        }
        alone = Submission(student=submission.student, modules=modules, notebooks=submission.notebooks)
        facts = self._analyse(alone, [spec])
        if facts:
            return facts[0]
        text = f"{spec.name} cannot be read: Python gave up on its source. Is it nested very deeply, or very large?"
        return Facts(exercise=spec.name, origin="module", path=f"{spec.name}.py", status="import_error", message=text)

    def _analyse(self, submission: Submission, specs: list[ExerciseSpec]) -> list[Facts] | None:
        worker = self.bench.worker()
        try:
            encoded = msgspec.msgpack.encode(specs)
            worker.post(Analyse(submission.modules, submission.notebooks, encoded))
            reply, _ = worker.next(ANALYSIS_SECONDS * self.bench.slowness, 4 * ANALYSIS_SECONDS * self.bench.slowness)
        except Stop:
            return None
        worker.end()
        if not isinstance(reply, Analysed):
            raise GraderError("the analysis of a submission gave no answer")
        return FACTS.decode(reply.facts)

    def prepare(self, case: Case, exercises: Sequence[str]) -> None:
        """Has templates start, and import what these exercises will need, in the background."""
        for facts in map(case.facts.__getitem__, exercises):
            if facts.status == "ok":
                self._template(self._kind(facts)).preload(sorted(LIBRARIES.intersection(facts.imports)))

    def fixture(self, case: Case, exercise: str) -> StudentFixture:
        """The `student` of one exercise, made when first asked for."""
        if exercise not in case.fixtures:
            kind = self._kind(case.facts[exercise])
            self.prove(kind, exercise)
            self.prepare(case, [exercise])  # some libraries can be imported where they may write, and not behind a lock
            bench = self.bench_for(kind, exercise)
            modules, notebooks = case.submission.modules, case.submission.notebooks
            student = Student(exercise, sources_for(self.specs[exercise], case.facts, modules, notebooks), bench)
            case.fixtures[exercise] = StudentFixture(student, partial(self.recording, exercise), self.locate)
        return case.fixtures[exercise]

    def recording(self, exercise: str) -> Recording:
        """The recorded examples of an exercise."""
        if exercise not in self.cache:
            self.cache[exercise] = recorded.read(self.recordings / f"{exercise}.bin")
        return self.cache[exercise]

    def tidy(self, text: str) -> str:
        """A text without the places of this machine: what runs elsewhere, or again, reads the same."""
        if os.sep in text:
            for place, name in self.places.items():
                text = text.replace(f"{place}{os.sep}", "").replace(place, name)
        return text

    def locate(self, picture: PictureFile) -> str:
        """The path of a picture for student code: a file in the scratch folder, written once, named by its content."""
        digest = hashlib.sha256(picture.data).hexdigest()[:16]
        path = self.pictures / f"{digest}.{picture.name.partition('.')[2]}"
        if path not in self.files:
            self.files[path] = picture.data
            _mend(path, picture.data)
        return os.fspath(path)

    def _restore(self) -> None:
        """Writes the files that are not there as they should be: without a lock, code may have been at them."""
        if self.bench.locks.landlock and self.bench.locks.seccomp and self.device == "cpu":
            return
        for path, data in self.files.items():
            _mend(path, data)
