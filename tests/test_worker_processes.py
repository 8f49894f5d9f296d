"""The processes of a worker: what they can see, and that none of them outlives the judge's patience.

Locked workers neither fork nor signal, so there is nothing of theirs to end. What the judge does about those that do
both is tried without the locks: there, a child that leaves the group lives on.
"""

from __future__ import annotations

import errno
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from workers import UNLOCKED, Open, a_desk, call, gone, opened, opener, raised, value

from grader import warm
from grader.desk import LIBRARIES, Desk
from grader.errors import GraderError
from grader.messages import Load
from grader.outcomes import Stop
from grader.student import Returned, Stopped, Student
from grader.warm import Worker

__all__: list[str] = []

SECRET = "CONVGRADER_TEST_SECRET"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose template was started beside a secret in the environment and an open, inheritable file."""
    inherited = os.open(os.devnull, os.O_RDONLY)
    os.set_inheritable(inherited, True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECRET, "1")
        with a_desk(tmp_path_factory.mktemp("data")) as desk:
            yield desk
    os.close(inherited)


@pytest.fixture
def student(desk: Desk) -> Iterator[Open]:
    with opener(desk) as student:
        yield student


@pytest.fixture
def unlocked(tmp_path: Path) -> Iterator[Open]:
    with a_desk(tmp_path, UNLOCKED) as desk, opener(desk) as student:
        yield student


SPY = """
import gc, sys
WANTED = ("pytest", "_pytest", "hypothesis", "solutions", "grader.suites", "grader.judging", "grader.recorded")

def spied():
    frame, found = sys._getframe(), set()
    while frame is not None:
        found.add(frame.f_globals.get("__name__"))
        frame = frame.f_back
    found.update(sys.modules)
    for item in gc.get_objects():
        found.add(getattr(type(item), "__module__", None))
        if isinstance(item, dict):
            found.add(item.get("__name__"))
    names = {name for name in found if isinstance(name, str)}
    return sorted({want for want in WANTED for name in names if (name + ".").startswith(want + ".")})
