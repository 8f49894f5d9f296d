"""The suites of `grader grade` on a whole class in this one process: no worker, no wire, no lock, no fork.

python tests/bench/bare.py CLASS EXERCISE...   prints a line of JSON a submission

Collected checks, recorded examples, which calls are made and tried again, and judging are those of a judge: its own
code. What stands between judge and student is replaced by a call of the student's function, and what counts its time
is written anew after the model of `Student._batch`.
"""

from __future__ import annotations

import gc
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    here = Path(__file__).resolve()
    sys.path[:1] = [str(here.parents[2]), str(here.parents[1])]

import numpy as np

from bench.limit import Alarm
from bench.makeup import ROOT
from grader import desk as desks
from grader import grading, intake, session, wire
from grader.desk import Case, Desk
from grader.fixture import StudentFixture
from grader.messages import Load, Trouble
from grader.model import Submission
from grader.outcomes import Outcome, Raised, Request, Returned, Stop, Stopped
from grader.probing import Made
from grader.settings import Settings
from grader.student import ANSWER_BYTES, FIRST_TRY, Student
from grader.worker import loader, source, template
from grader.worker.instruments import Instrumented
from grader.worker.values import UNCALLED, TooLargeError, outgoing

__all__ = ["Bare", "Direct", "Guest", "fresh", "plain"]


class Libraries:
    """In the place of a template: what would be imported there is imported here."""

    alive = True

    def __init__(self, scratch: Path, kind: str = "numpy", device: str = "cpu") -> None:
        self.loaded: set[str] = set()
        self.preload(["keras"] if kind == "keras" else [])

    def preload(self, names: Sequence[str]) -> None:
        """Imports libraries for good, with all that a template does about them."""
        fresh = [name for name in names if name not in self.loaded]
        if fresh:
            template._preloaded(fresh)
            self.loaded.update(fresh)

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """Nobody is there to be asked."""
        return {}

    def close(self) -> None:
        """Nothing to end."""


