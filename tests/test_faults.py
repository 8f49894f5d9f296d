"""A run that is killed, whose disk is full, whose judges break: nothing graded is lost, and nothing is graded twice."""

from __future__ import annotations

import errno
import os
import random
import re
import signal
import subprocess
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from corpus import ROOT, lay_over
from judges import InProcess, Judge

from grader import cli, files, grading, intake, klass
from grader.errors import GraderError
from grader.intake import Entry
from grader.model import SubmissionResult
from grader.report import pages
from grader.report.charts import histogram_bars
from grader.report.statistics import Histogram
from grader.run import Run, grade_all
from grader.settings import Settings
from grader.tasks import task_from
from grader.warm import Template

__all__: list[str] = []

EXERCISES = ("multiply_sum", "filter_design")
TYPED = [word for name in EXERCISES for word in ("--exercise", name)]
CLASS = {"sum_mean": "Ada", "quiz_misspelt": "Ben"}


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    judge = Judge(EXERCISES, isolation="locked")
    yield judge
    judge.close()


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("class")
    for name, student in CLASS.items():
        lay_over("wrong", name, student, folder)
    (folder / "Torn").mkdir()
    (folder / "Torn" / "multiply_sum.py").symlink_to("nowhere")
    return folder


Answers = dict[tuple[str, str], bytes]


# Kills at every step -------------------------------------------------------------------------------------------------
class Canned:
    """A pool whose answers are there already; each exercise that it is asked for becomes a line of a file."""

    window, shared_fate = 2, True

    def __init__(self, answers: Answers, asked: Path) -> None:
        self.answers, self.asked = answers, asked

    def submit(self, task: bytes) -> Future[bytes]:
        known = task_from(task)
        if known.exercise:
            with open(self.asked, "a") as stream:
                stream.write(f"{known.digest} {known.exercise}\n")
        future: Future[bytes] = Future()
        future.set_result(self.answers[known.digest, known.exercise])
        return future

    def renew(self) -> None:
        raise AssertionError("it cannot break")

    def close(self, *, now: bool = False) -> None:
        """Nothing is open."""


