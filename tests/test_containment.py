"""What locks a worker in: layers, filters on system calls, the canary, and what is said where a layer is missing."""

from __future__ import annotations

import errno
import json
import os
import platform
import resource
import shutil
import stat
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import bpf
import build_filters
import msgspec
import pytest
from workers import UNLOCKED, a_desk, opened, value

from grader import cli, klass
from grader.containment import canary, doctor, levels
from grader.containment.levels import Layer
from grader.course import load
from grader.desk import Desk
from grader.errors import IsolationError
from grader.messages import Locks
from grader.model import Status
from grader.outcomes import Kind, Stop, Stopped
from grader.probing import PictureFile
from grader.refusals import WORDS, refusal
from grader.settings import Settings
from grader.worker import grants, landlock, lock, seccomp
from grader.worker.lock import FIRST_USER, USERS

__all__: list[str] = []

ROOT = Path(__file__).parents[1]
# What a filter has to say to a call, by its number: the architectures number their calls differently.
CALLS = {
    "x86_64": {"read": 0, "open": 2, "openat": 257, "clone": 56, "clone3": 435, "fork": 57, "execve": 59, "socket": 41,
               "ptrace": 101, "kill": 62, "prctl": 157, "fcntl": 72, "io_uring_setup": 425, "memfd_create": 319,
               "unlinkat": 263, "fchmodat": 268, "process_vm_readv": 310, "setpriority": 141, "prlimit64": 302,
               "futex": 202},
    "aarch64": {"read": 63, "openat": 56, "clone": 220, "clone3": 435, "execve": 221, "socket": 198, "ptrace": 117,
                "kill": 129, "prctl": 167, "fcntl": 25, "io_uring_setup": 425, "memfd_create": 279, "unlinkat": 35,
                "fchmodat": 53, "process_vm_readv": 270, "setpriority": 140, "prlimit64": 261, "futex": 98},
}  # fmt: skip
REFUSED, MISSING = 0x50000 | 1, 0x50000 | 38  # with EPERM, with ENOSYS
THREAD = 0x3D0F00  # the flags of the C library's threads
ANSWERS = [
    ("read", (0, 0, 1), bpf.ALLOW),
    ("open", (0, os.O_RDONLY | os.O_CLOEXEC), bpf.ALLOW),
    ("open", (0, os.O_WRONLY), REFUSED),
    ("openat", (0, 0, os.O_RDONLY | os.O_CLOEXEC), bpf.ALLOW),
    *(("openat", (0, 0, flag), REFUSED) for flag in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC, os.O_APPEND)),
    ("openat", (0, 0, 0o20000000), REFUSED),  # O_TMPFILE
    ("clone", (THREAD,), bpf.ALLOW),
    ("clone", (THREAD | 0x10000000,), REFUSED),  # a thread in a namespace of its own
    ("clone", (17,), REFUSED),  # a process, as fork makes it
    ("clone3", (), MISSING),
    *((name, (), REFUSED) for name in ("fork", "execve", "socket", "kill", "memfd_create", "unlinkat", "fchmodat")),
    ("setpriority", (), REFUSED),
    *((name, (), bpf.KILL) for name in ("ptrace", "io_uring_setup", "process_vm_readv")),
    ("prctl", (15,), bpf.ALLOW),  # a thread's name
    ("prctl", (1,), REFUSED),  # the signal on the parent's death
    ("prctl", (4,), REFUSED),  # dumpable
    ("fcntl", (0, 3), bpf.ALLOW),
    ("fcntl", (0, 6), REFUSED),  # a lock on a file that others have, too
    *(("futex", (0, call | 128 | 256), bpf.ALLOW) for call in (0, 1, 3, 4, 5, 9, 10)),  # waiting and waking
    *(("futex", (0, call | 128), REFUSED) for call in (6, 7, 8, 11, 12, 13)),  # those that lend a priority
    ("futex", (0, 6), REFUSED),
    ("prlimit64", (0,), bpf.ALLOW),
    ("prlimit64", (1,), REFUSED),  # another process's limits
]


