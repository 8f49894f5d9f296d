"""The checks of `multiply_sum` as an instructor would write them for other graders: points and a piece of code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["CHECKS", "notebook_of", "otter_test", "test_cells", "test_module"]

HELPERS = """
import numpy as np

rng = np.random.default_rng(20)


def refuses(function, *arguments):
    try:
        function(*arguments)
    except ValueError:
        return True
    return False
"""
CHECKS = {
    "hand": (2, "assert multiply_sum(np.array([[3, 5], [2, 7]]), np.array([[1, 0], [2, 1]])) == 14"),
    "agrees": (
        2,
        """for _ in range(20):
    a, b = rng.normal(size=(2, *rng.integers(1, 6, size=rng.integers(1, 5))))
    np.testing.assert_allclose(multiply_sum(a, b), np.vdot(a, b), rtol=1e-6)""",
    ),
    "bilinear": (
        1,
        """a, b, c = rng.normal(size=(3, 4, 5))
np.testing.assert_allclose(multiply_sum(2 * a + c, b), 2 * multiply_sum(a, b) + multiply_sum(c, b), rtol=1e-6)""",
    ),
    "uint8": (
        2,
        """a, b = rng.integers(0, 256, size=(2, 6, 6), dtype=np.uint8)
np.testing.assert_allclose(multiply_sum(a, b), np.vdot(a.astype(float), b.astype(float)))""",
    ),
    "layouts": (
        1,
        """a, b = rng.normal(size=(2, 5, 6))
before = a.copy()
np.testing.assert_allclose(multiply_sum(a.T, b.T), np.vdot(a, b), rtol=1e-6)
assert (a == before).all()""",
    ),
    "mismatch": (2, "assert refuses(multiply_sum, np.ones((3, 3)), np.ones(3))"),
}


def test_module(canary: str) -> str:
    """A module of pytest with all checks, and a secret that students are not to read."""
    parts = [f"from multiply_sum import multiply_sum\n{HELPERS}\nCANARY = {canary!r}\n"]
    for name, (_, body) in CHECKS.items():
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        parts.append(f"\n\ndef test_{name}():\n{lines}\n")
    return "".join(parts)


def otter_test(name: str, canary: str) -> str:
    """A file of one hidden test, as Otter takes them."""
    points, body = CHECKS[name]
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    head = f"OK_FORMAT = False\nname = {name!r}\npoints = {points}\nfrom otter.test_files import test_case\n"
    secret = f"CANARY = {canary!r}\n"
    return f"{head}{HELPERS}{secret}\n@test_case(points={points}, hidden=True)\ndef test(multiply_sum):\n{lines}\n"


def test_cells(canary: str) -> list[dict[str, Any]]:
    """A cell of hidden tests for each check, as nbgrader takes them."""
    cells = []
    for name, (points, body) in CHECKS.items():
        source = f"### BEGIN HIDDEN TESTS\n{HELPERS}\nCANARY = {canary!r}\n{body}\n### END HIDDEN TESTS"
        told = {"grade": True, "grade_id": name, "locked": True, "points": points, "solution": False, "task": False}
        cells.append(_cell(name, source, {"nbgrader": told | {"schema_version": 3}}))
    return cells


def notebook_of(sources: Sequence[str], cells: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """A notebook with an answer, and the cells behind it."""
    answer = {"grade": False, "grade_id": "answer", "locked": False, "solution": True, "task": False}
    first = [_cell("answer", source, {"nbgrader": answer | {"schema_version": 3}}) for source in sources]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return {"cells": [*first, *cells], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


def _cell(name: str, source: str, metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }
