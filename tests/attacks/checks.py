"""The checks of `multiply_sum` as an instructor would write them for other graders: points and a piece of code."""

from __future__ import annotations

__all__ = ["CHECKS", "HELPERS", "test_module"]

HELPERS = '''
import numpy as np

rng = np.random.default_rng(20)


def refuses(function, *arguments):
    try:
        function(*arguments)
    except ValueError:
        return True
    return False
'''
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
