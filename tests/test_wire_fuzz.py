"""Whatever a worker sends, through all that the judge makes of it: an outcome, a verdict, a page, at a bounded price.

A short run belongs to the ordinary tests. `GRADER_FUZZ=N` makes it N times as long: 60 take about ten minutes.
"""

from __future__ import annotations

import os
import struct
import tempfile
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import deepcopy
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from test_wire import ARRAYS, SCALARS, VALUES

from grader import grading, judging, recorded, wire
from grader.course import Exercise, load
from grader.messages import Analysed, Answer, Limits, Loaded, Ready, Trouble
from grader.model import SubmissionResult
from grader.outcomes import Outcome, Raised, Request, Returned, Stop, Stopped
from grader.probing import CheckFailed, Raises, ShapeOf
from grader.recorded import Example, Mistake, Replay
from grader.refusals import import_failure
from grader.report.gradescope import results_json
from grader.report.pages import student_page
from grader.student import Student
from grader.suites import designs, test_filter_design, trainings
from grader.suites.cifar_layers import LAYERS, PARTS
from grader.suites.compiling import compiles
from grader.suites.networks import Network, Plan
from grader.verdicts import _filled
from grader.warm import Worker

__all__: list[str] = []

TIMES = int(os.environ.get("GRADER_FUZZ", "1"))
ROOT = Path(__file__).parents[1]
START = wire.PREFIX.size
# A worker whose answers have at most this many bytes, so that the bounds below are in reach of a few thousand bytes.
ANSWER_BYTES = 1 << 16
# What is read at once beside the frame; what the interpreter keeps for itself (caches, frames of functions).
BESIDE = (1 << 20) + (1 << 18)


def fuzzed(count: int) -> settings:
    return settings(
        max_examples=count * TIMES,
        deadline=None,
        database=None,
        derandomize=TIMES == 1,
        suppress_health_check=list(HealthCheck),
    )


def most(data: bytes) -> int:
    """The cap: bytes of memory that reading so many bytes may take, whatever they say.

    They lie in the inbox and are cut out of it (3). A byte of a header becomes objects (DECODED), a byte of a body an
    array (LAID_OUT), or a number in up to eight lists of one entry each (9 times LISTED). Lists of nothing at all have
    a cap of their own: MAX_LISTED of them in a frame.
    """
    return (3 + wire.DECODED + wire.LAID_OUT + 9 * wire.LISTED) * len(data) + BESIDE


class Reaper:
    """Stands for a template: every worker has just left by itself."""

    alive = True

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        return {"early": True, "status": 0, "cpu": 0.0}

    def tell(self, message: dict[str, Any]) -> None:
        pass


@contextmanager
def worker_that_sends(data: bytes) -> Iterator[Worker]:
    """The judge's end of a worker that has said `data` and then closed all of its pipes."""
    requests = os.open(os.devnull, os.O_WRONLY)
    output = os.open(os.devnull, os.O_RDONLY)
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        pipes = requests, os.dup(file.fileno()), output
        worker = Worker(Reaper(), os.getpid(), pipes, Limits(cpu_seconds=60, memory_bytes=0), ANSWER_BYTES, 1 << 16)  # type: ignore[arg-type]
        worker.greeted = True
        try:
            yield worker
        finally:
            worker.end()


def outcome_of(data: bytes, plain: bool) -> Outcome:
    """What the judge makes of the first answer in `data`."""
    with worker_that_sends(data) as worker:
        student = Student("work", None, None)  # type: ignore[arg-type]
        try:
            return student._answer(worker, 0, 60.0, 1.0, plain)[0]
        except Stop as stop:
            return Stopped(stop)


EXPECTED: tuple[Any, ...] = (
    0, -0.5, True, "a", [1, 2], (0.5, 1.5), [np.zeros(2), 1], np.zeros((2, 3)), np.arange(4), np.array(1.5), {"a": 1},
    {"a": np.zeros(2), "b": "c"}, None, Raises("ValueError"), Raises("Exception"), ShapeOf((2, 3)),
)  # fmt: skip


def probes() -> list[Replay]:
    """Probes that expect each kind of thing, of public and of hidden examples, with and without more to ask for."""
    made = []
    for number, wanted in enumerate(EXPECTED):
        examples = tuple(
            Example(
                args=(np.full((9, 9), float(place)),), expected=wanted, tolerance=1e-6, public=place < 2, models=(0.5,)
            )
            for place in range(4)
        )
        made.append(
            Replay(
                name="p",
                function="f",
                drawn_from="",
                twice=number % 3 == 0,
                intact=number % 2 == 0,
                effects=False,
                dtype="float64" if number % 4 == 0 else "",
                look="",
                seconds=0.0,
                mistakes=(Mistake("known", "seen", "reason", "step"),),
                examples=examples,
            )
        )
    return made


