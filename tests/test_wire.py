"""The wire: plain data comes back as it went, and whatever else is sent is refused before it costs anything."""

from __future__ import annotations

import math
import tracemalloc
from contextlib import suppress
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader import wire
from grader.messages import Answer, Reply

__all__: list[str] = []

REPLIES: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)
LIMIT = 1 << 16
START = wire.PREFIX.size
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def parsed(data: bytes, fresh: bool = False) -> Any:
    """What a judge makes of one frame."""
    header, body = wire.sizes(data[:START], LIMIT)
    message, take = wire.unpack(data[START : START + header], data[START + header : START + header + body], REPLIES)
    if not isinstance(message, Answer) or message.value is None:
        return None
    value = wire.value_of(message.value, take, fresh)
    take.finish()
    return value


def sent(value: object) -> bytes:
    buffers: list[bytes] = []
    return wire.frame(Answer(0, wire.pack(value, buffers)), buffers)


def forged(value: object, body: bytes = b"") -> bytes:
    """A frame whose answer is any MessagePack at all."""
    header = msgspec.msgpack.encode({"type": "answer", "number": 0, "value": value})
    return wire.PREFIX.pack(len(header), len(body)) + header + body


def array_of(dtype: object = "<f8", shape: object = (2,), **more: object) -> dict[str, object]:
    return {"type": "a", "dtype": dtype, "shape": shape, **more}


def same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        alike = one.shape == other.shape and one.dtype == other.dtype
        return bool(alike and one.tobytes() == other.tobytes())
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(item, other[key]) for key, item in one.items())
    return type(one) is type(other) and (one == other or (one != one and other != other))


DTYPES = st.sampled_from(sorted(wire.DTYPES)).map(np.dtype)
ARRAYS = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | WORDS
VALUES = st.recursive(
    SCALARS | ARRAYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=8,
)


@QUICK
@given(VALUES)
def test_plain_data_makes_the_trip(value: object) -> None:
    assert same(parsed(sent(value)), value)
    assert same(wire.normal(value), value)


@pytest.mark.parametrize("dtype", sorted(wire.DTYPES))
@pytest.mark.parametrize("order", ["C", "F", "S"])
@pytest.mark.parametrize("writeable", [True, False])
def test_layouts_make_the_trip(dtype: str, order: str, writeable: bool) -> None:
    array = np.arange(24).reshape(2, 3, 4).astype(dtype)
    array = np.repeat(array, 2, axis=-1)[..., ::2] if order == "S" else np.array(array, order=order)  # type: ignore[call-overload]
    array.flags.writeable = writeable
    back = parsed(sent(array), fresh=True)
    assert same(back, array)
    assert back.flags.writeable is writeable
    for flag in ("c_contiguous", "f_contiguous"):
        assert getattr(back.flags, flag) is getattr(array.flags, flag)


def test_answers_are_read_only_views_for_the_judge() -> None:
    back = parsed(sent(np.ones((3, 4))))
    assert not back.flags.writeable
    assert not back.flags.owndata


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,) * 8])
def test_shapes_without_entries_or_axes_make_the_trip(shape: tuple[int, ...]) -> None:
    assert same(parsed(sent(np.ones(shape)), fresh=True), np.ones(shape))


def test_other_byte_orders_arrive_as_the_same_numbers() -> None:
    array = np.arange(6, dtype=">i4").reshape(2, 3)
    back = parsed(sent(array))
    assert back.dtype == np.dtype("<i4")
    assert np.array_equal(back, array)


def test_numpy_scalars_and_tuples_become_plain() -> None:
    value = (np.float32(0.5), np.int8(-3), np.bool_(True), np.str_("a"), (1, 2))
    back = parsed(sent(value))
    assert back == [0.5, -3, True, "a", [1, 2]]
    assert [type(item) for item in back] == [float, int, bool, str, list]


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400])
def test_integers_beyond_64_bits_travel_by_their_size(number: int) -> None:
    assert parsed(sent(number)) == wire.Big(number.bit_length(), number < 0)


