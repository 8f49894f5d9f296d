"""Which libraries are installed, and whether they will do for an exercise."""

from __future__ import annotations

import importlib.util
import os
import platform
from collections.abc import Set
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

__all__ = ["COMPUTED_BY", "computed_by", "installed", "missing"]

COMPUTED_BY = {"numpy", "scipy", "hypothesis", "keras", "tensorflow", "tensorflow-cpu", "jax", "jaxlib"}


def installed(names: Set[str]) -> dict[str, str]:
    """The versions of those libraries that are installed."""
    found = {}
    for name in sorted(names):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def computed_by() -> dict[str, str]:
    """The versions of Python and of those libraries that have a part in an answer, where they are installed."""
    return {"python": platform.python_version()} | installed(COMPUTED_BY)


def missing(template: str) -> str:
    """What an exercise with that template lacks here, and how to get it; "" for nothing."""
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    lacking = [name for name in ("keras", backend) if template == "keras" and importlib.util.find_spec(name) is None]
    return f"{' and '.join(lacking)} must be installed (pip install -r requirements.txt)" if lacking else ""