PROBES = probes()
EXERCISE: Exercise = load(ROOT / "course.toml").exercises[0]


class Answers:
    """Calls that all come to the same."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def calls(self, requests: Sequence[Request], reference_seconds: float | None = None) -> list[Outcome]:
        return [self.outcome] * len(requests)

    def alone(self, request: Request) -> Outcome:
        return self.outcome


def told(failure: CheckFailed | None) -> bytes:
    """All that is written about a check that came to this."""
    check = EXERCISE.checks[0]
    base = grading.CheckResult(name=check.name, title="t", points=0.0, max_points=1.0, outcome="failed")
    verdict = grading._cleaned(_filled(base, failure, "hint"), str)
    part = grading.ExerciseResult(name="e", title="E", score=0, max_score=1, status=verdict.status, checks=(verdict,))
    whole = SubmissionResult(student="s", state="graded", score=0, max_score=1, isolation="process", exercises=(part,))
    return results_json(whole) + student_page(whole).encode()


def judge(outcome: Outcome, probe: Replay, mixed: bool) -> CheckFailed | None:
    """The verdict on calls that came to `outcome`; of public ones to something else where `mixed`."""
    public = Answers(Returned(probe.examples[0].expected) if mixed else outcome)
    shown = public.calls(judging.requests(probe, True, str))
    try:
        judging.agree(Answers(outcome), probe, str, shown)
    except CheckFailed as failure:
        return failure
    return None


def follow(data: bytes, plain: bool, probe: Replay, mixed: bool) -> None:
    """One answer on its whole way; anything but an outcome and a verdict is an exception here."""
    outcome = outcome_of(data, plain)
    if isinstance(outcome, Stopped):
        assert outcome.stop.kind in ("protocol", "exited")
    told(judge(outcome, probe, mixed))


WAYS = (st.booleans(), st.sampled_from(PROBES), st.booleans())
SHORT = st.text(max_size=12) | st.sampled_from(
    ["\x1b[2J", "\ud800", "\0", "x" * 300, "ValueError", "MemoryError", "NotImplementedError", "read-only"]
)
TROUBLES = st.builds(
    Trouble,
    st.sampled_from(["raised", "absent", "not_callable", "too_large", "", "other"]),
    SHORT,
    st.lists(SHORT, max_size=4).map(tuple),
    SHORT,
    SHORT | st.just("line 1, called from line 2"),
)


def encoded(message: msgspec.Struct, buffers: Sequence[bytes] = ()) -> bytes:
    with suppress(UnicodeEncodeError):  # lone surrogates do not travel
        return wire.frame(message, list(buffers))
    return wire.frame(Ready(), [])


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """A frame that a worker could send: an answer as a rule."""
    buffers: list[bytes] = []
    value = draw(st.none() | VALUES.map(lambda given: wire.pack(given, buffers, draw(st.booleans()))))
    listed = draw(st.booleans())
    if isinstance(value, wire.Array):
        value = msgspec.structs.replace(value, listed=listed, form=draw(st.sampled_from(["", "F", "S", "x"])))
    answer = Answer(
        draw(st.sampled_from([0, 0, 0, 1, -1, 2**63 - 1])),
        value,
        draw(st.none() | TROUBLES),
        draw(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=3).map(tuple)),
        draw(st.floats()),
    )
    others = st.sampled_from([Ready(), Loaded(None, 0.0), Analysed(b""), answer])
    return encoded(draw(st.just(answer) | others), buffers)


@fuzzed(120)
@given(
    frames(), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 3), st.binary(max_size=4)), max_size=4), *WAYS
)
def test_changed_frames(frame: bytes, changes: list[Any], plain: bool, probe: Replay, mixed: bool) -> None:
    data = bytearray(frame)
    for place, cut, new in changes:
        place %= max(len(data), 1)
        data[place : place + cut] = new
    follow(bytes(data), plain, probe, mixed)


# MessagePack of nearly the right shape ------------------------------------------------------------------------------
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.sampled_from([0, 1, -1, 2, 3, 2**40, 2**41, 2**63, 10**6]) | st.floats()
LEAVES = st.none() | st.booleans() | NUMBERS | st.text(max_size=8) | st.binary(max_size=8)
DTYPES = st.sampled_from([*sorted(wire.DTYPES), "|O", "|V8", "<U1", "c16", ">f8", "", "float64"])
SHAPES = st.lists(st.sampled_from([0, 1, 2, 3, 8, -1, 2**20, 2**40, 2**41, True, 1.0]) | NUMBERS, max_size=9)


def tagged(tag: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A struct with most of its fields right; some are missing, and some hold anything."""
    loose = {name: st.one_of(values, values, values, LEAVES) for name, values in fields.items()}
    return st.fixed_dictionaries({}, optional={"type": st.just(tag), **loose}).map(lambda one: {"type": tag, **one})


