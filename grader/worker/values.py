"""What student code returned, as plain data: the only way out of the worker."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from grader import wire

__all__ = ["UNCALLED", "TooLargeError", "outgoing"]

NUMERIC = "biuf"
MOST_ITEMS = 10_000
MOST_TEXT = 1_000_000
# What all that is no array may take in an answer, and a bound for one item of it beside its text, in bytes.
HEADER_BYTES = 2 << 20
ITEM_BYTES = 40
NUMBERS = bool | int | float | np.bool_ | np.integer | np.floating | Fraction | Decimal


class TooLargeError(Exception):
    """The value has more bytes than one answer may carry."""


def outgoing(value: object, buffers: list[bytes], limit: int, exact: bool = False) -> wire.Value:
    """The `Value` for anything a student may return.

    Whatever NumPy reads as numbers (arrays, matrices, masked arrays by their data, tensors, nested sequences) becomes
    an array; lists, tuples and dictionaries of other things stay what they are; all else travels as the name of its
    type. Raises TooLargeError beyond `limit` bytes of arrays, or 2 MiB of everything else. With `exact` a sequence
    becomes an array only where nothing is lost by it.
    """
    return _Outgoing(buffers, limit, exact).convert(value, 0)


@dataclass
class _Outgoing:
    buffers: list[bytes]
    array_bytes: int
    exact: bool
    header_bytes: int = HEADER_BYTES
    listed: int = 0

    def convert(self, value: Any, depth: int) -> wire.Value:
        """Classes are asked of `type`, because `isinstance` believes what an object says of itself."""
        self._spend_header(ITEM_BYTES)
        kind = type(value)
        if value is None or issubclass(kind, NUMBERS):
            return self._number(value)
        if issubclass(kind, str):
            return wire.Text(self._text(str.__str__(value)))
        if depth >= wire.MAX_NESTING:
            return wire.Opaque("nested too deeply")
        if issubclass(kind, dict):
            return self._mapping(list(dict.items(value)), depth)
        if issubclass(kind, list | tuple):
            return self._sequence(value, depth)
        if issubclass(kind, np.ndarray) and value.dtype.kind == "U" and value.size <= MOST_ITEMS:
            return self.convert(np.ndarray.tolist(value), depth)  # text, not numbers: the list that it stands for
        array = _read(value)
        if array is None:
            name = f"array of {value.dtype}" if issubclass(kind, np.ndarray) else kind.__name__
            return wire.Opaque(self._text(name[:200]))
        return self._array(array, listed=False)

    def _spend_header(self, nbytes: int) -> None:
        self.header_bytes -= nbytes
        if self.header_bytes < 0:
            raise TooLargeError

    def _number(self, value: Any) -> wire.Value:
        if issubclass(type(value), int):
            self._spend_header(min(int.bit_length(value), 1000) // 4)
        if issubclass(type(value), np.floating | Fraction | Decimal):
            value = np.float64(value)
        return wire.pack(value, self.buffers, self.exact)

    def _text(self, text: str) -> str:
        if len(text) > MOST_TEXT:
            raise TooLargeError
        encoded = text.encode("utf-8", "replace")
        self._spend_header(len(encoded))
        return encoded.decode()

    def _mapping(self, items: list[tuple[Any, Any]], depth: int) -> wire.Value:
        if len(items) > MOST_ITEMS:
            raise TooLargeError
        plain = all(key is None or issubclass(type(key), NUMBERS | str) for key, _ in items)
        keys = [self.convert(key, depth + 1) for key, _ in items] if plain else []
        if len(set(keys)) < len(items) or not all(isinstance(key, wire.KEYS) for key in keys):
            return wire.Opaque("dict with keys that are no plain values")
        values = [self.convert(value, depth + 1) for _, value in items]
        return wire.Map(tuple(zip(keys, values, strict=True)))

    def _sequence(self, value: list[Any] | tuple[Any, ...], depth: int) -> wire.Value:
        array = _read(value) if value else None
        listed = wire.objects(array.shape) if self.exact and array is not None else 0
        if listed > wire.MAX_LISTED - self.listed:
            raise TooLargeError
        if array is not None and not (self.exact and not _same(array, value)):
            self.listed += listed
            return self._array(array, listed=True)
        items = tuple(value)
        if len(items) > MOST_ITEMS:
            raise TooLargeError
        fixed = self.exact and issubclass(type(value), tuple)
        return wire.Seq(tuple(self.convert(item, depth + 1) for item in items), fixed)

    def _array(self, array: np.ndarray[Any, Any], listed: bool) -> wire.Value:
        self._spend_header(2 * ITEM_BYTES)
        self.array_bytes -= array.nbytes
        if self.array_bytes < 0:
            raise TooLargeError
        if array.dtype.itemsize > 8:
            array = array.astype(np.float64)
        return wire.pack_array(array, self.buffers, listed)


def _same(array: np.ndarray[Any, Any], value: Any) -> bool:
    """Whether `value` is what the array's nested lists are."""
    try:
        return bool(array.tolist() == value)
    except Exception:  # whatever stands in the list may compare as it likes
        return False


def _read(value: Any) -> np.ndarray[Any, Any] | None:
    """The plain numeric ndarray (at most 8 axes) that NumPy reads from `value`, or None."""
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O" and all(issubclass(type(item), NUMBERS) for item in array.flat):
            array = array.astype(np.float64)  # Python's own numbers, fractions and decimals among them
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None
    return array if array.dtype.kind in NUMERIC and array.ndim <= 8 else None


def defaults(function: Callable[..., Any], aim: dict[str, int]) -> dict[str, int]:
    """What a function takes where the arguments of `aim` are left out; what it does not tell is as in `aim`."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return aim
    told = {name: parameters[name].default for name in aim if name in parameters}
    return aim | {name: value for name, value in told.items() if type(value) in (int, float)}


# Instruments that look at a function before it is called.
UNCALLED: dict[str, Callable[[Callable[..., Any], Any], Any]] = {"defaults": defaults}
