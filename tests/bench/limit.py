"""A time limit for each check, as pytest-timeout sets it by a signal; beside test files it is their `conftest.py`."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

__all__ = ["limited"]

SECONDS = float(os.environ.get("BENCH_LIMIT", "5"))


def _over(number: int, frame: Any) -> None:
    raise TimeoutError(f"took longer than {SECONDS:g} seconds")


@contextmanager
def limited() -> Iterator[None]:
    """Ends what takes longer than a check may take."""
    signal.signal(signal.SIGALRM, _over)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, Any, Any]:
    """Limits the call of each test."""
    with limited():
        return (yield)