class Learning(InProcess):
    """A pool that remembers what it was asked and what it answered."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.answers: Answers = {}

    def submit(self, task: bytes) -> Future[bytes]:
        future, known = super().submit(task), task_from(task)
        self.answers[known.digest, known.exercise] = future.result()
        return future


@pytest.fixture(scope="module")
def learnt(submitted: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Answers, Path]]:
    """Every task of the class with its answer, and OUT of a run that nothing disturbed."""
    out, pools = tmp_path_factory.mktemp("undisturbed"), []

    def learning(this: Run, *_: object) -> Learning:
        pools.append(Learning(this.settings))
        return pools[0]

    drawn: dict[str, Any] = {}  # charts are drawn once: hundreds of runs come to the same ones

    def bars(spread: Histogram, unit: str) -> Any:
        if (key := f"{spread} {unit}") not in drawn:
            drawn[key] = histogram_bars(spread, unit)
        return drawn[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(pages._ENVIRONMENT.filters, "histogram_bars", bars)
        with patch.context() as inner:
            inner.setattr(klass, "_pool", learning)
            assert grade(submitted, out) == 0
        pools[0].end()
        yield pools[0].answers, out


def grade(submitted: Path, out: Path, *more: str) -> int:
    return cli.main(["grade", str(submitted), "--out", str(out), *TYPED, *more])


class Count:
    """Calls of `then` at one of the steps that change the disk, and at none or all after it."""

    def __init__(self, at: int, then: Callable[[], None], on: bool = False) -> None:
        self.number, self.at, self.then, self.on = 0, at, then, on

    def step(self) -> None:
        self.number += 1
        if self.number == self.at or (self.on and self.number > self.at):
            self.then()


class Watched:
    """The module `os` as `grader.files` sees it: steps are half of a write, all of it, a sync and a rename."""

    def __init__(self, count: Count) -> None:
        self.count = count

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def fdopen(self, descriptor: int, mode: str) -> Any:
        watched, stream = self, os.fdopen(descriptor, mode)

        class Stream:
            def __enter__(self) -> Stream:
                return self

            def __exit__(self, *_: object) -> None:
                stream.close()

            def __getattr__(self, name: str) -> Any:
                return getattr(stream, name)

            def write(self, data: bytes) -> None:
                stream.write(data[: len(data) // 2])
                stream.flush()
                watched.count.step()
                stream.write(data[len(data) // 2 :])
                stream.flush()
                watched.count.step()

        return Stream()

    def fsync(self, descriptor: int) -> None:
        os.fsync(descriptor)
        self.count.step()

    def replace(self, old: str, new: Path) -> None:
        os.replace(old, new)
        self.count.step()


def disturbed(learnt: Answers, submitted: Path, out: Path, asked: Path, count: Count) -> int:
    """The status of a run in a process of its own; what it steps on is counted, and its answers are there already."""
    with warnings.catch_warnings():  # the child starts none of the threads that Python warns of
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        status = 99
        try:
            sys.stdout = sys.stderr = open(asked.with_name("said"), "a")  # noqa: SIM115 - until the process ends
            klass._pool = lambda *_: Canned(learnt, asked)  # type: ignore[assignment]
            files.os = Watched(count)  # type: ignore[assignment]
            status = grade(submitted, out)
            sys.stdout.flush()
            asked.with_name("steps").write_text(str(count.number))
        except BaseException:
            traceback.print_exc(file=sys.stderr)
        finally:
            sys.stderr.flush()
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def outputs(out: Path) -> dict[str, bytes]:
    """All that a run leaves but for its own store; the class page without the section that tells times."""
    found = {path.relative_to(out): path for path in out.rglob("*") if path.is_file()}
    texts = {str(name): path.read_bytes() for name, path in found.items() if name.parts[:2] != (".grader", "store")}
    texts["index.html"] = re.sub(rb'<section id="time">.*?</section>', b"", texts["index.html"], flags=re.S)
    return {name: text for name, text in texts.items() if name not in (".grader/alone", ".grader/lock")}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a file")


def steps_of(learnt: tuple[Answers, Path], submitted: Path, folder: Path) -> int:
    """How many steps a run takes that nothing disturbs."""
    folder.mkdir()
    assert disturbed(learnt[0], submitted, folder / "out", folder / "asked", Count(0, die)) == 0
    assert outputs(folder / "out") == outputs(learnt[1])
    return int((folder / "steps").read_text())


def asked_for(path: Path) -> list[str]:
    return path.read_text().split("\n")[:-1] if path.exists() else []


def test_a_run_killed_at_any_step_goes_on(learnt: tuple[Answers, Path], submitted: Path, tmp_path: Path) -> None:
    """Within and after each write, after each sync and each rename."""
    answers, undisturbed = learnt
    steps = steps_of(learnt, submitted, tmp_path / "counted")
    assert steps > 50
    for at in range(1, steps + 1):
        folder = tmp_path / str(at)
        folder.mkdir()
        kept = folder / "out" / ".grader" / "store"
        assert disturbed(answers, submitted, folder / "out", folder / "first", Count(at, die)) == -signal.SIGKILL
        there = len([path for path in kept.iterdir() if re.fullmatch("[0-9a-f]{64}.json", path.name)])
        assert disturbed(answers, submitted, folder / "out", folder / "second", Count(0, die)) == 0
        assert outputs(folder / "out") == outputs(undisturbed), at
        wanted = set(asked_for(tmp_path / "counted" / "asked"))
        assert len(asked_for(folder / "second")) == len(wanted) - there, at  # what was kept is not graded again


def test_a_full_disk_stops_the_run_and_loses_nothing(
    learnt: tuple[Answers, Path], submitted: Path, tmp_path: Path
) -> None:
    answers, undisturbed = learnt
    steps = steps_of(learnt, submitted, tmp_path / "counted")
    for at in range(1, steps + 1, 5):
        folder = tmp_path / str(at)
        folder.mkdir()
        assert disturbed(answers, submitted, folder / "out", folder / "first", Count(at, full, on=True)) == 1
        said = (folder / "said").read_text()
        assert "No space left on device" in said
        assert "kept" in said
        assert "Traceback" not in said
        assert not list((folder / "out").rglob(".part-*"))
        assert disturbed(answers, submitted, folder / "out", folder / "second", Count(0, full)) == 0
        assert outputs(folder / "out") == outputs(undisturbed), at


# What breaks in a judge ----------------------------------------------------------------------------------------------
FAULTS: dict[str, Callable[[], BaseException]] = {
    "out of memory": lambda: MemoryError("no memory for this"),
    "out of file descriptors": lambda: OSError(errno.EMFILE, os.strerror(errno.EMFILE)),
    "template gone": lambda: GraderError("the worker template ended or fell silent"),
    "a fault of ours": lambda: ZeroDivisionError("division by zero"),
}


def graded(judge: Judge, submitted: Path) -> dict[str, SubmissionResult]:
    """The class, each submission graded anew, by student."""
    run = Run(judge.course, judge.settings, intake.scan(submitted))
    return {one.result.student: one.result for one in grade_all(run, judge.pool, lambda done, everything: None)}


def scores(results: dict[str, SubmissionResult]) -> dict[str, dict[str, float]]:
    return {student: {one.name: one.score for one in result.exercises} for student, result in results.items()}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("times", [1, 2])
def test_a_fault_costs_its_exercise_and_is_tried_once_more(
    judge: Judge, submitted: Path, fault: str, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed, left, judged = graded(judge, submitted), [times], grading.judge_exercise

    def broken(desk: Any, course: Any, case: Any, exercise: Any, *rest: Any) -> Any:
        if exercise.name == "filter_design" and left[0]:
            left[0] -= 1
            raise FAULTS[fault]()
        return judged(desk, course, case, exercise, *rest)

    monkeypatch.setattr(grading, "judge_exercise", broken)
    results = graded(judge, submitted)
    assert left == [0]
    if times == 1:
        assert scores(results) == scores(undisturbed)
        return
    states = {student: result.state for student, result in results.items()}
    assert states == {"Ada": "error", "Ben": "graded", "Torn": "refused"}
    hit = {one.name: one.status for one in results["Ada"].exercises}
    assert hit == {"multiply_sum": "graded", "filter_design": "error"}
    assert str(FAULTS[fault]()) in results["Ada"].why
    assert scores(results)["Ada"]["multiply_sum"] == scores(undisturbed)["Ada"]["multiply_sum"]
    assert scores(results)["Ben"] == scores(undisturbed)["Ben"]


@pytest.mark.parametrize("task", ["", "multiply_sum"])
def test_a_template_that_is_killed_is_replaced(judge: Judge, submitted: Path, task: str) -> None:
    """Between two tasks, and in the middle of one."""
    undisturbed, desk, left = graded(judge, submitted), judge.pool.session.desk, [1]
    opened, judged = desk.open, desk.fixture

    def killed(*arguments: Any) -> Any:
        if left[0]:
            left[0] -= 1
            os.kill(desk.bench.template.process.pid, signal.SIGKILL)
        return (judged if task else opened)(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk, "fixture" if task else "open", killed)
        results = graded(judge, submitted)
    assert left == [0]
    assert scores(results) == scores(undisturbed)


def test_a_template_that_is_killed_while_it_starts_is_replaced(
    submitted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = Template._start

    def killed(template: Template) -> None:
        started(template)
        monkeypatch.setattr(Template, "_start", started)
        template.process.kill()
        template.process.wait()

    monkeypatch.setattr(Template, "_start", killed)
    judge = Judge(EXERCISES)
    results = graded(judge, submitted)
    judge.close()
    assert Template._start is started
    assert {student: result.state for student, result in results.items()}["Ben"] == "graded"


@pytest.mark.parametrize("times", [1, 2])
def test_a_submission_that_cannot_be_read_costs_nobody_else(
    judge: Judge, submitted: Path, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed, left, read = graded(judge, submitted), [times], intake.read

    def failing(entry: Entry, names: Sequence[str]) -> Any:
        if entry.student == "Ada" and left[0]:
            left[0] -= 1
            raise GraderError("convolve.py could not be read (Input/output error)")
        return read(entry, names)

    monkeypatch.setattr(intake, "read", failing)
    results = graded(judge, submitted)
    assert left == [0]
    assert scores(results)["Ben"] == scores(undisturbed)["Ben"]
    if times == 1:
        assert scores(results) == scores(undisturbed)
    else:
        assert (results["Ada"].state, results["Ada"].why) == (
            "error",
            "convolve.py could not be read (Input/output error)",
        )


def test_a_clock_that_goes_backwards_changes_nothing(
    judge: Judge, submitted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed, began = graded(judge, submitted), time.time()
    now = [began]

    def backwards() -> float:
        now[0] -= 3600
        return now[0]

    monkeypatch.setattr(time, "time", backwards)
    assert scores(graded(judge, submitted)) == scores(undisturbed)
    assert time.time() < began


def test_few_descriptors_are_named_and_cost_no_mark(submitted: Path, tmp_path: Path) -> None:
    """A run that cannot open enough files says so and gives no zero; afterwards the same command goes on."""
    typed = [sys.executable, "-m", "grader", "grade", str(submitted), "--out", str(tmp_path / "out"), *TYPED]
    shell = ["bash", "-c", 'ulimit -n 17; exec "$@"', "bash", *typed]
    few = subprocess.run(shell, cwd=ROOT, capture_output=True, text=True, check=False)
    assert few.returncode == 1, few.stdout + few.stderr
    assert "Too many open files" in few.stderr
    assert "Traceback" not in few.stderr
    enough = subprocess.run(typed, cwd=ROOT, capture_output=True, text=True, check=False)
    assert enough.returncode == 0, enough.stderr


# Kills at random -----------------------------------------------------------------------------------------------------
KILLS = int(os.environ.get("GRADER_KILLS", "6"))


def family(pid: int) -> list[psutil.Process]:
    """A run with its judges, templates and workers, as far as they are there."""
    try:
        root = psutil.Process(pid)
        found = [root, *root.children(recursive=True)]
        return [one for one in found if one.status() != psutil.STATUS_ZOMBIE]
    except psutil.NoSuchProcess:
        return []


def test_whatever_is_killed_the_marks_come_out(tmp_path: Path) -> None:
    """Runs over one class, one process of each killed at some moment, until that has happened often enough."""
    folder, out, chance = tmp_path / "class", tmp_path / "out", random.Random(5)
    folder.mkdir()
    for number in range(KILLS):
        target = lay_over("wrong", ["sum_mean", "quiz_misspelt", "sum_absolute"][number % 3], f"s{number:02}", folder)
        for name in EXERCISES:
            with open(target / f"{name}.py", "a", encoding="utf-8") as stream:
                stream.write(f"\n# {number}\n")
    typed = [sys.executable, "-m", "grader", "grade", str(folder), *TYPED, "--jobs", "2", "--out"]
    killed = 0
    while killed < KILLS:
        with subprocess.Popen([*typed, str(out)], cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
            time.sleep(chance.uniform(0.3, 2.5))
            if process.poll() is None and (processes := family(process.pid)):
                with suppress(psutil.NoSuchProcess):
                    chance.choice(processes).kill()
                    killed += 1
            said = process.communicate()[1]
        assert process.returncode in (0, 1, -signal.SIGKILL), said
        # What a process says whose parent was killed while it started is Python's own, and so is the tracker.
        ours = process.returncode != -signal.SIGKILL and "resource_tracker" not in said
        assert not (ours and "Traceback" in said), said
    last = subprocess.run([*typed, str(out)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert last.returncode == 0, last.stderr
    undisturbed = subprocess.run([*typed, str(tmp_path / "other")], cwd=ROOT, capture_output=True, check=False)
    assert undisturbed.returncode == 0
    assert (out / "grades.csv").read_bytes() == (tmp_path / "other" / "grades.csv").read_bytes()
