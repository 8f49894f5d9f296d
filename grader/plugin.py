"""The pytest plugin: `pytest SUITE --submission PATH` grades one submission; checks get a `student` fixture.

A suite file `test_mean.py` checks the student's module `mean`; its function of the same name is `student.mean`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from grader.fixture import StudentFixture

__all__ = ["exercise_of", "pytest_addoption", "pytest_configure", "student"]

LEVELS = ("locked", "container", "process")
MARKER = "exercise(name, *functions): the student's module that a suite checks, where the file's name does not say it"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options that concern the submission."""
    group = parser.getgroup("grader", "grade a submission in a worker of its own")
    group.addoption("--submission", metavar="PATH", help="the student's folder, archive or notebook")
    group.addoption("--course", metavar="DIR", help="the folder that holds course.toml (optional)")
    group.addoption("--isolation", choices=LEVELS, help="how the submission is locked in (default: as the course says)")
    group.addoption("--live", action="store_true", help="search for failing examples, recorded ones aside")


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marker, and sets up a judge when there is a submission."""
    config.addinivalue_line("markers", MARKER)
    if config.getoption("--submission") and not config.pluginmanager.hasplugin("grader-judge"):
        from grader.solo import Solo  # the judge's libraries are only needed where something is graded

        config.pluginmanager.register(Solo(config), "grader-judge")


def exercise_of(node: pytest.Item | pytest.Collector) -> tuple[str, tuple[str, ...]]:
    """The student's module that an item checks, and the functions it has to offer."""
    marker = node.get_closest_marker("exercise")
    if marker is not None:
        return marker.args[0], tuple(marker.args[1:]) or (marker.args[0],)
    name = Path(node.path).stem.removeprefix("test_")
    return name, (name,)


@pytest.fixture(scope="module")
def student(request: pytest.FixtureRequest) -> Iterator[StudentFixture]:
    """The student's module: its functions are called in a locked-down worker, and plain data comes back."""
    judge = request.config.pluginmanager.get_plugin("grader-judge")
    if judge is None:
        pytest.fail("there is no submission to check; add --submission PATH", pytrace=False)
    fixture = judge.fixture(exercise_of(request.node)[0])
    yield fixture
    fixture.student.close()