@pytest.mark.parametrize("architecture", build_filters.ARCHITECTURES)
def test_the_filters_are_what_libseccomp_makes_of_the_policy(architecture: str) -> None:
    """By their answers: another release of libseccomp may put the same policy into other instructions."""
    committed, made = (seccomp.FOLDER / f"{architecture}.bpf").read_bytes(), build_filters.built(architecture)
    word = bpf.ARCHITECTURE[architecture]
    flags = [(0,) * 3, (THREAD, os.O_WRONLY, os.O_WRONLY), (4, 3, os.O_CREAT), (15, 0x5413, 1), (1 << 32,) * 3]
    calls = [(number, *args) for number in (*range(512), 0x40000000) for args in flags]
    assert [bpf.answer(committed, word, *call) for call in calls] == [bpf.answer(made, word, *call) for call in calls]


def test_a_filter_that_is_out_of_date_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build_filters, "FOLDER", tmp_path)
    assert build_filters.main([]) == 0
    (tmp_path / "aarch64.bpf").write_bytes(b"something else")
    assert build_filters.main(["--check"]) == 1
    assert "aarch64.bpf: not what the policy makes" in capsys.readouterr().err


@pytest.mark.parametrize("architecture", build_filters.ARCHITECTURES)
def test_what_the_filters_answer(architecture: str) -> None:
    program, numbers = (seccomp.FOLDER / f"{architecture}.bpf").read_bytes(), CALLS[architecture]
    known = [(name, args, wanted) for name, args, wanted in ANSWERS if name in numbers]
    answered = [bpf.answer(program, bpf.ARCHITECTURE[architecture], numbers[name], *args) for name, args, _ in known]
    assert answered == [wanted for _, _, wanted in known]
    assert {name for name, _, _ in known} == set(numbers)


def test_calls_by_the_numbers_of_another_processor_end_the_process() -> None:
    for architecture, other in (
        ("x86_64", 0x40000003),
        ("x86_64", bpf.ARCHITECTURE["aarch64"]),
        ("aarch64", 0x40000028),
    ):
        program = (seccomp.FOLDER / f"{architecture}.bpf").read_bytes()
        assert bpf.answer(program, other, 0) == bpf.KILL
    x32 = 0x40000000
    assert bpf.answer((seccomp.FOLDER / "x86_64.bpf").read_bytes(), bpf.ARCHITECTURE["x86_64"], x32 | 0) == bpf.KILL


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with a_desk(tmp_path_factory.mktemp("data")) as desk:
        yield desk


def prove(desk: Desk, locks: Locks) -> int:
    """Sends a canary into a worker behind these locks, with the folders that the desk grants."""
    kept, desk.bench.locks = desk.bench.locks, msgspec.structs.replace(locks, folders=desk.bench.locks.folders)
    try:
        return canary.prove(desk.bench, desk.scratch, [ROOT / "grader" / "suites", ROOT / "solutions"], False)
    finally:
        desk.bench.locks = kept


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5, landlock.NEWEST])
@pytest.mark.parametrize("own_user", [True, False])
def test_the_canary_is_refused_everything(desk: Desk, version: int, own_user: bool) -> None:
    own_user = own_user and os.geteuid() == 0
    with canary.bait(desk.scratch) as laid:
        everything = len(canary.attempts(laid, [ROOT / "grader" / "suites", ROOT / "solutions"]))
    tried = prove(desk, Locks(own_user=own_user, landlock=version, seccomp=True))
    assert tried == everything - (not own_user)


def test_the_canary_gets_through_where_nothing_is_locked(desk: Desk) -> None:
    """The control: each attempt, in a process without any lock, does what it is there to do."""
    code = (
        "import sys, json; sys.path.insert(0, sys.argv[1]); import attempts\nfor name, aim in json.load(sys.stdin):\n"
    )
    code += "    try:\n        getattr(attempts, name)(tuple(aim) if isinstance(aim, list) else aim); print(name)\n"
    code += "    except Exception as error: print(name, 'was refused:', repr(error))\n"
    with canary.bait(desk.scratch) as laid:
        tried = canary.attempts(laid, [ROOT / "solutions"])
        given = json.dumps([(one.function, one.aim) for one in tried])
        command = [sys.executable, "-c", code, os.fspath(canary.SOURCE.parent)]
        inherited = os.dup(0)
        os.set_inheritable(inherited, True)
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=True, pass_fds=[inherited])
        os.close(inherited)
    wanted = [one.function for one in tried]
    if os.geteuid() != 0:  # only root has the right to raise a limit
        wanted[wanted.index("unlimit")] = "unlimit was refused: ValueError('not allowed to raise maximum limit')"
        wanted[wanted.index("rule")] = 'rule was refused: PermissionError("this process is nobody\'s")'
        wanted = wanted if not os.getgroups() else ["rule" if one.startswith("rule") else one for one in wanted]
    assert done.stdout.splitlines() == wanted


