"""Processes of `grader check` that wait for work, and the helper that keeps one with Keras."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from corpus import ROOT

from grader import course as courses
from grader import wire
from grader.check import helper
from grader.check.child import Task
from grader.check.helper import Helped, Helper
from grader.check.process import Running
from grader.check.spare import Cancelled, Spare, Supply
from grader.check.work import Work
from grader.desk import spec_of
from grader.messages import Batch, Load
from grader.outcomes import Outcome, Request, Returned, Stopped
from grader.worker.source import sources_for

__all__: list[str] = []

SPEC = spec_of(courses.load(ROOT / "course.toml").exercise("multiply_sum"), ROOT / "exercises")
PROCESS = "import os\n\ndef multiply_sum(a, b):\n    return os.getpid()\n"
AGES = "def multiply_sum(a, b):\n    while True:\n        pass\n"


def running(folder: Path, source: str, take: object, seconds: float = 5.0) -> Running:
    """The student's module, run by what `take` gives."""
    (folder / "multiply_sum.py").write_text(source, encoding="utf-8")
    work = Work(folder, folder, [SPEC])
    s = sources_for(SPEC, work.facts, work.modules, work.notebooks)
    load = Load(dict(s.modules), dict(s.notebooks), s.facts, s.others, SPEC.name, s.forbidden)
    return Running(load, folder, take, seconds, seconds, 1.0)  # type: ignore[arg-type]


def process_of(outcome: Outcome) -> int:
    """The number of the process that answered."""
    assert isinstance(outcome, Returned), outcome
    return int(outcome.value)


CALL = Request("multiply_sum", (np.ones(2), np.ones(2)))


def test_a_process_does_one_piece_of_work(tmp_path: Path) -> None:
    supply = Supply()
    supply.ready("numpy")
    [waiting] = supply.waiting["numpy"]
    work = running(tmp_path, PROCESS, lambda: supply.take("numpy"))
    assert process_of(work.alone(CALL)) == waiting.process.pid
    assert process_of(work.alone(CALL)) != waiting.process.pid
    assert waiting.process.returncode == 0


def test_a_supply_keeps_so_many_and_leaves_none(tmp_path: Path) -> None:
    made: list[Spare] = []

    def make(kind: str) -> Spare:
        made.append(Spare(kind))
        return made[-1]

    supply = Supply({"numpy": 2}, make)
    work = running(tmp_path, PROCESS, lambda: supply.take("numpy"))
    assert process_of(work.alone(CALL)) == made[0].process.pid
    assert process_of(work.alone(CALL)) == made[1].process.pid
    assert len(supply.waiting["numpy"]) == 2
    supply.close()
    assert [spare.process.poll() is None for spare in made] == [False] * 4


def test_work_that_is_called_off_is_no_verdict(tmp_path: Path) -> None:
    supply = Supply()
    work = running(tmp_path, AGES, lambda: supply.take("numpy"), 60.0)
    timer = threading.Timer(1.0, supply.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        work.alone(CALL)
    timer.join()


def test_a_supply_without_work_has_nothing_to_call_off() -> None:
    supply = Supply()
    supply.cancel()
    assert supply.taken is None


def test_a_supply_that_was_closed_calls_off_and_gives_no_more(tmp_path: Path) -> None:
    supply = Supply({"numpy": 1})
    work = running(tmp_path, AGES, lambda: supply.take("numpy"), 60.0)
    timer = threading.Timer(1.0, supply.close)
    timer.start()
    with pytest.raises(Cancelled):
        work.alone(CALL)
    timer.join()
    with pytest.raises(Cancelled):
        work.alone(CALL)
    assert supply.waiting == {}


@pytest.fixture
def helping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Helper]:
    """A helper in this process; NumPy instead of Keras, which takes long to load."""
    monkeypatch.setattr(helper, "KIND", "numpy")
    one = Helper(tmp_path)
    threading.Thread(target=one.serve, daemon=True).start()
    yield one
    if one.place.exists():
        one.close()


def no_words(words: str) -> None:
    """For a helper that has to be there."""
    raise AssertionError(words)


def test_a_helper_has_a_new_process_for_every_check(tmp_path: Path, helping: Helper) -> None:
    first = helping.spare.process.pid
    work = running(tmp_path, PROCESS, lambda: Helped(tmp_path, no_words))
    assert process_of(work.alone(CALL)) == first
    second = helping.spare.process.pid
    assert second != first
    assert process_of(work.alone(CALL)) == second


