"""What student code returned, as plain data: the only way out of the worker."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader import wire

__all__ = ["TooLargeError", "outgoing"]

NUMERIC = "biuf"


class TooLargeError(Exception):
    """The value has more bytes than one answer may carry."""


def outgoing(value: object, buffers: list[bytes], limit: int) -> wire.Value:
    """The `Value` for anything a student may return.

    Arrays, matrices, masked arrays (their data), tensors and nested sequences of numbers become arrays; lists, tuples and
    dictionaries of other things stay what they are; all else travels as the name of its type. Raises TooLargeError
    beyond `limit` bytes.
    """
    return _Outgoing(buffers, limit).convert(value, 0)


class _Outgoing:
    def __init__(self, buffers: list[bytes], limit: int) -> None:
        self.buffers = buffers
        self.left = limit

    def convert(self, value: Any, depth: int) -> wire.Value:
        if depth > wire.MAX_NESTING:
            return wire.Opaque("nested too deeply")
        if value is None or isinstance(value, bool | int | float | np.bool_ | np.integer | np.floating):
            return self._number(value)
        if isinstance(value, str):
            self._spend(4 * len(value))
            return wire.Text(str.__str__(value).encode("utf-8", "replace").decode())
        if isinstance(value, dict):
            return self._mapping(value, depth)
        if isinstance(value, list | tuple):
            return self._sequence(value, depth)
        return self._array_like(value)

    def _spend(self, nbytes: int) -> None:
        self.left -= nbytes
        if self.left < 0:
            raise TooLargeError

    def _number(self, value: Any) -> wire.Value:
        self._spend(16)
        if isinstance(value, int) and not isinstance(value, bool):
            value = int.__index__(value)
        if isinstance(value, np.floating):
            value = np.float64(value)
        return wire.pack(value, self.buffers)

    def _mapping(self, value: dict[Any, Any], depth: int) -> wire.Value:
        if len(value) > 10_000:
            raise TooLargeError
        pairs = []
        for key, item in dict.items(value):
            name = self.convert(key, depth + 1)
            if not isinstance(name, wire.Flag | wire.Whole | wire.Real | wire.Text | wire.Null):
                return wire.Opaque("dict with keys that are no plain values")
            pairs.append((name, self.convert(item, depth + 1)))
        return wire.Map(tuple(pairs))

    def _sequence(self, value: list[Any] | tuple[Any, ...], depth: int) -> wire.Value:
        if not len(value):
            return wire.Seq(())
        array = _read(value)
        if array is not None:
            return self._array(array, listed=True)
        if len(value) > 10_000:
            raise TooLargeError
        return wire.Seq(tuple(self.convert(item, depth + 1) for item in value))

    def _array_like(self, value: Any) -> wire.Value:
        if isinstance(value, np.ma.MaskedArray):
            value = np.ma.getdata(value)
        readable = isinstance(value, np.ndarray) or hasattr(type(value), "__array__") or hasattr(type(value), "__len__")
        array = _read(value) if readable and not isinstance(value, bytes | bytearray | set | frozenset) else None
        if array is None:
            kind = f"array of {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__
            return wire.Opaque(kind[:200].encode("utf-8", "replace").decode())
        return self._array(array, listed=False)

    def _array(self, array: np.ndarray[Any, Any], listed: bool) -> wire.Value:
        self._spend(array.nbytes)
        if array.dtype.itemsize > 8:
            array = array.astype(np.float64)
        return wire.pack_array(array, self.buffers, listed)


def _read(value: Any) -> np.ndarray[Any, Any] | None:
    """The plain numeric ndarray (at most 8 axes) that NumPy reads from `value`, or None."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None
    if type(array) is not np.ndarray:
        array = np.ndarray.view(array, np.ndarray)
    return array if array.dtype.kind in NUMERIC and array.ndim <= 8 else None
