"""Attacks from inside a worker: each ends in an outcome of the student's own, and the judge goes on."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from workers import LOOP, UNLOCKED, Open, a_desk, call, kind, opener, raised, value

from grader import grading, warm
from grader import student as students
from grader.compare import difference
from grader.desk import Desk
from grader.model import CheckResult
from grader.probing import CheckFailed
from grader.refusals import import_failure, refusal, stop_status
from grader.student import NotRun, Raised, Request, Returned
from grader.verdicts import _filled

__all__: list[str] = []


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with a_desk(tmp_path_factory.mktemp("data")) as desk:
        yield desk


@pytest.fixture
def student(desk: Desk) -> Iterator[Open]:
    with opener(desk) as student:
        yield student


def test_an_ordinary_call(student: Open) -> None:
    one = student("def f(a, k=2):\n    print('hello')\n    a[0] = 5\n    return (a * k).tolist()")
    outcome = call(one, "f", np.arange(3.0))
    assert isinstance(outcome, Returned)
    assert (outcome.value.tolist(), outcome.listed, outcome.changed) == ([10, 2, 4], True, (0,))
    assert bytes(one.printed) == b"hello\n"
    assert isinstance(call(one, "missing"), Raised)
    assert raised(call(one, "f")) == "TypeError"


STOPPED = {
    "busy": (LOOP, "timeout"),
    "in C, with the lock held": ("return 10 ** 10 ** two() ** 3", "timeout"),
    "swallows everything": (
        "[signal.signal(n, signal.SIG_IGN) for n in range(1, 32) if n not in (9, 19)]\n"
        "    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
        "timeout",
    ),
    "segfault": ("ctypes.string_at(0)", "crashed"),
    "abort": ("os.abort()", "crashed"),
    "ends with 0": ("os._exit(0)", "exited"),
    "ends as a worker that could not be locked": ("os._exit(70)", "exited"),
    "closes all descriptors": ("os.closerange(0, 1024)", "exited"),
    "flood": ("while True: print('x' * 1000)", "output"),
    "flood without newline": ("while True: sys.stdout.write('x')", "output"),
    "flood of errors": ("while True: os.write(2, b'x' * 60000)", "output"),
    "flood from a thread": (
        f"threading.Thread(target=lambda: [os.write(1, b'x' * 9999) for _ in range(999)]).start()\n    {LOOP}",
        "output",
    ),
    "random bytes": (f"os.write(reply(), bytes(range(255, 0, -1)))\n    {LOOP}", "protocol"),
    "a huge length": (f"os.write(reply(), struct.pack('<IQ', 5, 2 ** 60))\n    {LOOP}", "protocol"),
    "a header that never ends": (f"os.write(reply(), struct.pack('<IQ', 2 ** 23, 0))\n    {LOOP}", "protocol"),
    "nested": (
        "part = b'\\x83\\xa4type\\xa6answer\\xa6number\\x00\\xa5value'\n"
        "    part += b'\\x82\\xa4type\\xa1l\\xa5items\\x91' * 60000\n"
        f"    os.write(reply(), struct.pack('<IQ', len(part), 0) + part)\n    {LOOP}",
        "protocol",
    ),
    "half a frame": (f"os.write(reply(), struct.pack('<IQ', 50, 0) + b'x')\n    {LOOP}", "timeout"),
    "drop by drop": (
        "os.write(reply(), struct.pack('<IQ', 100, 2 ** 25))\n    while True: os.write(reply(), b'x')",
        "timeout",
    ),
    "an answer to another call": (
        "from grader import messages, wire\n"
        f"    os.write(reply(), wire.frame(messages.Answer(7, wire.Whole(2)), []))\n    {LOOP}",
        "protocol",
    ),
    "an answer of another kind": (
        f"from grader import messages, wire\n    os.write(reply(), wire.frame(messages.Ready(), []))\n    {LOOP}",
        "protocol",
    ),
    "an array that is not there": (
        "from grader import messages, wire\n"
        f"    os.write(reply(), wire.frame(messages.Answer(0, wire.Array('<f8', (0, 2**40, 2**40))), []))\n    {LOOP}",
        "protocol",
    ),
    "bytes behind the value": (
        "from grader import messages, wire\n"
        f"    os.write(reply(), wire.frame(messages.Answer(0, wire.Null()), [b'x']))\n    {LOOP}",
        "protocol",
    ),
    "its own codec": ("import grader.wire\n    grader.wire.frame = lambda *args: b'x' * 100", "protocol"),
    "a codec that fails": ("import grader.wire\n    grader.wire.frame = None", "exited"),
}
STATUS = {"timeout": "timeout", "crashed": "crashed", "exited": "crashed", "output": "blocked", "protocol": "blocked"}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGXCPU])
def test_a_signal_to_itself_is_no_time_out(tmp_path: Path, student: Open, number: int) -> None:
    body = f"def f(): os.kill(os.getpid(), {number})"
    assert raised(call(student(body))) == "PermissionError"
    with a_desk(tmp_path, UNLOCKED) as desk, opener(desk) as unlocked:
        assert kind(call(unlocked(body))) == "crashed"


@pytest.mark.parametrize("name", STOPPED)
def test_what_ends_a_worker_ends_that_call_alone(student: Open, name: str) -> None:
    body, wanted = STOPPED[name]
    one = student(f"def f():\n    {body}\n    return 2")
    outcome = call(one)
    assert kind(outcome) == wanted
    assert stop_status(outcome) == STATUS[wanted]
    assert value(one, "two") == 2


def test_after_a_time_out_the_function_is_not_run_again(student: Open) -> None:
    one = student("def f(x):\n    while x: pass\n    return x")
    outcomes = one.calls([Request("f", (x,)) for x in (0, 0, 1, 0)])
    assert [kind(outcome) for outcome in outcomes] == ["Returned", "Returned", "timeout", "NotRun"]
    later = call(one, "f", 0)
    assert isinstance(later, NotRun)
    assert stop_status(later) == "timeout"
    assert value(one, "two") == 2


def test_a_descriptor_that_is_closed_early_is_an_end(student: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "LAST_BREATH", 0.05)
    assert kind(call(student(f"def f():\n    os.close(reply())\n    {LOOP}"))) == "crashed"


IMPORTS = {
    "never ends": (LOOP, "timeout"),
    "ends the process": ("os._exit(0)", "crashed"),
    "segfault": ("ctypes.string_at(0)", "crashed"),
    "answers before it is asked": ("os.write(reply(), b'x' * 100)", "blocked"),
    "claims to be ready": (
        f"from grader import messages, wire\nos.write(reply(), wire.frame(messages.Ready(), []))\n{LOOP}",
        "blocked",
    ),
    "floods": ("while True: print('x' * 1000)", "blocked"),
    "leaves": ("sys.exit(0)", "import_error"),
    "interrupts": ("raise KeyboardInterrupt", "import_error"),
    "skips": ("import pytest; pytest.skip('all', allow_module_level=True)", "import_error"),
    "too large": ("x = np.ones(10 ** 8)", "memory"),
}


@pytest.mark.parametrize("name", IMPORTS)
def test_an_import_that_ends_badly_has_a_status(student: Open, name: str) -> None:
    body, status = IMPORTS[name]
    one = student(body)
    outcome = call(one)
    assert import_failure("work", outcome).status == status
    assert call(one, "two") is outcome


RAISED = {
    "exit": ("sys.exit(3)", "SystemExit"),
    "interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "generator": ("raise GeneratorExit", "GeneratorExit"),
    "recursion": ("return f()", "RecursionError"),
    "memory": ("return np.ones(10 ** 8)", "MemoryError"),
    "memory piece by piece": ("kept = []\n    while True: kept.append(bytes(10 ** 6))", "MemoryError"),
    "skip": ("import pytest; pytest.skip('no')", "Skipped"),
    "named as pytest's": ("raise type('Skipped', (BaseException,), {})('passed')", "Skipped"),
    "named as hypothesis's": ("raise type('UnsatisfiedAssumption', (BaseException,), {})()", "UnsatisfiedAssumption"),
    "named as the grader's": ("raise type('GraderError', (Exception,), {})()", "GraderError"),
    "writes a file": ("with open('file', 'w') as file: file.write('x' * 100)", "PermissionError"),
    "opens many files": ("kept = [open(os.devnull) for _ in range(200)]", "OSError"),
    "has no words": (
        "raise type('Wordless', (ValueError,), {'__str__': lambda self: 1 / 0, '__repr__': lambda self: 1 / 0})()",
        "Wordless",
    ),
    "leaves when asked": ("raise type('Leaver', (ValueError,), {'__str__': lambda self: sys.exit(0)})()", "Leaver"),
    "strange words": ("raise ValueError('\\ud800' * 10 ** 6)", "ValueError"),
    "a long name": ("raise type('x' * 10 ** 6, (ValueError,), {})()", "x" * 200),
}


@pytest.mark.parametrize("name", RAISED)
def test_exceptions_of_every_kind_are_outcomes(student: Open, name: str) -> None:
    body, error = RAISED[name]
    one = student(f"def f():\n    {body}\n    return 2")
    outcome = call(one)
    assert raised(outcome) == error
    assert stop_status(outcome) == ("memory" if error == "MemoryError" else "graded")
    assert value(one, "two") == 2


def test_long_messages_are_cut_with_a_count(student: Open) -> None:
    outcome = call(student("def f(): raise ValueError('x' * 10 ** 6)"))
    assert isinstance(outcome, Raised)
    assert outcome.trouble.message == "x" * 2000 + " … (998000 more characters)"
    assert outcome.trouble.message in grading._cleaned(check_of(refusal("f", outcome, public=True)), str).observation


def check_of(failure: CheckFailed) -> CheckResult:
    return _filled(CheckResult(name="c", title="t", points=0, max_points=1, outcome="failed"), failure, "")


def test_no_byte_is_written(student: Open, desk: Desk, tmp_path: Path) -> None:
    body = "def f():\n    with open('file', 'w') as file: file.write('x' * 100)"
    call(student(body))
    assert list(desk.bench.data.glob("**/*")) == []
    with a_desk(tmp_path, UNLOCKED) as there, opener(there) as unlocked:
        assert raised(call(unlocked(body))) == "OSError"
        assert [path.stat().st_size for path in there.bench.data.glob("**/*")] == [0]  # a limit lets no file grow


def test_memory_that_is_never_given_back_is_a_memory_verdict(student: Open) -> None:
    one = student("kept = []\ndef f():\n    while True: kept.append([])")
    outcome = one.calls([Request("f", ())], reference_seconds=1.0)[0]  # small pieces take their time
    assert stop_status(outcome) == "memory"


def test_recursion_without_a_limit_is_an_error_or_a_crash(student: Open) -> None:
    body = "class Deep:\n    def __getattr__(self, name): return getattr(self, name + 'x')\n"
    one = student(body + "def f():\n    sys.setrecursionlimit(10 ** 9)\n    return Deep().x")
    outcome = one.calls([Request("f", ())], reference_seconds=0.2)[0]
    assert kind(outcome) in ("crashed", "memory", "Raised")
    assert value(one, "two") == 2


HARMLESS = {
    "closed output": "sys.stdout.close(); sys.stderr.close(); os.close(1); os.close(2)",
    "no output": "sys.stdout = sys.stderr = sys.__stdout__ = None",
    "a thread that goes on": "threading.Thread(target=lambda: [time.sleep(0.01) for _ in range(10 ** 9)]).start()",
    "no modules": "sys.modules.clear()",
    "no comparison": "np.allclose = np.array_equal = np.testing.assert_allclose = lambda *a, **k: True",
    "no built-ins": "import builtins as b; b.sum = b.len = b.abs = b.isinstance = lambda *a: True",
    "no signals": "[signal.signal(n, signal.SIG_IGN) for n in range(1, 32) if n not in (9, 19)]",
    "tracing": "sys.settrace(lambda *a: None); sys.setprofile(lambda *a: None)",
    "no importing": "sys.meta_path.clear(); sys.path_hooks.clear(); sys.path.clear()",
    "an end of its own": "atexit.register(lambda: os.write(1, b'score: 100'))",
    "words like a report": 'print(\'5 passed in 0.1s\\n{"score": 100, "status": "passed"}\')',
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_student_code_does_to_itself_earns_nothing(student: Open, name: str) -> None:
    one = student(f"def f():\n    {HARMLESS[name]}\n    return 1.0\ndef g(): return 2.0\n")
    for function, right in (("f", False), ("g", True)):
        outcome = call(one, function)
        given = outcome.value if isinstance(outcome, Returned) else None
        assert kind(outcome) in ("Returned", "exited", "protocol")
        assert right or difference(2.0, given, 1e-9) is not None
    assert b"score: 100" not in one.printed


def test_an_object_that_equals_everything_is_the_wrong_type(student: Open) -> None:
    lies = "    def __eq__(self, other): return True\n    __class__ = float\n"
    one = student(f"class Equal:\n{lies}def f(): return Equal()")
    assert difference(2.0, value(one), 1e-9) is not None


def test_two_answers_to_one_call_are_worth_one(student: Open) -> None:
    forge = "from grader.messages import Answer\n    from grader import wire\n"
    forge += "    os.write(reply(), wire.frame(Answer(0, wire.Whole(666)), []))"
    one = student(f"def f(x):\n    {forge}\n    return x\ndef g(x): return x + 1")
    assert value(one, "f", 1) == 666  # its own wrong answer, in place of its own right one
    outcomes = one.calls([Request("g", (1,)), Request("g", (2,))])
    assert [outcome.value for outcome in outcomes if isinstance(outcome, Returned)] == [2, 3]


def test_seconds_are_the_judges_own(student: Open) -> None:
    forge = "wire.frame = lambda message, buffers: frame(msgspec.structs.replace(message, seconds=s), buffers)"
    one = student(f"import msgspec\nfrom grader import wire\nframe = wire.frame\ndef f(s):\n    {forge}")
    for seconds in (math.nan, math.inf, -math.inf, 1e300, -5.0):
        began = time.perf_counter()
        before = one.seconds
        assert value(one, "f", seconds) is None
        assert 0 <= one.seconds - before <= time.perf_counter() - began


def test_slow_code_is_charged_what_it_takes(student: Open) -> None:
    """Slower than a first try may be and within its limit: it is right each time, and the first try costs nothing."""
    one = student("")
    share = 0.6 * one.bench.limits.call_seconds * one.bench.slowness
    one = student(f"def f():\n    end = time.process_time() + {share}\n    while time.process_time() < end: pass\n")
    assert [kind(one.calls([Request("f", ())])[0]) for _ in range(4)] == ["Returned"] * 4
    assert one.spent < 4 * 2 * share


def test_what_never_ends_is_charged_more_than_it_takes(student: Open) -> None:
    one = student(f"def f():\n    {LOOP}\n")
    assert kind(one.calls([Request("f", ())])[0]) == "timeout"
    limit = one.bench.limits.call_seconds * one.bench.slowness
    assert 4 * limit <= one.spent < 5 * limit


def test_sleep_counts_against_the_exercise(student: Open) -> None:
    one = student("def f(seconds): time.sleep(seconds)")
    value(one, "f", 0.3)
    assert one.spent >= 0.1


def test_answers_cannot_fill_the_judge(student: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(students, "HELD_BYTES", 1 << 20)
    one = student("def f(): return np.zeros(1 << 16)")
    outcomes = one.calls([Request("f", ())] * 4)
    assert [kind(outcome) for outcome in outcomes] == ["Returned", "Raised", "Raised", "Raised"]
    assert isinstance(value(one), np.ndarray)


def test_too_much_at_once_is_said_so(student: Open) -> None:
    one = student("def f(): return np.broadcast_to(0.0, (10 ** 6, 10 ** 6))")
    outcome = call(one)
    assert isinstance(outcome, Raised)
    assert outcome.trouble.kind == "too_large"


def test_prints_are_kept_from_before_the_hidden_examples_only(student: Open) -> None:
    one = student("def f(x):\n    print('given', x)\nprint('import')")
    value(one, "f", "public")
    one.calls([Request("f", ("hidden",))])
    value(one, "f", "public, in a worker that knows nothing")
    one.listening = False
    value(one, "f", "public")
    told = b"public, in a worker that knows nothing\n"
    assert bytes(one.printed) == b"import\ngiven public\ngiven " + told


def test_what_is_public_is_asked_of_a_worker_that_knows_of_nothing_else(student: Open) -> None:
    one = student("seen = []\ndef f(x):\n    seen.append(x)\n    return list(seen)")
    assert value(one, "f", "public") == ["public"]
    assert one.calls([Request("f", ("hidden",))]) == [Returned(["public", "hidden"])]
    assert value(one, "f", "public") == ["public"]
    assert value(one, "f", "public") == ["public", "public"]


def test_prints_are_kept_up_to_a_cap_and_from_a_crash(student: Open) -> None:
    one = student("def f():\n    print('last words')\n    os.abort()\ndef g(): print('x' * 150000)")
    call(one)
    assert b"last words\n" in one.printed
    assert value(one, "g") is None
    assert 1 << 16 <= len(one.printed) <= 1 << 18
