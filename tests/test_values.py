"""What student code may return: numbers as NumPy reads them, all else by its name, whatever it says of itself."""

from __future__ import annotations

import array
import collections
import datetime
import decimal
import enum
import fractions
import types
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader import wire
from grader.judging import agree
from grader.messages import Answer, Reply
from grader.outcomes import Stop, Stopped
from grader.probing import CheckFailed, Raises, ShapeOf
from grader.recorded import Example, Replay
from grader.student import Outcome, Request, Returned
from grader.warm import HEADER_LIMIT
from grader.worker.values import UNCALLED, TooLargeError, outgoing

__all__: list[str] = []

REPLIES: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)
LIMIT = 1 << 20


def sent(value: object, limit: int = LIMIT) -> tuple[wire.Value, Any]:
    """What leaves the worker for a value, and what arrives at the judge."""
    buffers: list[bytes] = []
    frame = wire.frame(Answer(0, outgoing(value, buffers, limit)), buffers)
    start = wire.PREFIX.size
    header, _ = wire.sizes(frame[:start], limit + HEADER_LIMIT, HEADER_LIMIT)
    message, take = wire.unpack(frame[start : start + header], frame[start + header :], REPLIES)
    arrived = wire.value_of(message.value, take)
    take.finish()
    return message.value, arrived


def arrived(value: object) -> Any:
    return sent(value)[1]


class Pair(NamedTuple):
    one: object
    two: object


class Level(enum.IntEnum):
    LOW = 1


class Tensor:
    """As a framework's tensor: an object that NumPy can read."""

    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray[Any, Any]:
        return np.ones((2, 3), np.float32)


class Picture:
    """As a picture of Pillow: only its memory is described."""

    def __init__(self) -> None:
        self.pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)
        self.__array_interface__ = self.pixels.__array_interface__


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (np.bool_(False), False),
        (7, 7),
        (Level.LOW, 1),
        (np.uint64(2**64 - 1), wire.Big(64, False)),
        (2**62, 2**62),
        (-(10**400), wire.Big((10**400).bit_length(), True)),
        (0.1, 0.1),
        (np.float16(0.5), 0.5),
        (np.longdouble(0.25), 0.25),
        (fractions.Fraction(1, 2), 0.5),
        (decimal.Decimal("0.25"), 0.25),
        (np.float64(-0.0), -0.0),
        ("a", "a"),
        (np.str_("b"), "b"),
        ("\ud800 and \x00", "? and \x00"),
        ([], []),
        ((), []),
        ({}, {}),
        ([("tabby", 0.5), ("cat", np.float32(0.25))], [["tabby", 0.5], ["cat", 0.25]]),
        ([1, None, "a"], [1, None, "a"]),
        (Pair("a", 1), ["a", 1]),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.defaultdict(int, {1: "x"}), {1: "x"}),
        (types.SimpleNamespace(), wire.Opaque("SimpleNamespace")),
    ],
)
def test_plain_values_arrive_as_they_are(value: object, expected: object) -> None:
    back = arrived(value)
    assert back == expected
    assert type(back) is type(expected)


@pytest.mark.parametrize("number", [float("nan"), np.float32("nan"), float("inf"), -np.inf])
def test_what_is_not_finite_arrives_too(number: float) -> None:
    assert np.array_equal(arrived(number), float(number), equal_nan=True)
    assert np.array_equal(arrived(np.full(2, number)), np.full(2, number), equal_nan=True)


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [
        (np.array([[1, 2]]).view(np.matrix), "i8", [[1, 2]]),
        (np.ma.masked_array([1.5, 2.5], [True, False]), "f8", [1.5, 2.5]),
        (memoryview(np.arange(4, dtype="u1").reshape(2, 2)), "u1", [[0, 1], [2, 3]]),
        (array.array("d", [1.0, 2.0]), "f8", [1.0, 2.0]),
        ([[1, 2], [3, 4]], "i8", [[1, 2], [3, 4]]),
        (((1.0, 2), [3, 4]), "f8", [[1, 2], [3, 4]]),
        ([True, 2.5], "f8", [1.0, 2.5]),
        ([np.ones(2), [2, 3]], "f8", [[1, 1], [2, 3]]),
        (range(3), "i8", [0, 1, 2]),
        (collections.deque([1, 2]), "i8", [1, 2]),
        (Tensor(), "f4", np.ones((2, 3))),
        (Picture(), "u1", np.arange(6).reshape(2, 3)),
        (np.array(2.0), "f8", 2.0),
        (np.array([1, 2], "f2"), "f2", [1, 2]),
        (np.array([1, 2], np.longdouble), "f8", [1, 2]),
        (np.array([[1, 2], [3, 4]], ">i4"), "i4", [[1, 2], [3, 4]]),
        (np.asfortranarray([[1.0, 2], [3, 4]]), "f8", [[1, 2], [3, 4]]),
        (np.arange(8.0)[::-2], "f8", [7, 5, 3, 1]),
        (np.broadcast_to(1.0, (2, 3)), "f8", np.ones((2, 3))),
        (np.zeros((0, 3)), "f8", np.zeros((0, 3))),
        (np.array([[1, 2.5], [True, np.float32(4)]], object), "f8", [[1, 2.5], [1, 4]]),
        ([[fractions.Fraction(1, 2), 2], [decimal.Decimal(3), 4.5]], "f8", [[0.5, 2], [3, 4.5]]),
    ],
)
def test_whatever_numpy_reads_as_numbers_is_an_array(value: object, dtype: str, expected: object) -> None:
    back = arrived(value)
    assert type(back) is np.ndarray
    assert back.dtype == np.dtype(dtype)
    assert back.shape == np.shape(expected)  # type: ignore[arg-type]
    assert np.array_equal(back, expected)  # type: ignore[arg-type]