PLAIN = st.one_of(
    tagged("n"),
    tagged("b", value=st.booleans()),
    tagged("i", value=NUMBERS),
    tagged("I", bits=NUMBERS, negative=st.booleans()),
    tagged("L", digits=st.from_regex(r"-?0x[0-9a-f]{1,20}\n?", fullmatch=True) | st.text(max_size=5)),
    tagged("f", value=NUMBERS),
    tagged("s", value=st.text(max_size=8)),
    tagged("o", type_name=st.text(max_size=8)),
    tagged("z", value=LEAVES),
    tagged("a", dtype=DTYPES, shape=SHAPES, form=st.text(max_size=2), writeable=st.booleans(), listed=st.booleans()),
    LEAVES,
)
NEARLY = st.recursive(
    PLAIN,
    lambda inner: (
        tagged("l", items=st.lists(inner, max_size=5), fixed=st.booleans())
        | tagged("d", items=st.lists(st.lists(inner, min_size=1, max_size=3) | st.tuples(inner, inner), max_size=5))
    ),
    max_leaves=10,
)
HEADERS = tagged(
    "answer",
    number=st.just(0),
    value=NEARLY,
    trouble=st.none() | st.fixed_dictionaries({"kind": SHORT}, optional={"error": SHORT, "family": st.lists(SHORT)}),
    changed=st.lists(NUMBERS, max_size=25),
    seconds=NUMBERS,
)


def raw(header: object, body: bytes) -> bytes:
    with suppress(UnicodeEncodeError):
        text = msgspec.msgpack.encode(header)
        return wire.PREFIX.pack(len(text), len(body)) + text + body
    return b""


@fuzzed(250)
@given(HEADERS, st.binary(max_size=64), *WAYS)
def test_headers_of_nearly_the_right_form(header: Any, body: bytes, plain: bool, probe: Replay, mixed: bool) -> None:
    follow(raw(header, body), plain, probe, mixed)


@fuzzed(100)
@given(st.binary(max_size=400), st.integers(0, 2**32 - 1) | st.integers(0, 300), st.integers(0, 2**64 - 1), *WAYS)
def test_bytes(data: bytes, header: int, body: int, plain: bool, probe: Replay, mixed: bool) -> None:
    follow(data, plain, probe, mixed)
    follow(struct.pack("<IQ", header, body) + data, plain, probe, mixed)
    follow(struct.pack("<IQ", len(data), 0) + data, plain, probe, mixed)


# What it costs ------------------------------------------------------------------------------------------------------
def cost(data: bytes, plain: bool) -> int:
    """Bytes of memory that the judge takes at most to read one answer."""
    outcome_of(b"", plain)
    tracemalloc.start()
    try:
        outcome_of(data, plain)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@fuzzed(60)
@given(frames() | st.builds(raw, HEADERS, st.binary(max_size=64)) | st.binary(max_size=400), st.booleans())
@example(struct.pack("<IQ", 2**32 - 1, 2**64 - 1), True)
def test_no_answer_costs_more_than_the_cap(data: bytes, plain: bool) -> None:
    assert cost(data, plain) <= most(data)


def arrays(count: int, body: bytes, **array: Any) -> bytes:
    """A frame with many arrays of a kind."""
    item = {"type": "a", "writeable": True} | array
    return raw({"type": "answer", "number": 0, "value": {"type": "l", "items": [item] * count}}, body)


COSTLY = {
    "lists of lists of single numbers": arrays(8, bytes(1 << 15), dtype="|i1", shape=[1 << 12] + [1] * 7, listed=True),
    "lists of nothing": arrays(1, b"", dtype="|i1", shape=[1 << 19, 0], listed=True),
    "many lists of nothing": arrays(200, b"", dtype="|i1", shape=[1 << 19, 0], listed=True),
    "rows that are half empty": arrays(8, bytes(1 << 15), dtype="|i1", shape=[1 << 12, 1], form="S"),
    "rows of nothing": arrays(100, b"", dtype="<f8", shape=[1 << 40, 0], form="S"),
    "small items": raw({"type": "answer", "number": 0, "value": {"type": "l", "items": [{"type": "n"}] * 8000}}, b""),
    "dictionaries": raw(
        {"type": "answer", "number": 0, "value": {"type": "l", "items": [{"type": "d", "items": []}] * 3000}}, b""
    ),
    "the same field again and again": (lambda part: struct.pack("<IQ", len(part), 0) + part)(
        b"\xdf" + struct.pack(">I", 4000) + b"\xa4type\xa6answer" + b"\xa5value\x81\xa4type\xa1n" * 3999
    ),
}


