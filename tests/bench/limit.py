"""A time limit for each check, as pytest-timeout sets it by a signal; beside test files it is their `conftest.py`."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["limited"]

SECONDS = float(os.environ.get("BENCH_LIMIT", "5"))


def _over(number: int, frame: Any) -> None:
    raise TimeoutError(f"took longer than {SECONDS:g} seconds")


def pytest_runtest_setup() -> None:
    """Begins to count: from here a test has its seconds."""
    signal.signal(signal.SIGALRM, _over)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)


def pytest_runtest_teardown() -> None:
    """Stops counting."""
    signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def limited() -> Iterator[None]:
    """Ends what takes longer than a check may take."""
    pytest_runtest_setup()
    try:
        yield
    finally:
        pytest_runtest_teardown()