class Direct(Instrumented):
    """A student's module in this process: loaded as a worker loads it, called without a frame around it."""

    def __init__(self, output_bytes: int) -> None:
        super().__init__(-1, -1, ANSWER_BYTES)
        self.before = dict(sys.modules)
        self.roots: set[str] = set()
        self.heard = io.StringIO()
        self.output_bytes = output_bytes

    def begin(self, message: Load) -> Trouble | None:
        """Imports the module; what went wrong, if anything did."""
        self.roots = {name.partition(".")[0] for name in (*message.modules, message.exercise)}
        return self.load(message)

    def leave(self) -> None:
        """Forgets the student's modules, and gives back the libraries that were out of bounds."""
        sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, loader.Finder)]
        own = self.roots.union(self.program.own if self.program else ())
        for name in sys.modules.keys() - self.before.keys():
            if name.partition(".")[0] in own or sys.modules[name] is None:
                del sys.modules[name]
        sys.modules.update(self.before)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Takes what is printed; Stop where it is more than the limit."""
        with redirect_stdout(self.heard), redirect_stderr(self.heard):
            yield
        if self.heard.tell() > self.output_bytes:
            raise Stop("output", "it printed more than the limit")

    def told(self) -> bytes:
        """What was printed since the last time."""
        text = self.heard.getvalue()
        self.heard.seek(0)
        self.heard.truncate()
        return text.encode("utf-8", "replace")

    def outcome(self, request: Request) -> Outcome:
        """What one call comes to; arguments are copies, as they are in a worker."""
        args = [fresh(arg) for arg in request.args]
        kept = [np.array(arg) if isinstance(arg, np.ndarray) else None for arg in args]
        function = getattr(self.module, request.function, None)
        if not callable(function):
            return Raised(self.no_function(request.function, function))
        try:
            made = [self.makers[arg.by](fresh(arg.given)) if isinstance(arg, Made) else arg for arg in args]
            self.seed(request.salt)
            returned = returned_by(self, request, function, made)
        except TooLargeError:
            return Raised(Trouble("too_large"))
        except BaseException as error:
            seen = self.leftover(error) if request.look else None
            return Raised(self.trouble(error), None if seen is None else plain(seen, request.plain).value)
        changed = tuple(i for i, old in enumerate(kept) if old is not None and not same(old, args[i]))
        return Returned(returned.value, returned.listed, changed)

    def no_function(self, name: str, found: Any) -> Trouble:
        """Why there is nothing to call."""
        if found is not None:
            return Trouble("not_callable", error=type(found).__name__)
        there = sorted(one for one, item in vars(self.module).items() if callable(item) and one[:1] != "_")
        return Trouble("absent", message=", ".join(there)[:2000])


def returned_by(server: Direct, request: Request, function: Callable[..., Any], args: list[Any]) -> Returned:
    """What the function returned, as an instrument sees it where one is asked for."""
    if request.look in UNCALLED:
        return plain(UNCALLED[request.look](function, request.aim), request.plain)
    value = function(*args)
    if request.look:
        value = server.looks[request.look](value, args, fresh(request.aim))
        gc.collect()  # as in a worker: models refer to themselves
    return plain(value, request.plain)


def fresh(value: Any) -> Any:
    """A copy of an argument with its layout in memory."""
    if isinstance(value, np.ndarray):
        form = wire.Array("", value.shape, wire._form(value), bool(value.flags.writeable))
        return wire.lay_out(value, form)
    if isinstance(value, list | tuple):
        return type(value)(map(fresh, value))
    if isinstance(value, dict):
        return {key: fresh(item) for key, item in value.items()}
    return value.item() if isinstance(value, np.generic) else value


def plain(value: Any, exact: bool) -> Returned:
    """What was returned as plain data: numbers and arrays as they are, all else by the rules of the worker."""
    if type(value) in (bool, float) or value is None:
        return Returned(value)
    if type(value) is np.ndarray and value.dtype.str in wire.DTYPES and value.nbytes <= ANSWER_BYTES and not exact:
        return Returned(np.array(value, order="C"))
    buffers: list[bytes] = []
    packed = outgoing(value, buffers, ANSWER_BYTES, exact)
    listed = isinstance(packed, wire.Array) and packed.listed
    return Returned(wire.value_of(packed, wire.Reader(b"".join(buffers)), fresh=exact), listed)


def same(old: Any, new: Any) -> bool:
    """Whether an array was left alone."""
    return bool(old.shape == new.shape and old.dtype == new.dtype and old.tobytes() == new.tobytes())


class Guest(Student):
    """A student whose module is loaded here; which calls are made, and how often, is decided as ever."""

    worker: Any

    def _start(self) -> None:
        s, limits = self.sources, self.bench.limits
        for share in (FIRST_TRY, 1.0):
            server = Direct(int(limits.output_limit_kb) << 10)
            message = Load(dict(s.modules), dict(s.notebooks), s.facts, s.others, self.exercise, s.forbidden)
            knew, self.knows = self.knows, self.asked > 0
            try:
                with self._counted(server, limits.import_seconds * self.bench.slowness * share):
                    trouble = server.begin(message)
            except Stop as stop:
                server.leave()
                self.broken, self.knows = Stopped(stop), knew
                if stop.kind != "timeout":
                    return
            else:
                self.worker, self.knows = server, False
                self.broken = None if trouble is None else Raised(trouble)
                return

    def _batch(
        self,
        requests: Sequence[Request],
        outcomes: list[Outcome],
        reference_seconds: float | None,
        patience: float = 1.0,
        eager: bool = False,
    ) -> None:
        """Calls one function after the other; a Stop leaves the outcomes before it."""
        server = self.worker
        self.knows |= not self.public
        self.asked += len(requests)
        limit, most, left = self._times(reference_seconds, eager)
        began = time.process_time()
        for request in requests:
            seconds = min(most, max(left - (time.process_time() - began), 0.05))
            try:
                with self._counted(server, seconds):
                    outcome = server.outcome(request)
            except Stop as stop:
                server.leave()
                self._charge(stop, limit, seconds, eager)
                raise
            outcomes.append(outcome)

    @contextmanager
    def _counted(self, server: Direct, seconds: float) -> Iterator[None]:
        """Counts the seconds of the student's code, and ends it after as many as it has; Stop where it came to that."""
        began, used = time.perf_counter(), time.process_time()
        try:
            with Alarm(seconds), server.listening():
                yield
        except TimeoutError:
            raise Stop("timeout", "it took too long") from None
        finally:
            self.seconds += time.perf_counter() - began
            self.spent += max(time.process_time() - used, (time.perf_counter() - began) / 3)
            heard = server.told()
            if self.listening and not self.knows and len(self.printed) < 1 << 16:
                self.printed += heard

    def close(self) -> None:
        """Forgets the module."""
        if self.worker is not None:
            self.worker.leave()
            self.worker = None