def test_lists_and_layouts_are_told_apart() -> None:
    told = [sent(value)[0] for value in ([1, 2], (1, 2), np.array([1, 2]), np.ones((2, 3)).T, np.ones((3, 4))[:, ::2])]
    assert all(isinstance(value, wire.Array) for value in told)
    assert [(value.listed, value.form) for value in told if isinstance(value, wire.Array)] == [
        (True, ""),
        (True, ""),
        (False, ""),
        (False, "F"),
        (False, "S"),
    ]


def generator() -> Iterator[int]:
    yield 1


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (generator(), "generator"),
        ({1, 2}, "set"),
        (frozenset(), "frozenset"),
        (b"12", "bytes"),
        (1j, "complex"),
        (np.complex64(1), "complex64"),
        (np.array([1j]), "array of complex128"),
        (np.array([object()]), "array of object"),
        (np.array([1, "2"], object), "array of object"),
        (np.array([1.0, None]), "array of object"),
        (np.array([b"a"]), "array of |S1"),
        (np.array([1], "datetime64[s]"), "array of datetime64[s]"),
        (np.zeros(1, [("a", "f8")]), "array of [('a', '<f8')]"),
        (np.zeros((1,) * 9), "array of float64"),
        (datetime.date(2020, 1, 1), "date"),
        (len, "builtin_function_or_method"),
        (int, "type"),
        (np, "module"),
        ({}.keys(), "dict_keys"),
        ({(1, 2): 3}, "dict with keys that are no plain values"),
        (dict.fromkeys(["\ud800", "\udc00"]), "dict with keys that are no plain values"),
        (type("x" * 500, (), {})(), "x" * 200),
    ],
)
def test_other_things_arrive_by_the_name_of_their_type(value: object, name: str) -> None:
    assert arrived(value) == wire.Opaque(name)
    assert arrived([None, value]) == [None, wire.Opaque(name)]


def test_a_list_within_itself_has_an_end() -> None:
    endless: list[object] = []
    endless.append(endless)
    back = arrived(endless)
    for _ in range(wire.MAX_NESTING):
        (back,) = back
    assert back == wire.Opaque("nested too deeply")
    circle: dict[str, object] = {}
    circle["me"] = circle
    assert "nested too deeply" in str(arrived(circle))


def liar(kind: type, **methods: Callable[..., object]) -> object:
    """An object that says it is a `kind`, equal to everything, and short."""
    lies: dict[str, Any] = {
        "__class__": property(lambda self: kind),
        "__eq__": lambda self, other: True,
        "__len__": lambda self: 0,
        "__str__": lambda self: "1.0",
        "__hash__": lambda self: 1,
        **methods,
    }
    return type("Liar", (), lies)()


@pytest.mark.parametrize(
    "kind", [bool, int, float, str, dict, list, tuple, np.ndarray, np.float64, np.matrix, type(None)]
)
def test_what_an_object_says_of_its_class_is_not_believed(kind: type) -> None:
    assert isinstance(liar(kind), kind)
    assert arrived(liar(kind)) == wire.Opaque("Liar")


def test_a_class_that_lies_in_subclasses_is_read_by_its_data() -> None:
    class Text(str):
        def __len__(self) -> int:
            return 0

        def __str__(self) -> str:
            return "other"

        def encode(self, *args: object) -> bytes:  # type: ignore[override]
            raise RuntimeError

    class Table(dict):  # type: ignore[type-arg]
        def __len__(self) -> int:
            return 10**9

        def items(self) -> Any:
            raise RuntimeError

    class Grid(np.ndarray):  # type: ignore[type-arg]
        shape = property(lambda self: (9, 9))  # type: ignore[assignment]
        nbytes = property(lambda self: 0)  # type: ignore[assignment]

        def __eq__(self, other: object) -> Any:
            return True

    assert arrived(Text("true")) == "true"
    assert type(arrived(Text("true"))) is str
    assert arrived(Table(a=1)) == {"a": 1}
    assert arrived(np.ones(3).view(Grid)).shape == (3,)
    with pytest.raises(TooLargeError):
        sent(np.ones(LIMIT).view(Grid))


def raising(*args: object, **kwargs: object) -> object:
    raise ZeroDivisionError


def test_an_array_method_that_gives_no_array_is_no_array() -> None:
    assert arrived(liar(object, __array__=lambda self, *args, **kwargs: "text")) == wire.Opaque("Liar")
    with pytest.raises(ZeroDivisionError):  # student code that raises: the call's own outcome
        arrived(liar(object, __array__=raising))