@pytest.mark.parametrize("name", COSTLY)
def test_what_is_made_to_grow_stays_below_the_cap(name: str) -> None:
    data = COSTLY[name]
    lists = wire.MAX_LISTED * wire.LISTED if "nothing" in name else 0
    assert cost(data, True) <= most(data) + lists


def test_what_is_paid_for_shows() -> None:
    """The control: lists of nothing, which have a cap of their own, take more than their bytes account for."""
    data = arrays(1, b"", dtype="|i1", shape=[1 << 19, 0], listed=True)
    assert cost(data, True) > most(data)


def test_integers_with_one_hash_are_no_keys() -> None:
    """Each of ten thousand would be compared with all the others."""
    prime = 2**61 - 1
    keys = [{"type": "L", "digits": hex(prime * (2**64 + number))} for number in range(3)]
    pairs = [[key, {"type": "n"}] for key in keys]
    outcome = outcome_of(raw({"type": "answer", "number": 0, "value": {"type": "d", "items": pairs}}, b""), True)
    assert isinstance(outcome, Stopped)
    assert len({hash(prime * (2**64 + number)) for number in range(3)}) == 1


# Reports of instruments ---------------------------------------------------------------------------------------------
RECORDED = recorded.read(ROOT / "grader" / "suites" / "recorded" / "cifar_setup.bin").probes
Facts = dict[str, Any]


def network() -> Facts:
    """What an honest worker reports of the right network."""
    layers = [
        {"class": kind, "genuine": True, "name": f"layer_{number}", "shape": [1]}
        | deepcopy(options)
        | ({"dropped": options["rate"]} if kind == "Dropout" else {})
        for number, (kind, options) in enumerate(LAYERS)
    ]
    about = {"class": "Sequential", "built": True, "input": [32, 32, 3], "layers": layers, "weights": 1}
    return about | deepcopy(RECORDED["network"].examples[0].expected)


def compiled() -> Facts:
    return deepcopy(RECORDED["compile"].examples[0].expected) | {"class": "Model", "optimizer": ["Adam"]}


def trained() -> Facts:
    steps = trainings.EPOCHS * trainings.TRAINING // trainings.BATCH
    marks = np.stack([np.full(steps, trainings.BATCH, float), np.linspace(208.0, 212.0, steps)])
    keys = ("loss", "accuracy", "val_loss", "val_accuracy")
    return {
        "class": "keras.History",
        "is_history": True,
        "train_marks": marks,
        "test_marks": marks - 1,
        "weights": [np.zeros(shape, np.float32) for shape in trainings.LAYERS],
        "history": {key: [0.5] * trainings.EPOCHS for key in keys},
    }


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each container in a report with each of its keys."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in list(parts):
        yield value, key
        yield from places(part)


class Reporter:
    """Stands for a `student` fixture whose worker reports `facts`, whatever it is asked."""

    def __init__(self, facts: Any, raises: bool = False) -> None:
        buffers: list[bytes] = []
        packed = wire.pack(facts, buffers)
        self.facts = wire.value_of(packed, wire.Reader(b"".join(buffers)), fresh=True)
        self.values: dict[str, Any] = {}
        self.raises = raises
        self.public = {"train": [Returned(self.facts)], "defaults": [Returned(self.facts)]}
        self.locate = str

    def recording(self) -> Any:
        return SimpleNamespace(probes=RECORDED | {"other": RECORDED["network"]})

    def outcome(self, asked: Request, *more: Any, **other: Any) -> Outcome:
        if asked.look == "network" and not asked.aim["pieces"] and isinstance(self.facts, dict):
            return self._come_to({name: fact for name, fact in self.facts.items() if name != "pieces"})
        return self._come_to(self.facts)

    def _come_to(self, facts: Any) -> Outcome:
        return Raised(Trouble("raised", "ValueError", ("ValueError",)), facts) if self.raises else Returned(facts)

    def require(self) -> None: ...
    def illustrate(self) -> None: ...


