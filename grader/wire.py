"""The wire between judge and worker: length-prefixed frames of plain data, parsed as if an enemy had sent them.

A frame is a prefix (header length u32, body length u64, little-endian), a MessagePack header of typed, bounded
structs, and the raw buffers of all arrays in the order of the header. Nothing is pickled, nothing evaluated, and no
size is believed before it has been compared with what really came.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from itertools import accumulate
from operator import mul
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "MAX_LISTED",
    "PREFIX",
    "Array",
    "Big",
    "Map",
    "Opaque",
    "Reader",
    "Seq",
    "Text",
    "Value",
    "WireError",
    "frame",
    "normal",
    "pack",
    "pack_array",
    "sizes",
    "unpack",
    "value_of",
]

PREFIX = struct.Struct("<IQ")
MAX_NESTING = 16
MAX_HEADER = 1 << 26
MAX_EMPTY = 1 << 40
MAX_LISTED = 1 << 20
# Bytes of memory that one byte of a header can become: the shortest item is 8 bytes long, and an object of 100 bytes.
DECODED = 16
# The same for a byte of the body, which may be an array in rows that are half empty.
LAID_OUT = 2
# The same for an object of the nested lists that an array becomes: a list or a number, and the place that points to it.
LISTED = 64
DTYPES = frozenset(["|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8"])

Short = Annotated[str, msgspec.Meta(max_length=200)]
Extent = Annotated[int, msgspec.Meta(ge=0, le=2**40)]


class WireError(Exception):
    """What came is not a frame of the protocol."""


class Null(msgspec.Struct, frozen=True, tag="n"):
    """None."""


class Flag(msgspec.Struct, frozen=True, tag="b"):
    """A truth value."""

    value: bool


class Whole(msgspec.Struct, frozen=True, tag="i"):
    """An integer of at most 64 bits."""

    value: int


class Big(msgspec.Struct, frozen=True, tag="I"):
    """An integer of more than 64 bits; only its number of bits and its sign travel."""

    bits: int
    negative: bool


class Long(msgspec.Struct, frozen=True, tag="L"):
    """An integer of 65 to 1000 bits, as hexadecimal digits."""

    digits: Annotated[str, msgspec.Meta(max_length=260, pattern="^-?0x[0-9a-f]+$")]


class Real(msgspec.Struct, frozen=True, tag="f"):
    """A floating-point number, NaN and infinities included."""

    value: float


class Text(msgspec.Struct, frozen=True, tag="s"):
    """A string; lone surrogates are replaced before it travels."""

    value: Annotated[str, msgspec.Meta(max_length=1_000_000)]


class Array(msgspec.Struct, frozen=True, tag="a"):
    """An array whose C-order buffer follows in the body.

    `form` keeps what the memory looks like: "" (C order), "F" (Fortran order), "S" (strided, not contiguous);
    `writeable` is the flag of that name; `listed` says that a nested list or tuple was handed over.
    """

    dtype: Annotated[str, msgspec.Meta(max_length=3)]
    shape: Annotated[tuple[Extent, ...], msgspec.Meta(max_length=8)]
    form: Annotated[str, msgspec.Meta(max_length=1)] = ""
    writeable: bool = True
    listed: bool = False


class Seq(msgspec.Struct, frozen=True, tag="l"):
    """A list or a tuple; `fixed` says that it is a tuple where that matters."""

    items: Annotated[tuple[Value, ...], msgspec.Meta(max_length=10_000)]
    fixed: bool = False


class Map(msgspec.Struct, frozen=True, tag="d"):
    """A dictionary as pairs."""

    items: Annotated[tuple[tuple[Value, Value], ...], msgspec.Meta(max_length=10_000)]


class Opaque(msgspec.Struct, frozen=True, tag="o"):
    """Something that cannot travel; only the name of its type does."""

    type_name: Short


Value = Null | Flag | Whole | Big | Long | Real | Text | Array | Seq | Map | Opaque
# Of a dictionary. Longer integers are none: thousands of them can have one hash, and then each is compared with all.
KEYS = Null | Flag | Whole | Real | Text


def sizes(prefix: bytes | memoryview, limit: int, header_limit: int = MAX_HEADER) -> tuple[int, int]:
    """Lengths of header and body in bytes, from the first 12 bytes of a frame.

    WireError beyond `limit` bytes in all, or `header_limit` in the header: decoding one takes a multiple of its size.
    """
    header, body = PREFIX.unpack(prefix)
    if header > header_limit or header + body > limit:
        raise WireError(f"a frame of {header} + {body} bytes; at most {limit} are taken, {header_limit} in the header")
    return header, body


def frame(message: msgspec.Struct, buffers: list[bytes]) -> bytes:
    """One complete frame: prefix, header, buffers."""
    header = msgspec.msgpack.encode(message)
    body = b"".join(buffers)
    return b"".join((PREFIX.pack(len(header), len(body)), header, body))


def unpack(header: bytes, body: bytes, decoder: msgspec.msgpack.Decoder[Any]) -> tuple[Any, Reader]:
    """The message of a frame, and a reader that takes the arrays from its body in the order of the header."""
    try:
        message = decoder.decode(header)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise WireError(f"a header that is none: {type(error).__name__}") from None
    return message, Reader(body, len(body) + DECODED * len(header))


class Reader:
    """Cuts arrays from the body of a frame, one after the other; every size is checked before NumPy sees it.

    `weight` are the bytes of memory that the whole frame may take once it is decoded.
    """

    def __init__(self, body: bytes, weight: int = 0) -> None:
        self.body = body
        self.offset = 0
        self.weight = weight
        self.listed = 0

    def __call__(self, spec: Array) -> NDArray[Any]:
        """The next array, a read-only view; WireError when the body does not hold it."""
        if spec.dtype not in DTYPES:
            raise WireError("an array of a dtype that does not travel")
        dtype = np.dtype(spec.dtype)
        count = math.prod(spec.shape)
        end = self.offset + count * dtype.itemsize
        # An empty array may claim axes that NumPy could not multiply.
        if end > len(self.body) or (not count and math.prod(filter(None, spec.shape)) > MAX_EMPTY):
            raise WireError("an array that is larger than its bytes")
        flat = np.frombuffer(self.body, dtype, count, self.offset) if count else np.empty(0, dtype)
        self.offset = end
        return flat.reshape(spec.shape)

    def nested(self, array: NDArray[Any]) -> Any:
        """Nested lists; WireError beyond a million objects in a frame: they take far more room than the array."""
        self.listed += objects(array.shape)
        self.weight += LISTED * objects(array.shape)
        if self.listed > MAX_LISTED:
            raise WireError("lists that are too long")
        return array.tolist()

    def finish(self) -> None:
        """WireError when there are bytes that no array has claimed."""
        if self.offset != len(self.body):
            raise WireError("bytes that belong to no array")


def objects(shape: Sequence[int]) -> int:
    """How many objects the nested lists of an array are."""
    return sum(accumulate(shape, mul))


def lay_out(array: NDArray[Any], spec: Array) -> NDArray[Any]:
    """A fresh copy of `array` in the memory layout that `spec` names."""
    if spec.form == "F":
        fresh = np.array(array, order="F")
    elif spec.form == "S" and array.ndim:
        room = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        fresh = room[..., ::2]
        fresh[...] = array
    else:
        fresh = np.array(array, order="C")
    fresh.flags.writeable = spec.writeable
    return fresh


def _form(array: NDArray[Any]) -> str:
    if array.flags.c_contiguous or array.ndim == 0:
        return ""
    return "F" if array.flags.f_contiguous else "S"


def pack(value: object, buffers: list[bytes], exact: bool = False) -> Value:
    """The `Value` for plain data of the trusted side; array buffers are appended to `buffers`.

    Takes None, bool, int, float, str, lists, tuples, dicts, NumPy scalars and arrays of the dtypes that travel;
    TypeError for anything else. With `exact` tuples stay tuples, and integers of up to 1000 bits keep their value.
    """
    match value:
        case None:
            return Null()
        case bool() | np.bool_():
            return Flag(bool(value))
        case int() | np.integer():
            number = int(value)
            if -(2**63) <= number < 2**63:
                return Whole(number)
            return Long(hex(number)) if exact and number.bit_length() <= 1000 else Big(number.bit_length(), number < 0)
        case float() | np.floating():
            return Real(float(value))
        case str():
            return Text(str(value).encode("utf-8", "replace").decode())
        case np.ndarray():
            return pack_array(value, buffers)
        case list() | tuple():
            return Seq(tuple(pack(item, buffers, exact) for item in value), exact and isinstance(value, tuple))
        case dict():
            return Map(tuple((pack(key, buffers, exact), pack(item, buffers, exact)) for key, item in value.items()))
    raise TypeError(f"{type(value).__name__} does not travel")


def pack_array(array: NDArray[Any], buffers: list[bytes], listed: bool = False) -> Array:
    """The `Array` for an ndarray of a dtype that travels; other byte orders are converted. TypeError otherwise."""
    native = array.dtype.newbyteorder("<")
    if native.str not in DTYPES:
        raise TypeError(f"arrays of {array.dtype} do not travel")
    buffers.append(np.ascontiguousarray(array, dtype=native).tobytes())
    return Array(native.str, array.shape, _form(array), bool(array.flags.writeable), listed)


def value_of(value: Value, take: Reader, fresh: bool = False, depth: int = 0) -> Any:
    """Plain data from a `Value`; arrays are read-only views of the frame.

    With `fresh` everything is as whoever sent it had it: arrays are copies in their layout, lists that travelled as an
    array are lists again, tuples tuples. Opaque and Big values stay as they are: the reader decides what they mean.
    `depth` says inside how many others this one is.
    """
    if depth > MAX_NESTING:
        raise WireError("values nested too deeply")
    match value:
        case Null():
            return None
        case Flag() | Whole() | Real() | Text():
            return value.value
        case Long():
            return int(value.digits, 16)
        case Array():
            array = take(value)
            if fresh and value.listed:
                return take.nested(array)
            take.weight += (LAID_OUT - 1) * array.nbytes if fresh else 0  # the copy; the frame itself goes
            return lay_out(array, value) if fresh else array
        case Seq():
            items = [value_of(item, take, fresh, depth + 1) for item in value.items]
            return tuple(items) if fresh and value.fixed else items
        case Map():
            plain = {}
            for key, item in value.items:
                if not isinstance(key, KEYS):
                    raise WireError("a dictionary key that is no plain value")
                plain[value_of(key, take)] = value_of(item, take, fresh, depth + 1)
            if len(plain) < len(value.items):
                raise WireError("a dictionary with the same key twice")
            return plain
    return value


def normal(value: object) -> Any:
    """Plain data as it reads after a trip over the wire."""
    buffers: list[bytes] = []
    packed = pack(value, buffers)
    return value_of(packed, Reader(b"".join(buffers)))