def test_a_helper_keeps_the_limits_of_a_check(tmp_path: Path, helping: Helper) -> None:
    work = running(tmp_path, AGES, lambda: Helped(tmp_path, no_words), 0.1)
    outcome = work.alone(CALL)
    assert isinstance(outcome, Stopped)
    assert outcome.stop.kind == "timeout"
    assert "it was busy at multiply_sum.py" in work.printed
    assert helping.wanted()


def test_a_helper_gives_up_what_nobody_waits_for(tmp_path: Path, helping: Helper) -> None:
    asked = helping.spare.process
    connection = helper._reach(tmp_path)
    assert connection is not None
    with connection:
        source = running(tmp_path, AGES, None).load
        requests = wire.frame(source, []) + wire.frame(Batch((CALL.packed[0],), eager=True), CALL.packed[1])
        connection.send_bytes(msgspec.msgpack.encode(helper.Order(Task(str(tmp_path), 600.0, 600.0), requests)))
        while helping.spare.process is asked:
            time.sleep(0.01)
    work = running(tmp_path, PROCESS, lambda: Helped(tmp_path, no_words))
    assert process_of(work.alone(CALL)) > 0
    assert asked.returncode not in (None, 0)


def test_only_the_owner_can_read_where_a_helper_listens(helping: Helper) -> None:
    assert helping.place.stat().st_mode & 0o077 == 0


def test_a_helper_ends_when_nobody_asks(helping: Helper, monkeypatch: pytest.MonkeyPatch) -> None:
    assert helping.wanted()
    waiting = helping.spare.process
    monkeypatch.setattr(helper, "IDLE_SECONDS", -1.0)
    assert not helping.wanted()
    helping.close()
    assert not helping.place.exists()
    assert waiting.poll() is not None


def test_a_helper_ends_when_another_has_taken_its_place_or_the_folder_is_gone(helping: Helper) -> None:
    data = helping.place.read_bytes()
    helping.place.write_bytes(b"{}")
    assert not helping.wanted()
    helping.place.unlink()
    assert not helping.wanted()
    helping.place.write_bytes(data)
    assert helping.wanted()


def test_a_helper_of_another_python_or_without_an_end_is_left_alone(tmp_path: Path, helping: Helper) -> None:
    plain = helping.place.read_bytes()
    helping.place.write_bytes(plain.replace(b".py", b".no").replace(b"/bin/", b"/other/"))
    assert helper._reach(tmp_path) is None
    helping.place.write_bytes(b"not JSON")
    assert helper._reach(tmp_path) is None
    helping.place.write_bytes(plain.replace(helper._stamp()[2].encode(), b"other files"))
    assert helper._reach(tmp_path) is None
    helping.place.write_bytes(plain)
    with helper._reach(tmp_path) or pytest.fail("nobody answers"):
        pass


def test_where_no_helper_can_be_had_the_check_is_made_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper, "KIND", "numpy")
    monkeypatch.setattr(helper, "BOOT", "raise SystemExit(1)")
    said: list[str] = []
    work = running(tmp_path, PROCESS, lambda: Helped(tmp_path, said.append))
    assert process_of(work.alone(CALL)) > 0
    assert said == [helper.WAIT]


def test_a_helper_starts_when_needed_and_ends_with_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[subprocess.Popen[bytes]] = []

    def start(*args: object, **options: object) -> subprocess.Popen[bytes]:
        begun.append(subprocess.Popen(*args, **options))  # type: ignore[call-overload]
        return begun[-1]

    monkeypatch.setattr(
        helper, "BOOT", helper.BOOT.replace("main()", "sys.modules[main.__module__].KIND = 'numpy'; main()")
    )
    monkeypatch.setattr(helper, "subprocess", SimpleNamespace(Popen=start, DEVNULL=subprocess.DEVNULL))
    said: list[str] = []
    work = running(tmp_path, PROCESS, lambda: Helped(tmp_path, said.append))
    assert process_of(work.alone(CALL)) != process_of(work.alone(CALL))
    assert said == [helper.WAIT]
    [process] = begun
    assert process.poll() is None
    (tmp_path / helper.PLACE).unlink()
    assert process.wait(60) == 0
