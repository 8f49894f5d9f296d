"""What all files of tests share: results that are kept for one run, so that no work is graded twice in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

__all__: list[str] = []


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of kept results, the same one for all processes of one run of the tests, and empty at its beginning."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "store"