def test_lone_surrogates_are_replaced() -> None:
    assert parsed(sent("a\ud800b")) == "a?b"


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x", 1j, np.array([1j]), np.array(["a"]), np.datetime64("2020")])
def test_other_things_do_not_leave_the_trusted_side(value: object) -> None:
    with pytest.raises(TypeError, match="travel"):
        sent(value)


@QUICK
@given(st.binary(max_size=200))
def test_random_bytes_are_no_frame(data: bytes) -> None:
    refused_or_plain(data.ljust(START, b"\0"))


@QUICK
@given(VALUES, st.data())
def test_a_mutated_frame_is_refused_or_still_plain_data(value: object, data: st.DataObject) -> None:
    frame = bytearray(sent(value))
    for _ in range(data.draw(st.integers(1, 4), "changes")):
        place = data.draw(st.integers(0, len(frame) - 1), "place")
        cut = data.draw(st.integers(0, 2), "length")
        frame[place : place + cut] = data.draw(st.binary(max_size=3), "bytes")
        frame = frame.ljust(START, b"\0")
    refused_or_plain(bytes(frame))


def refused_or_plain(data: bytes) -> None:
    try:
        value = parsed(data)
    except wire.WireError:
        return
    assert value is None or isinstance(
        value, bool | int | float | str | list | dict | np.ndarray | wire.Opaque | wire.Big
    )


MAP = {"type": "d"}
ZERO = {"type": "i", "value": 0}
BODY = bytes(16)
LIES = {
    "object dtype": (array_of("|O"), BODY),
    "void": (array_of("|V8"), BODY),
    "text": (array_of("<U2"), BODY),
    "complex": (array_of("c16"), BODY),
    "big-endian": (array_of(">f8"), BODY),
    "a dtype by a longer name": (array_of("float64"), BODY),
    "a structure": (array_of("i4,i4"), BODY),
    "dtype that is no text": (array_of(8), BODY),
    "negative": (array_of(shape=(-2,)), BODY),
    "negative twice": (array_of(shape=(-1, -2)), BODY),
    "fraction": (array_of(shape=(2.0,)), BODY),
    "truth value": (array_of("|u1", shape=(True,)), b"x"),
    "huge": (array_of(shape=(2**40, 2**40)), BODY),
    "beyond 64 bits": (array_of(shape=(2**63,)), BODY),
    "nine axes": (array_of(shape=(1,) * 9), bytes(8)),
    "empty, and too large": (array_of(shape=(0, 2**40, 2**40)), b""),
    "one entry more": (array_of(shape=(3,)), BODY),
    "one entry fewer": (array_of(shape=(1,)), BODY),
    "bytes without an array": (ZERO, BODY),
    "unknown layout": (array_of(form="long"), BODY),
    "unknown tag": ({"type": "z"}, b""),
    "no tag": ({"value": 1}, b""),
    "a bare number": (7, b""),
    "an integer for a number": ({"type": "i", "value": "7"}, b""),
    "a long name": ({"type": "o", "type_name": "x" * 201}, b""),
    "a long text": ({"type": "s", "value": "x" * 1_000_001}, b""),
    "bytes for text": ({"type": "s", "value": b"\xff"}, b""),
    "a long list": ({"type": "l", "items": [ZERO] * 10_001}, b""),
    "the same key twice": ({**MAP, "items": [[ZERO, ZERO]] * 2}, b""),
    "keys that are equal": ({**MAP, "items": [[ZERO, ZERO], [{"type": "b", "value": False}, ZERO]]}, b""),
    "an array for a key": ({**MAP, "items": [[array_of(), ZERO]]}, BODY),
    "a list for a key": ({**MAP, "items": [[{"type": "l", "items": []}, ZERO]]}, b""),
    "half a pair": ({**MAP, "items": [[ZERO]]}, b""),
}


@pytest.mark.parametrize("name", LIES)
def test_lies_are_refused(name: str) -> None:
    value, body = LIES[name]
    with pytest.raises(wire.WireError):
        reading_of(forged(value, body))