"""


def test_memory_holds_no_suite_and_no_judge(student: Open) -> None:
    assert value(student(SPY), "spied") == []
    here: dict[str, Any] = {}
    exec(SPY, here)  # the control: the same search finds them where they are
    assert {"pytest", "grader.judging", "grader.recorded"} <= set(here["spied"]())


@pytest.mark.parametrize("name", ["solutions.convolve", "grader.suites", "grader.judging", "tests"])
def test_the_grader_cannot_be_imported(student: Open, name: str) -> None:
    one = student("def f(name):\n    import importlib\n    return importlib.import_module(name).__name__")
    assert raised(call(one, "f", name)) == "ModuleNotFoundError"
    assert value(one, "f", "wave") == "wave"


def test_the_grader_can_be_imported_here() -> None:
    assert importlib.util.find_spec("grader.suites") is not None


def test_a_worker_inherits_nothing(student: Open) -> None:
    seen = "dict(os.environ), sys.argv, os.getcwd(), len(descriptors()), open('/proc/self/cmdline').read()"
    environ, argv, folder, count, line = value(student(f"def f(): return [{seen}]"))
    assert os.environ[SECRET] == "1"
    assert environ.keys() <= {*warm.ENVIRONMENT, "KERAS_HOME", "MPLCONFIGDIR", "LC_CTYPE"}
    assert (argv, count) == (["-c"], 5)
    assert Path(folder) == student("").bench.data.resolve()
    assert os.fspath(Path(warm.__file__).parents[1]) not in line.partition("\0")[2]  # behind the interpreter's path


def test_a_template_has_one_thread(desk: Desk) -> None:
    desk.bench.template.preload(sorted(LIBRARIES))
    assert len(os.listdir(f"/proc/{desk.bench.template.process.pid}/task")) == 1


def waiting(student: Student) -> Worker:
    """A worker with the module loaded, for tests that choose their own seconds."""
    worker = student.bench.worker()
    s = student.sources
    worker.post(Load(dict(s.modules), dict(s.notebooks), s.facts, (), "work", ()))
    return worker


@pytest.mark.parametrize(
    "body", ["time.sleep(60)", "os.kill(os.getpid(), signal.SIGSTOP)", "os.fork() and os._exit(0); time.sleep(60)"]
)
def test_silence_has_an_end(unlocked: Open, body: str) -> None:
    worker = waiting(unlocked(body))
    with pytest.raises(Stop) as caught:
        worker.next(5.0, 0.3)
    assert caught.value.kind == "timeout"
    assert gone(worker.pid)


def test_a_worker_that_stops_reading_has_an_end(student: Open) -> None:
    worker = waiting(student(""))
    worker.next(5.0, 5.0)
    os.kill(worker.pid, signal.SIGSTOP)
    worker.post(Load({"work": bytes(1 << 22)}, {}, b"", (), "work", ()))
    with pytest.raises(Stop) as caught:
        worker.next(5.0, 0.3)
    assert caught.value.kind == "timeout"
    assert gone(worker.pid)


def test_a_locked_worker_has_no_children(student: Open) -> None:
    assert raised(call(student("def f(): return os.fork()"))) == "PermissionError"
    assert raised(call(student("def f(): return os.posix_spawn('/bin/true', ['true'], {})"))) == "PermissionError"


def test_children_end_with_the_group(unlocked: Open) -> None:
    one = unlocked("def f():\n    child = os.fork()\n    if not child: time.sleep(60)\n    return child")
    child = value(one)
    assert runs(child)
    one.close()
    assert gone(child)


def runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_child_that_left_the_group_does_not_hold_up_the_judge(unlocked: Open) -> None:
    body = "def f():\n    child = os.fork()\n    if not child:\n        os.setsid(); time.sleep(60)\n    return child"
    one = unlocked(body)
    child = value(one)
    one.close()
    assert value(unlocked(""), "two") == 2
    os.kill(child, signal.SIGKILL)  # without the filter nothing ends it
    assert gone(child)


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    ignore = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    body = ignore + "def f(): threading.Thread(target=time.sleep, args=(60,)).start()"
    with a_desk(tmp_path) as desk:
        workers = [one.worker for one in (opened(desk, body), opened(desk, body)) if value(one) is None]
        pids = [desk.bench.template.process.pid, *(worker.pid for worker in workers if worker is not None)]
        assert len(pids) == 3
        assert all(map(runs, pids))
    assert all(map(gone, pids))
    assert not desk.scratch.exists()


@pytest.mark.parametrize("attack", ["SIGKILL", "SIGSTOP"])
def test_who_ends_the_template_twice_has_crashed_and_it_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attack: str
) -> None:
    monkeypatch.setattr(warm, "PATIENCE", 6.0)
    with a_desk(tmp_path, UNLOCKED) as desk:
        template = desk.bench.template
        one = opened(desk, f"def f():\n    os.kill(os.getppid(), signal.{attack})\n    os._exit(0)")
        assert value(one, "two") == 2
        assert one.worker is not None
        outcome = call(one)
        assert isinstance(outcome, Stopped)
        assert outcome.stop.kind == "crashed"
        assert gone(template.process.pid)
        assert value(one, "two") == 2
        one.close()
        assert value(opened(desk, ""), "two") == 2


def test_a_worker_that_cannot_be_locked_is_our_failure(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        shutil.rmtree(desk.bench.data)
        with pytest.raises(GraderError, match=r"locked down.*FileNotFoundError"):
            desk.bench.worker().next(5.0, 5.0)


def test_a_template_that_cannot_start_is_our_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "BOOT", "raise SystemExit('no libraries here')  # {link}")
    template = warm.Template(tmp_path)
    with pytest.raises(GraderError, match="no libraries here"):
        template.ask({"op": "preload", "names": ["numpy"]})
    assert not template.alive


MEMORY = """
def f(pid):
    try:
        return open(f'/proc/{pid}/mem', 'r+b').closed
    except OSError as error:
        return error.errno
"""


def test_the_memory_of_judge_and_template_is_out_of_reach(unlocked: Open) -> None:
    spy = unlocked(MEMORY)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as bystander:
        open(f"/proc/{bystander.pid}/mem", "r+b").close()  # what the trick does where nothing is closed
        bystander.communicate(b"\n")
    for pid in (os.getpid(), spy.bench.template.process.pid):
        assert call(spy, "f", pid) == Returned(errno.EACCES)