@pytest.mark.parametrize(
    "value",
    [
        np.zeros(LIMIT, "f8"),
        np.broadcast_to(0.0, (10**6, 10**6)),
        [np.zeros(LIMIT // 16), None, np.zeros(LIMIT // 16 + 1)],
        list(range(LIMIT // 8 + 1)),
        [None] * 10_001,
        [["a"] * 9_000] * 10,
        ["\u20ac" * 300_000] * 3,
        "x" * 1_000_001,
        dict.fromkeys(range(10_001)),
        [[{"a": None}] * 9_999] * 2,
        [[object()] * 9_999] * 9,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_too_large_is_said_so(value: object) -> None:
    with pytest.raises(TooLargeError):
        sent(value)


@pytest.mark.parametrize(
    "value",
    [
        np.zeros(LIMIT // 8),
        list(range(LIMIT // 8)),
        [None] * 10_000,
        "\u20ac" * 600_000,
        dict.fromkeys(range(10_000), 1.5),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_small_enough_passes_the_judge(value: object) -> None:
    assert len(arrived(value)) == len(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "item",
    [type("\u20ac" * 200, (), {})(), {"a": np.ones(3)}, [[None]], "\u20ac" * 40, 2**62, np.zeros((1,) * 8)],
    ids=lambda item: type(item).__name__[:4],
)
def test_the_worker_stops_before_the_judge_refuses(item: object) -> None:
    counts = []
    for count in (100, 400, 1_600, 9_999):  # the judge's WireError would be the student's protocol violation
        with suppress(TooLargeError):
            counts.append(len(arrived([[None, *[item] * count]] * 9)))
    assert 0 < len(counts) < 4


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=4) | st.complex_numbers(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(
            st.none() | st.integers() | st.text() | st.floats() | st.tuples(st.integers()), inner, max_size=3
        )
        | st.sets(st.integers(), max_size=2)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(ANYTHING)
def test_every_python_value_arrives_as_something(value: object) -> None:
    _, back = sent(value)
    assert (back is None) == (value is None)


EXPECTED = (2.0, np.ones((9, 9, 3)), [3, 4], {"a": 1.0}, "text", Raises("ValueError"), ShapeOf((2,)))


class Answering:
    """A student whose every call comes to the same."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def calls(self, requests: list[Request], reference_seconds: float | None = None) -> list[Outcome]:
        return [self.outcome] * len(requests)

    def alone(self, request: Request) -> Outcome:
        return self.outcome


@settings(max_examples=150, deadline=None)
@given(ANYTHING | hnp.arrays(st.sampled_from(["f2", "u1", "?", "i8"]), hnp.array_shapes(min_dims=0)), st.booleans())
@example([np.ones(3), np.ones((2, 2))], True)
@example({"a": [np.ones(3), None]}, True)
@example(np.full((9, 9, 3), np.nan), True)
@example(np.full((9, 9), np.inf, "f2"), True)
def test_whatever_comes_back_is_judged_and_nothing_breaks(value: object, public: bool) -> None:
    outcome = Returned(arrived(value))
    student: Any = Answering(outcome)
    for expected in EXPECTED:
        examples = tuple(Example((np.ones((9, 9)), side), expected, 1e-9, public, ()) for side in (1, 2))
        other = Example((np.ones((9, 9)), 3), 0.5, 1e-9, public, ())
        probe = Replay("p", "f", "", True, True, False, "", "", 0.0, (), (*examples, other))
        with pytest.raises(CheckFailed) as caught:
            agree(student, probe, str, [outcome] * 6 * public)
        assert caught.value.status == "graded"


@pytest.mark.parametrize("kind", ["timeout", "memory", "exited"])
@pytest.mark.parametrize("public", [True, False])
def test_a_call_without_an_answer_is_shown_where_it_is_public(kind: str, public: bool) -> None:
    student: Any = Answering(Stopped(Stop(kind)))  # type: ignore[arg-type]
    probe = Replay("p", "f", "", False, False, False, "", "", 0.0, (), (Example((1, 2.5), 4, 1e-9, public, ()),))
    with pytest.raises(CheckFailed) as caught:
        agree(student, probe, str, [student.outcome] * public)
    shown = [(one.call, one.expected, one.given) for one in caught.value.evidence]
    assert shown == [("f(1, 2.5)", "4", "no answer")] * public


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda a, epochs=5: a, {"epochs": 5, "batch": 32}),
        (lambda a, epochs, batch=32.5: a, {"epochs": 200, "batch": 32.5}),
        (lambda a, epochs=None, batch=True: a, {"epochs": 200, "batch": 32}),
        (lambda *everything, **settings: everything, {"epochs": 200, "batch": 32}),
        (max, {"epochs": 200, "batch": 32}),
    ],
)
def test_defaults_are_read_where_the_signature_tells(function: Any, told: dict[str, Any]) -> None:
    assert UNCALLED["defaults"](function, {"epochs": 200, "batch": 32}) == told