ALONE = {
    "landlock 1": {"connect", "send", "local", "fork", "pester", "slow_down", "hoard", "rule"},
    "landlock 4": {"send", "local", "fork", "pester", "slow_down", "hoard", "rule"},
    "landlock 6": {"send", "fork", "slow_down", "hoard", "rule"},
    "seccomp": {"read", "look", "rule"},
}


@pytest.mark.parametrize("layer", ALONE)
def test_what_each_layer_alone_lets_through(desk: Desk, monkeypatch: pytest.MonkeyPatch, layer: str) -> None:
    """Together they forbid most things twice; each has to hold by itself."""
    name, _, version = layer.partition(" ")
    desk_locks = desk.bench.locks
    through = set()
    with canary.bait(desk.scratch) as laid:
        tried = canary.attempts(laid, [ROOT / "solutions"])
        locks = Locks(own_user=False, landlock=int(version or 0), seccomp=name == "seccomp", folders=desk_locks.folders)
        monkeypatch.setattr(desk.bench, "locks", locks)
        student = canary._student(desk.bench)
        for one in tried:
            if one.function != "trace" and not canary._refused(one, canary._outcome(student, one)):
                through.add(one.function)
        student.close()
    wanted = ALONE[layer]
    if os.geteuid() == 0:  # a process with fewer capabilities than its parent leaves it alone
        wanted = wanted - {"slow_down"}
    elif not os.getgroups():
        wanted = wanted - {"rule"}
    assert through == wanted


def test_a_canary_is_sent_until_one_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "locks_for", lambda _: UNLOCKED)
    monkeypatch.setattr(canary, "in_force", lambda _: {"limits", "seccomp"})
    with a_desk(tmp_path) as desk:
        for _ in range(2):
            with pytest.raises(IsolationError, match="make a process"):
                opened(desk, "")


def test_a_canary_that_cannot_be_loaded_blames_no_layer(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "attempts.py").write_text("import no_such_library")
    monkeypatch.setattr(canary, "SOURCE", tmp_path / "attempts.py")
    with pytest.raises(IsolationError, match=r"could not be loaded.*no_such_library") as caught:
        canary.prove(desk.bench, desk.scratch, [], keras=False)
    assert "should forbid" not in str(caught.value)
    assert str(caught.value).count("Nothing is graded.") == 1


