"""The line of a run, with judges that do as they are told: who is tried again, who flies alone, who is named."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, Future
from functools import partial
from pathlib import Path

import pytest
from corpus import ROOT

from grader import course as courses
from grader import intake
from grader.errors import GraderError
from grader.model import CheckResult, ExerciseResult
from grader.pools import Local
from grader.run import DIED, Graded, Run, grade_all
from grader.seals import parts_of
from grader.settings import Settings
from grader.store import Store
from grader.tasks import Done, Task, encoded, opened, task_from
from grader.worker.source import Facts

__all__: list[str] = []

COURSE = courses.load(ROOT / "course.toml")
EXERCISES = ("multiply_sum", "filter_design")
SETTINGS = Settings(root=str(ROOT), exercises=EXERCISES, isolation="locked")


class Obedient:
    """Answers by the words in what was handed in: `multiply_sum: dies fails` says what its first two tries come to.

    Tasks wait until the window is full or nothing else comes; a judge's death takes all others along, as in a pool of
    processes.
    """

    def __init__(self, window: int, shared_fate: bool = True) -> None:
        self.window, self.shared_fate = window, shared_fate
        self.asked: list[tuple[str, str]] = []
        self.flights: list[list[str]] = []
        self.open: list[tuple[Future[bytes], Task]] = []
        self.tries: defaultdict[str, int] = defaultdict(int)
        self.broken = self.renewed = False

    def submit(self, task: bytes) -> Future[bytes]:
        if self.broken:
            raise BrokenExecutor
        known = task_from(task)
        future: Waiting = Waiting(self)
        self.open.append((future, known))
        self.asked.append((words_of(known), known.exercise))
        return future

    def land(self) -> None:
        """Everything that is under way comes to something."""
        landing, self.open = self.open, []
        self.flights.append([f"{words_of(task)}/{task.exercise}" for _, task in landing])
        told = [self.told(task) for _, task in landing]
        if "dies" in told and self.shared_fate:
            self.broken, told = True, ["dies"] * len(told)
        for (future, task), word in zip(landing, told, strict=True):
            if word == "dies":
                future.set_exception(BrokenExecutor())
            elif word == "ends":
                future.set_exception(GraderError("this ends the run"))
            else:
                future.set_result(encoded(answered(task, word)))

    def told(self, task: Task) -> str:
        name = task.exercise or "analysis"
        key = f"{task.digest} {name}"
        lines = [line.partition(":") for line in words_of(task).splitlines()]
        orders = next((order.split() for head, _, order in lines if head.strip() == name), [])
        self.tries[key] += 1
        return orders[self.tries[key] - 1] if self.tries[key] <= len(orders) else "fine"

    def renew(self) -> None:
        assert not self.open
        self.broken, self.renewed = False, True

    def close(self, *, now: bool = False) -> None:
        """There is nothing to end."""


class Waiting(Future[bytes]):
    """A future that comes to something when somebody asks for it."""

    def __init__(self, pool: Obedient) -> None:
        super().__init__()
        self.pool = pool


def words_of(task: Task) -> str:
    return opened(task).modules["orders"].decode().strip('"')


def answered(task: Task, word: str) -> Done:
    if word == "fails":
        return Done(why="it failed")
    if not task.exercise:
        return Done(facts=tuple(Facts(exercise=name, origin="module", path="", status="ok") for name in EXERCISES))
    check = CheckResult(name="one", title="one", points=3.0, max_points=3.0, outcome="passed")
    result = ExerciseResult(name=task.exercise, title="", score=3.0, max_score=3.0, status="graded", checks=(check,))
    return Done(result=result)


@pytest.fixture(autouse=True)
def landing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits makes tasks land, all at once."""

    def wait(flying: dict[Waiting, object], return_when: str) -> object:
        for future in list(flying)[:1]:
            future.pool.land()
        return Landed({future for future in flying if future.done()})

    monkeypatch.setattr("grader.run.wait", wait)


class Landed:
    def __init__(self, done: set[Waiting]) -> None:
        self.done = sorted(done, key=id)


def graded(folder: Path, pool: Obedient, orders: Sequence[str], store: Path | None = None, fresh: bool = False):  # type: ignore[no-untyped-def]
    """What came of a class in which each hands in its orders."""
    for number, words in enumerate(orders):
        place = folder / f"s{number}"
        place.mkdir(parents=True, exist_ok=True)
        (place / "orders.py").write_text(f'"{words}"')
    kept = Store(store, parts_of(ROOT, COURSE, SETTINGS)) if store is not None else None
    run = Run(COURSE, SETTINGS, intake.scan(folder), kept, fresh)
    return {one.result.student: one for one in grade_all(run, pool, lambda done, everything: None)}


def states(found: dict[str, Graded]) -> dict[str, dict[str, str]]:
    return {student: {one.name: one.status for one in graded.result.exercises} for student, graded in found.items()}


FINE = dict.fromkeys(EXERCISES, "graded")


@pytest.mark.parametrize("window", [1, 2, 5])
def test_one_death_costs_nothing(tmp_path: Path, window: int) -> None:
    pool = Obedient(window)
    found = graded(tmp_path, pool, ["first: x", "multiply_sum: dies", "third: x"])
    assert states(found) == dict.fromkeys(("s0", "s1", "s2"), FINE)
    assert pool.renewed


@pytest.mark.parametrize("window", [1, 2, 5])
def test_who_takes_two_judges_along_is_named_and_nobody_else(tmp_path: Path, window: int) -> None:
    pool = Obedient(window)
    found = graded(tmp_path, pool, ["first: x", "multiply_sum: dies dies", "third: x"])
    assert states(found) == {"s0": FINE, "s1": FINE | {"multiply_sum": "error"}, "s2": FINE}
    assert found["s1"].result.why == DIED
    assert found["s1"].result.state == "error"
    alone = [flight for flight in pool.flights if "multiply_sum: dies dies/multiply_sum" in flight]
    assert len(alone) == 2
    assert len(alone[1]) == 1


def test_a_judge_that_starts_hears_no_ctrl_c() -> None:
    """It is the terminal's, and the run's to answer: judges would tell of it in words of their own."""
    pool = Local(SETTINGS, 1)
    pool.warm()
    [judge] = (pool.pool._processes or {}).values()
    for _ in range(20):
        os.kill(judge.pid or 0, signal.SIGINT)
        time.sleep(0.02)
    assert pool.pool.submit(len, b"four").result(60) == 4
    pool.close(now=True)


@pytest.mark.parametrize("ends", ["close", "renew"])
def test_judges_end_though_work_waits_for_them(ends: str) -> None:
    """More than a pipe holds is on its way to processes that are gone; Python itself waits for ever before 3.11.5."""
    pool = Local(SETTINGS, 1)
    given = [pool.pool.submit(len, bytes(1 << 20)) for _ in range(3)]
    for process in (pool.pool._processes or {}).values():
        process.kill()
    ending = threading.Thread(target=partial(pool.close, now=True) if ends == "close" else pool.renew, daemon=True)
    ending.start()
    ending.join(60)
    assert not ending.is_alive()
    assert all(future.done() for future in given)
    pool.close(now=True)


def test_in_a_cluster_nobody_has_to_wait_for_a_suspect(tmp_path: Path) -> None:
    pool = Obedient(3, shared_fate=False)
    found = graded(tmp_path, pool, ["first: x", "multiply_sum: dies", "third: x", "fourth: x", "fifth: x"])
    assert states(found) == dict.fromkeys(found, FINE)
    again = [flight for flight in pool.flights if "multiply_sum: dies/multiply_sum" in flight]
    assert len(again) == 2
    assert len(again[1]) > 1


def test_a_failure_is_tried_again_among_the_others(tmp_path: Path) -> None:
    pool = Obedient(3)
    orders = [
        "first: x",
        "filter_design: fails",
        "multiply_sum: fails fails",
        "analysis: fails",
        "analysis: fails fails",
    ]
    found = graded(tmp_path, pool, orders)
    assert not pool.renewed
    broken = FINE | {"multiply_sum": "error"}
    assert states(found) == {"s0": FINE, "s1": FINE, "s2": broken, "s3": FINE, "s4": {}}
    assert (found["s4"].result.state, found["s4"].result.reason) == ("error", "it failed")
    assert [len(flight) for flight in pool.flights].count(3) > 1


def test_equal_work_is_graded_once_unless_it_fails(tmp_path: Path) -> None:
    pool = Obedient(4)
    found = graded(tmp_path / "one", pool, ["same: x"] * 3)
    assert states(found) == dict.fromkeys(("s0", "s1", "s2"), FINE)
    assert sum(one.kept for one in found.values()) == 4
    assert pool.asked.count(("same: x", "multiply_sum")) == 1
    fresh = Obedient(4)
    graded(tmp_path / "one", fresh, ["same: x"] * 3, fresh=True)
    assert fresh.asked.count(("same: x", "multiply_sum")) == 3
    failing = Obedient(4)
    found = graded(tmp_path / "two", failing, ["multiply_sum: fails fails"] * 3)
    assert sorted(states(found)[student]["multiply_sum"] for student in found) == ["error", "graded", "graded"]


def test_poison_of_many_kills_no_more_judges_than_that_of_one(tmp_path: Path) -> None:
    pool = Obedient(4)
    found = graded(tmp_path, pool, ["multiply_sum: dies dies dies dies"] * 3)
    assert {states(found)[student]["multiply_sum"] for student in found} == {"error"}
    assert pool.asked.count(("multiply_sum: dies dies dies dies", "multiply_sum")) == 2


def test_what_is_known_is_not_asked_for(tmp_path: Path) -> None:
    orders = ["first: x", "multiply_sum: fails fails"]
    graded(tmp_path / "class", Obedient(2), orders, tmp_path / "store")
    again = Obedient(2)
    graded(tmp_path / "class", again, orders, tmp_path / "store")
    assert set(again.asked) == {("multiply_sum: fails fails", "multiply_sum")}  # no analysis, nothing that was kept
    fresh = Obedient(2)
    graded(tmp_path / "class", fresh, orders, tmp_path / "store", fresh=True)
    assert ("first: x", "") in fresh.asked
    assert len(fresh.asked) == 7


def test_what_has_come_back_is_kept_when_the_run_ends(tmp_path: Path) -> None:
    """Beside the task that ends it, others have landed that nobody has looked at."""
    orders = ["first: x", "multiply_sum: ends", "third: x", "fourth: x"]
    with pytest.raises(GraderError, match="ends the run"):
        graded(tmp_path / "class", Obedient(12), orders, tmp_path / "store")
    again = Obedient(12)
    graded(tmp_path / "class", again, ["first: x", "multiply_sum: fine", "third: x", "fourth: x"], tmp_path / "store")
    assert {words for words, exercise in again.asked if exercise} == {"multiply_sum: fine"}
