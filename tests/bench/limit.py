"""A time limit for each check, as pytest-timeout sets it by a signal; beside test files it is their `conftest.py`."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Alarm", "limited"]

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


class Over(BaseException):
    """The end of code whose time is up; `except Exception` lets it pass."""


class Alarm:
    """Ends code after so many processor seconds, or three times as many and two more on the clock, as a judge does.

    Where the code catches its end and goes on, it is ended again; TimeoutError tells of it in any case.
    """

    AGAIN = 0.1

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.over = self.done = False

    def __enter__(self) -> None:
        for number in (signal.SIGALRM, signal.SIGPROF):
            signal.signal(number, self._ring)
        signal.setitimer(signal.ITIMER_PROF, self.seconds, self.AGAIN)
        signal.setitimer(signal.ITIMER_REAL, 3 * self.seconds + 2, self.AGAIN)

    def __exit__(self, *exception: object) -> None:
        self.done = True  # a signal may still be on its way
        for timer in (signal.ITIMER_PROF, signal.ITIMER_REAL):
            signal.setitimer(timer, 0)
        if self.over:
            raise TimeoutError(f"took longer than {self.seconds:g} seconds")

    def _ring(self, number: int, frame: Any) -> None:
        if not self.done:
            self.over = True
            raise Over