class Desktop(Desk):
    """A desk that opens submissions and calls students where it stands."""

    def prove(self, kind: str, exercise: str) -> int:
        """There is no lock to prove."""
        return 0

    def open(self, submission: Submission) -> Case:
        """Analyses the sources here."""
        facts = source.analyse(submission.modules, submission.notebooks, list(self.specs.values()))
        return self.reopen(submission, facts)

    def fixture(self, case: Case, exercise: str) -> StudentFixture:
        """The `student` of one exercise."""
        known = exercise in case.fixtures
        fixture = super().fixture(case, exercise)
        if not known:
            fixture.student = Guest(exercise, fixture.student.sources, fixture.student.bench)
        return fixture


class Bare(session.Session):
    """A judge in this thread, because a signal ends what takes too long; it goes from student to student."""

    def __init__(self, settings: Settings, classroom: Path, tell: Callable[[dict[str, Any]], None]) -> None:
        self.classroom, self.tell = classroom, tell
        super().__init__(settings)

    def _desk(self, template: Any = None) -> Desk:
        kept, session.Desk = session.Desk, Desktop  # type: ignore[misc]
        try:
            return super()._desk(template)
        finally:
            session.Desk = kept  # type: ignore[misc]

    def _run(self) -> None:
        """No thread: `serve` does the work."""

    def serve(self) -> None:
        """Collects the suites, and grades the class."""
        super()._run()

    def pytest_runtestloop(self, session: Any) -> bool:
        """Grades every submission of the class."""
        os.chdir(self.desk.bench.data)
        for entry in intake.scan(self.classroom).entries:
            began = time.perf_counter()
            submission = intake.read(entry, [exercise.name for exercise in self.index.exercises])
            case = self.case = self.desk.open(submission)
            results = [self._result(case, name) for name in self.settings.exercises]
            self.tell(
                {
                    "student": entry.student,
                    "seconds": time.perf_counter() - began,
                    "right": all(one.score == one.max_score for one in results),
                    "failed": {one.name: [c.name for c in one.checks if c.outcome != "passed"] for one in results},
                }
            )
        return True

    def _result(self, case: Case, name: str) -> Any:
        exercise = self.index.exercise(name)
        try:
            return grading.judge_exercise(self.desk, self.index, case, exercise, self.titles[name], self._checks)
        finally:
            case.close()


def main() -> None:
    """Grades the class of the command line."""
    classroom, exercises = Path(sys.argv[1]).resolve(), tuple(sys.argv[2:])
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.stdin = open(os.devnull)  # noqa: SIM115 - for as long as this process lives
    desks.Template = Libraries  # type: ignore[assignment, misc]
    lines = sys.stdout

    def tell(record: dict[str, Any]) -> None:
        print(json.dumps(record), file=lines, flush=True)

    bare = Bare(Settings(root=str(ROOT), exercises=exercises, isolation="locked"), classroom, tell)
    bare.serve()
    bare.close()


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main()