def reading_of(data: bytes) -> Any:
    header, body = wire.PREFIX.unpack(data[:START])
    message, take = wire.unpack(data[START : START + header], data[START + header :][:body], REPLIES)
    value = wire.value_of(message.value, take)
    take.finish()
    return value


def test_the_forger_of_these_tests_can_also_tell_the_truth() -> None:
    assert np.array_equal(reading_of(forged(array_of(), BODY)), np.zeros(2))
    assert reading_of(forged({**MAP, "items": [[ZERO, ZERO]]})) == {0: 0}


def nested(depth: int) -> bytes:
    """An answer of lists in lists; written by hand, because an encoder gives up long before."""
    opened = b"\x82\xa4type\xa1l\xa5items\x91"
    closed = msgspec.msgpack.encode({"type": "n"})
    header = b"\x83\xa4type\xa6answer\xa6number\x00\xa5value" + opened * depth + closed
    return wire.PREFIX.pack(len(header), 0) + header


def test_nesting_is_bounded() -> None:
    value = reading_of(nested(wire.MAX_NESTING))
    for _ in range(wire.MAX_NESTING):
        (value,) = value
    assert value is None
    for depth in (wire.MAX_NESTING + 1, 500, 200_000):
        with pytest.raises(wire.WireError):
            reading_of(nested(depth))


def test_keys_given_twice_in_a_header_are_harmless() -> None:
    header = b"\x84\xa4type\xa6answer\xa6number\x00\xa6number\x05\xa5value" + msgspec.msgpack.encode(ZERO)
    message, _ = wire.unpack(header, b"", REPLIES)
    assert message in (Answer(5, wire.Whole(0)), Answer(0, wire.Whole(0)))


def test_bytes_behind_a_header_are_refused() -> None:
    with pytest.raises(wire.WireError):
        wire.unpack(msgspec.msgpack.encode(Answer(0, wire.Null())) + b"\0", b"", REPLIES)


@pytest.mark.parametrize("prefix", [b"\xff" * START, wire.PREFIX.pack(0, LIMIT + 1), wire.PREFIX.pack(LIMIT, 1)])
def test_a_prefix_is_believed_up_to_the_limit_only(prefix: bytes) -> None:
    with pytest.raises(wire.WireError, match="at most"):
        wire.sizes(prefix, LIMIT)
    assert wire.sizes(wire.PREFIX.pack(LIMIT - 1, 1), LIMIT) == (LIMIT - 1, 1)


def test_a_header_has_a_limit_of_its_own() -> None:
    assert wire.sizes(wire.PREFIX.pack(100, 0), LIMIT, 100) == (100, 0)
    with pytest.raises(wire.WireError):
        wire.sizes(wire.PREFIX.pack(101, 0), LIMIT, 100)


@pytest.mark.parametrize(
    "value",
    [
        array_of(shape=(2**40, 2**20)),
        array_of(shape=(2**36,)),
        array_of("|u1", shape=(0, 2**40)),
        {"type": "I", "bits": 2**62, "negative": False},
        {"type": "l", "items": [{"type": "n"}] * 5000},
    ],
)
def test_no_claim_is_paid_for(value: object) -> None:
    data = forged(value)
    tracemalloc.start()
    with suppress(wire.WireError):
        reading_of(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < wire.DECODED * len(data) + LIMIT


@QUICK
@given(st.lists(SCALARS, max_size=300))
def test_a_decoded_header_weighs_no_more_than_is_counted(values: list[object]) -> None:
    data = sent(values)
    header, body = data[START:], b""
    tracemalloc.start()
    message, take = wire.unpack(header, body, REPLIES)
    held = wire.value_of(message.value, take)
    weight = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert same(held, values)
    assert weight <= take.weight + 4096


def test_numbers_that_json_cannot_hold_make_the_trip() -> None:
    back = parsed(sent([math.nan, math.inf, -math.inf, -0.0]))
    assert math.isnan(back[0])
    assert back[1:3] == [math.inf, -math.inf]
    assert math.copysign(1.0, back[3]) == -1.0