def test_a_worker_that_cannot_be_locked_stops_the_run(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        shutil.rmtree(desk.bench.data)
        with pytest.raises(IsolationError, match=r"could not be locked down: FileNotFoundError.*`grader doctor`"):
            opened(desk, "")


def test_what_code_opens_itself_was_not_left_open(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = canary.SOURCE.read_text("utf-8")
    opening = text.replace('importlib.import_module("colorsys")', 'globals().update(kept=open("/dev/null"))')
    assert opening != text
    (tmp_path / "attempts.py").write_text(opening, "utf-8")
    monkeypatch.setattr(canary, "SOURCE", tmp_path / "attempts.py")
    assert canary.prove(desk.bench, desk.scratch, [], keras=False) > 10


def test_without_a_network_there_is_less_to_try(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(99, "Cannot assign requested address")

    monkeypatch.setattr(canary.socket.socket, "bind", refuse)
    assert prove(desk, UNLOCKED) == prove(desk, Locks(own_user=False)) > 0
    assert prove(desk, desk.bench.locks) > 10


def test_folders_of_workers_can_be_read_whatever_the_umask(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    before = os.umask(0o077)
    try:
        with a_desk(tmp_path / "data") as desk:
            assert stat.S_IMODE(desk.bench.data.stat().st_mode) == 0o755
            assert stat.S_IMODE(desk.pictures.stat().st_mode) == 0o711
            assert value(opened(desk, "def f(): return os.listdir('.')")) == []
    finally:
        os.umask(before)


def test_a_run_whose_canary_gets_through_ends_with_status_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Libraries lie in a folder that workers can list; here it is called one that they must not."""
    (tmp_path / "class" / "ada").mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / "multiply_sum.py", tmp_path / "class" / "ada")
    open_folder = sysconfig.get_path("purelib")
    monkeypatch.setattr(klass, "Settings", lambda **given: Settings(**(given | {"closed": (open_folder,)})))
    typed = ["grade", str(tmp_path / "class"), "--out", str(tmp_path / "out"), "--exercise", "multiply_sum"]
    assert cli.main([*typed, "--jobs", "1", "--course", str(ROOT)]) == 3
    assert f"student code can list {open_folder}" in capsys.readouterr().err
    assert not (tmp_path / "out" / "grades.csv").exists()


@pytest.mark.parametrize(
    ("locks", "claimed", "words"),
    [
        (UNLOCKED, Locks(own_user=False, landlock=6), "read a file outside the course although landlock"),
        (UNLOCKED, Locks(own_user=False, seccomp=True), "make a process although seccomp"),
        (
            Locks(own_user=False, landlock=6),
            Locks(own_user=False, landlock=6, seccomp=True),
            "send a datagram although",
        ),
    ],
)
def test_a_lock_that_does_not_hold_stops_the_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, locks: Locks, claimed: Locks, words: str
) -> None:
    monkeypatch.setattr(canary, "in_force", lambda _: forced)
    forced = {"limits", *(["landlock"] if claimed.landlock else []), *(["seccomp"] if claimed.seccomp else [])}
    with pytest.raises(IsolationError, match=words):
        prove(desk, locks)


def test_a_lock_that_takes_too_much_stops_the_run(desk: Desk) -> None:
    kept, desk.bench.locks = desk.bench.locks, Locks(landlock=6, seccomp=True, folders=())
    try:
        with pytest.raises(IsolationError, match=r"student code cannot compute \(PermissionError"):
            canary.prove(desk.bench, desk.scratch, [], False)
    finally:
        desk.bench.locks = kept


def test_a_folder_that_ought_to_be_closed_is_tried(desk: Desk) -> None:
    with pytest.raises(IsolationError, match=f"student code can list {desk.bench.data}"):
        canary.prove(desk.bench, desk.scratch, [desk.bench.data], False)


def test_what_libraries_need_is_there(desk: Desk) -> None:
    body = """
def f():
    import colorsys, zoneinfo, matplotlib, io
    import matplotlib.pyplot as plt
    plt.plot([1, 2]); plt.title("x")
    plt.savefig(drawn := io.BytesIO())
    with open("/dev/urandom", "rb") as noise:
        noise.read(1)
    return len(drawn.getvalue()) > 1000
"""
    assert value(opened(desk, body)) is True


def test_other_processes_are_out_of_sight(desk: Desk) -> None:
    body = """
def f(pid):
    refused = []
    for name in ("environ", "maps", "mem", "cmdline", "status", "fd", "cwd", "task"):
        try:
            os.listdir(f"/proc/{pid}/{name}") if name in ("fd", "cwd", "task") else open(f"/proc/{pid}/{name}").close()
        except PermissionError:
            refused.append(name)
    return refused
"""
    everything = ["environ", "maps", "mem", "cmdline", "status", "fd", "cwd", "task"]
    for pid in (os.getpid(), desk.bench.template.process.pid):
        assert value(opened(desk, body), "f", pid) == everything
        assert all(os.path.lexists(f"/proc/{pid}/{name}") for name in everything)


TELLTALE = ["net/tcp", "net/unix", "task/{pid}/net/tcp", "mountinfo", "cgroup"]


@pytest.mark.parametrize(("locks", "wanted"), [(None, TELLTALE), (UNLOCKED, [])])
def test_its_own_entry_tells_nothing_of_the_machine(tmp_path: Path, locks: Locks | None, wanted: list[str]) -> None:
    body = """
def f(names):
    refused = []
    for name in names:
        path = f"/proc/self/{name}".format(pid=os.getpid())
        try:
            os.listdir(path) if os.path.isdir(path) else open(path).close()
        except PermissionError:
            refused.append(name)
    return refused
"""
    with a_desk(tmp_path, locks) as desk:
        assert value(opened(desk, body), "f", TELLTALE) == wanted


@pytest.mark.parametrize(("locks", "wanted"), [(None, "PermissionError"), (UNLOCKED, 1)])
def test_pictures_are_found_only_by_who_is_told_their_names(
    tmp_path: Path, locks: Locks | None, wanted: object
) -> None:
    """Those of hidden examples lie there too, left by the submissions before."""
    body = """
def f(path):
    return len(open(path, "rb").read())

def two(path):
    try:
        return len(os.listdir(os.path.dirname(path)))
    except OSError as error:
        return type(error).__name__
"""
    with a_desk(tmp_path, locks) as desk:
        path = desk.locate(PictureFile("hidden.png", b"pixels"))
        student = opened(desk, body)
        assert value(student, "f", path) == 6
        assert value(student, "two", path) == wanted


@pytest.mark.parametrize(("locks", "wanted"), [(None, errno.EPERM), (UNLOCKED, errno.ETIMEDOUT)])
def test_no_priority_is_lent_to_another_process(tmp_path: Path, locks: Locks | None, wanted: int) -> None:
    """A lock that lends its owner the priority of who waits takes any process for its owner."""
    body = """
def f(number, pid):
    libc, word = ctypes.CDLL(None, use_errno=True), ctypes.c_uint32(pid)
    until = (ctypes.c_long * 2)(int(time.time()) + 1, 0)
    libc.syscall(number, ctypes.byref(word), 6, 0, until, 0, 0)
    return ctypes.get_errno()
"""
    with a_desk(tmp_path, locks) as desk:
        desk.bench.limits = msgspec.structs.replace(desk.bench.limits, call_seconds=2)
        assert value(opened(desk, body), "f", CALLS[platform.machine()]["futex"], os.getpid()) == wanted


CROWD = """
import os, resource, sys, threading
from grader.messages import Limits, Locks
from grader.worker import lock

held, own, room = sys.argv[1] != "free", sys.argv[1] == "own", 72  # what a machine with one processor has
os.cpu_count = lambda: 1
most = resource.getrlimit(resource.RLIMIT_NPROC)
if os.geteuid() == 0 and not own:  # whose tasks no limit counts
    os.setresuid(60099, 60099, 60099)
pid = lock.fork() if held else os.fork()
if pid == 0:
    if held:
        lock.lock(Limits(cpu_seconds=20, memory_bytes=0), Locks(own_user=own), [], [], b"", False)
    threading.stack_size(1 << 15)
    crowd, go_on, wanted = [], threading.Event(), room + int(sys.argv[2])
    try:
        while len(crowd) < wanted:
            crowd.append(threading.Thread(target=go_on.wait, daemon=True))
            crowd[-1].start()
    except RuntimeError:
        os._exit(1)
    os._exit(0)
assert resource.getrlimit(resource.RLIMIT_NPROC) == most
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


@pytest.mark.parametrize(("how", "status"), [("held", 1), ("own", 1), ("free", 0)])
def test_threads_are_bounded_with_a_user_of_their_own_or_without(how: str, status: int) -> None:
    """Else one submission takes all room for processes, and nothing after it can be graded."""
    there = int(Path("/proc/loadavg").read_text("ascii").split()[3].partition("/")[2])
    command = [sys.executable, "-c", CROWD, how, str(there)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == status


def test_the_user_of_a_worker_cannot_be_foretold(desk: Desk) -> None:
    """Two workers of one user share its threads, and a process id is something that code can count up to."""
    body = "def f(): return [os.getuid(), os.getpid()]"
    users = [value(opened(desk, body)).tolist() for _ in range(3)]
    if os.geteuid() != 0:
        assert {user for user, _ in users} == {os.getuid()}
    else:
        assert all(FIRST_USER <= user < FIRST_USER + USERS for user, _ in users)
        assert len({(user - pid) % USERS for user, pid in users}) > 1


def test_a_fork_waits_for_room(monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = iter(range(100))
    most = resource.getrlimit(resource.RLIMIT_NPROC)

    def crowded() -> int:
        if next(refusals) < 99:
            raise BlockingIOError
        return 7

    monkeypatch.setattr(lock.os, "fork", crowded)
    monkeypatch.setattr(lock.time, "sleep", lambda seconds: None)
    assert lock.fork() == 7
    refusals = iter(range(100))
    monkeypatch.setattr(lock, "ROOM_SECONDS", -1.0)
    with pytest.raises(BlockingIOError):
        lock.fork()
    assert resource.getrlimit(resource.RLIMIT_NPROC) == most


def absent(name: str) -> list[Layer]:
    """The layers of this machine, one of them missing."""
    lacking = Layer(name, "absent", "there is none", "another machine has it")
    return [lacking if layer.name == name else layer for layer in levels.layers()]


@pytest.mark.parametrize("name", ["limits", "death with the grader", "Landlock", "seccomp"])
def test_a_level_that_cannot_be_had_is_refused_before_anything_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    found = absent(name)
    monkeypatch.setattr(levels, "layers", lambda: found)
    status = cli.main(["grade", str(tmp_path / "not there"), "--out", str(tmp_path / "out"), "--course", str(ROOT)])
    said = capsys.readouterr().err
    assert status == 3
    assert f"{name} is absent: there is none. What brings it: another machine has it." in said
    assert "--isolation process" in said
    assert 'isolation = "process"' in said
    assert not (tmp_path / "out").exists()


def test_the_own_user_is_no_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    levels.require("locked")
    assert levels.locks_for("locked") == Locks(own_user=False, landlock=landlock.NEWEST, seccomp=True)


@pytest.mark.parametrize(
    ("number", "words"),
    [(38, "as gVisor has none"), (95, "lsm="), (1, "an old container runtime"), (22, "refused here")],
)
def test_why_there_is_no_landlock(monkeypatch: pytest.MonkeyPatch, number: int, words: str) -> None:
    def refuse() -> int:
        raise OSError(number, "no")

    monkeypatch.setattr(landlock, "supported", refuse)
    layer = next(layer for layer in levels.layers() if layer.name == "Landlock")
    assert layer.state == "absent"
    assert words in layer.detail
    assert levels.locks_for("container") == Locks(own_user=os.geteuid() == 0, seccomp=True)


def test_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    root = os.geteuid() == 0
    everything = Locks(own_user=root, landlock=landlock.NEWEST, seccomp=True)
    assert levels.locks_for("locked") == levels.locks_for("container") == everything
    assert levels.locks_for("process") == Locks(own_user=root)
    monkeypatch.setattr(levels.platform, "machine", lambda: "riscv64")
    assert "no filter for riscv64" in next(layer for layer in levels.layers() if layer.name == "seccomp").detail
    monkeypatch.setattr(levels.platform, "system", lambda: "Darwin")
    assert {layer.state for layer in levels.layers()} == {"absent"}
    assert levels.locks_for("locked") == Locks(own_user=False)
    levels.require("process")
    with pytest.raises(IsolationError, match=r"Landlock is absent: that takes Linux\. What brings it: Linux or WSL 2"):
        levels.require("locked")


def test_the_doctor_tells_each_layer(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "missing", lambda kind: "Keras is not looked at here" if kind == "keras" else None)
    assert cli.main(["doctor", "--course", str(ROOT)]) == 0
    lines = capsys.readouterr().out.splitlines()
    states = {line[2:25].strip(): line[25:33].strip() for line in lines if line[:3].strip() and line[:2] == "  "}
    assert states == dict.fromkeys(levels.NAMES, "active") | {
        "own user": "active" if os.geteuid() == 0 else "absent",
        "canary, NumPy": "passed",
        "canary, Keras": "absent",
    }
    assert lines[-1] == "`locked` can be had here. course.toml asks for `locked`."


def test_the_doctor_finds_what_is_absent_or_failed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "missing", lambda kind: "not looked at here" if kind == "keras" else None)
    found = absent("Landlock")
    monkeypatch.setattr(doctor, "layers", lambda: found)
    assert cli.main(["doctor", "--course", str(ROOT)]) == 3
    assert "`locked` cannot be had here" in capsys.readouterr().out
    monkeypatch.setattr(levels, "locks_for", lambda _: UNLOCKED)
    monkeypatch.setattr(canary, "in_force", lambda _: {"limits", "seccomp"})
    assert cli.main(["doctor", "--course", str(ROOT)]) == 3
    said = capsys.readouterr().out
    assert "canary, NumPy          failed" in said
    assert "nothing is graded with it" in said


def test_the_course_asks_for_the_highest_level() -> None:
    assert load(ROOT / "course.toml").isolation == "locked"


WINDOWS = """
import sys
for name in ("resource", "fcntl", "pwd", "grp", "termios"):
    sys.modules[name] = None  # as where there is none
sys.platform = "win32"
from grader import cli
from grader.outcomes import Kind, Stop, Stopped
from grader.model import Status
from grader.settings import Settings
from grader.refusals import WORDS, refusal
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "command", [["doctor"], ["grade", "submitted", "--out", "out"], ["replay", "ada", "convolve.hand"], ["verify"]]
)
def test_windows_is_told_what_to_do(command: list[str]) -> None:
    typed = [sys.executable, "-c", WINDOWS, *command, "--course", str(ROOT)]
    done = subprocess.run(typed, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 3
    assert done.stderr == "grader: Grading needs Linux or macOS; on Windows, run it inside WSL 2.\n"


def test_ends_are_a_closed_list_with_words_and_a_status() -> None:
    ends = set(get_args(Kind))
    assert set(WORDS["stops"]) == ends
    for end in ends:
        failure = refusal("convolve", Stopped(Stop(end)), public=False)
        assert failure.status in get_args(Status)
        assert failure.status not in ("graded", "error")  # it costs the check, and is never taken for a fault of ours
        assert "`convolve`" in failure.observation.lower()
        assert failure.next_step
    page = (ROOT / "SECURITY.md").read_text("utf-8").partition("## What can become of a call")[2].partition("## ")[0]
    assert {word for word in ends if f"`{word}`" in page} == ends
    assert {status for status in get_args(Status) if f"| `{status}`" in page} == {*get_args(Status)} - {"missing"}


def test_of_a_folder_with_something_hidden_the_rest_is_granted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "libraries" / "course" / "suites").mkdir(parents=True)
    (tmp_path / "libraries" / "numpy").mkdir()
    (tmp_path / "libraries" / "six.py").touch()
    monkeypatch.setattr(grants, "SYSTEM", ())
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "not there"))
    monkeypatch.setattr(sys, "path", ["", str(tmp_path / "libraries"), str(tmp_path / "not there")])
    hidden = str(tmp_path / "libraries" / "course")
    assert grants.libraries(hidden) == [str(tmp_path / "libraries" / name) for name in ("numpy", "six.py")]
    assert grants.libraries(str(tmp_path / "libraries")) == []
    assert grants.libraries(str(tmp_path / "elsewhere")) == [str(tmp_path / "libraries")]


def test_libraries_that_others_cannot_reach_are_noticed(tmp_path: Path) -> None:
    (tmp_path / "home" / "libraries").mkdir(parents=True)
    libraries = str(tmp_path / "home" / "libraries")
    for folder in (tmp_path, *list(tmp_path.parents)[:-2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    assert grants.readable_by_others([libraries, "/dev/null"])
    (tmp_path / "home").chmod(0o700)
    assert not grants.readable_by_others([libraries])
    (tmp_path / "home").chmod(0o711)
    assert grants.readable_by_others([libraries])
    (tmp_path / "home" / "libraries").chmod(0o711)
    assert not grants.readable_by_others([libraries])


def test_the_limits_of_an_exercise_are_no_matter_of_locks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    hasty = msgspec.structs.replace(desk.bench.limits, import_seconds=1e-9, call_seconds=1e-9, check_seconds=1e-9)
    monkeypatch.setattr(desk.bench, "limits", hasty)
    assert prove(desk, desk.bench.locks) > 10