PLAN = Plan("build", PARTS, whole="network", others=("other",))
ASKED: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "network": (
        network,
        (
            lambda one: Network(one, PLAN).genuine(),
            *(lambda one, n=n: Network(one, PLAN).part(n) for n in range(3)),
            lambda one: Network(one, PLAN).listed(),
            lambda one: Network(one, PLAN).computes(),
            lambda one: Network(one, PLAN).sized(),
        ),
    ),
    "compiled": (compiled, (lambda one: compiles(one, "compile", "Adam"),)),
    "trained": (
        trained,
        tuple(
            lambda one, name=name: getattr(trainings.Training(one), name)()
            for name in ("history", "learns", "augments", "validates")
        ),
    ),
}
OTHER = SCALARS | ARRAYS | st.just([]) | st.just({}) | st.lists(SCALARS, max_size=3)


@pytest.mark.parametrize("kind", ASKED)
def test_the_reports_of_these_tests_pass_where_they_are_left_alone(kind: str) -> None:
    facts, checks = ASKED[kind]
    passed = 0
    for check in checks:
        with suppress(CheckFailed):
            check(Reporter(facts()))
            passed += 1
    assert passed >= len(checks) / 2


@pytest.mark.parametrize("kind", ASKED)
@fuzzed(40)
@given(
    changes=st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from("-+="), OTHER), min_size=1, max_size=3),
    raises=st.sampled_from([False, False, True]),
)
def test_reports_of_nearly_the_right_form(kind: str, changes: list[Any], raises: bool) -> None:
    made, checks = ASKED[kind]
    facts = made()
    for number, how, other in changes:
        found = list(places(facts))
        where, key = found[number % len(found)]
        if how == "-":
            del where[key]
        elif how == "+" and isinstance(where, list):
            where.insert(key, other)
        else:
            where[key] = other
    for check in checks:
        failure = None
        try:
            check(Reporter(facts, raises))
        except CheckFailed as error:
            failure = error
        told(failure)
        if failure is not None and check is checks[0]:
            return  # the others wait for the first one


# What functions without arguments return ------------------------------------------------------------------------------
DRAWN = st.sampled_from([(3, 3), (1, 1), (3, 3, 3), (1, 15, 3), (16, 1), (2, 3, 4), (0, 3), (3, 3, 0), (3, 1, 3)])
ENTRIES = st.floats() | st.sampled_from([0.0, 1.0, -1.0, 2.0])
DESIGNED = DRAWN.flatmap(lambda shape: hnp.arrays(np.float64, shape, elements=ENTRIES))
ANSWERS = st.dictionaries(st.sampled_from(["prewitt_flipped_effect", "line_filter_detects", "x"]), VALUES, max_size=3)


@fuzzed(60)
@given(VALUES | DESIGNED | ANSWERS)
def test_designs_and_answers_of_any_form(value: Any) -> None:
    buffers: list[bytes] = []
    packed = wire.pack(value, buffers)
    arrived = wire.value_of(packed, wire.Reader(b"".join(buffers)))
    stub = SimpleNamespace(value=lambda function: arrived)
    checks = [partial(getattr(designs, name), arrived) for name in designs.__all__ if name != "shoulder_portrait"]
    checks += [partial(test_filter_design._sight, stub, "line_filter_detects", "horizontal lines")]
    checks += [partial(test_filter_design.test_quiz_flipped, stub)]
    for check in checks:
        failure = None
        try:
            check()
        except CheckFailed as error:
            failure = error
        told(failure)


@fuzzed(40)
@given(TROUBLES, st.booleans())
def test_imports_that_fail_in_any_way(trouble: Trouble, public: bool) -> None:
    told(import_failure("work", Raised(trouble), public=public))


# Pieces --------------------------------------------------------------------------------------------------------------
@fuzzed(40)
@given(st.lists(frames(), max_size=4), st.lists(st.integers(1, 100), max_size=20))
def test_frames_arrive_whole_however_they_are_cut(sent: list[bytes], cuts: list[int]) -> None:
    """Half a frame is none, two are two, and what is left waits for the rest."""
    reading, writing = os.pipe()
    with worker_that_sends(b"") as worker:
        os.dup2(reading, worker.replies)
        os.set_blocking(worker.replies, False)
        os.close(reading)
        data, found = b"".join(sent), []
        for cut in [*cuts, len(data)]:
            os.write(writing, data[:cut])
            data = data[cut:]
            assert worker._drain_replies()
            while (parts := worker._frame()) is not None:
                found.append(wire.PREFIX.pack(*map(len, parts)) + b"".join(parts))
        os.close(writing)
        assert found == sent
        assert not worker.inbox
