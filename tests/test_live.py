"""The live search: it finds, shrinks and explains, shows the public examples first, and comes to an end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from grader import intake
from grader.authoring import live
from grader.desk import Case, Desk
from grader.fixture import StudentFixture
from grader.probing import CheckFailed, CheckNotRun, Misconception, PictureFile, Probe
from grader.solo import LIMITS
from grader.worker.source import ExerciseSpec

__all__: list[str] = []

ROOT = Path(__file__).resolve().parent.parent
CALL_SECONDS = 0.3

Search = Callable[..., None]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    from msgspec.structs import replace

    limits = replace(LIMITS, call_seconds=CALL_SECONDS)
    desk = Desk([ExerciseSpec(name="work", functions=("f",))], limits, None, tmp_path_factory.mktemp("none"))
    yield desk
    desk.close()


@pytest.fixture
def search(desk: Desk, tmp_path: Path) -> Iterator[Search]:
    """Searches with a probe in a module `work` of the given source."""
    cases: list[Case] = []

    def run(source: str, probe: Probe) -> StudentFixture:
        (tmp_path / "student").mkdir(exist_ok=True)
        (tmp_path / "student" / "work.py").write_text(source, "utf-8")
        cases.append(desk.open(intake.read(intake.entry_for(tmp_path / "student"), ["work"])))
        fixture = desk.fixture(cases[-1], "work")
        search = live.Live("multiply_sum")
        search.probes = {"probe": probe}
        fixture.live = search.search
        fixture.agrees("probe")
        return fixture

    yield run
    for case in cases:
        case.close()


def doubled(x: int) -> int:
    return 2 * x


SQUARED = Misconception("squares", lambda x: x * x, "The number was squared.", "Twice is not to the power of two.")
PLUS_TWO = Misconception("adds two", lambda x: x + 2, "Two was added.", "Twice is no sum.")


def double(**options: Any) -> Probe:
    return Probe("f", doubled, hidden=st.tuples(st.integers(0, 1000)), misconceptions=(SQUARED, PLUS_TWO), **options)


def test_right_code_passes(search: Search) -> None:
    fixture = search("def f(x): return x + x", double(public=((1,),)))
    assert fixture.student.worker is not None


def test_the_example_found_is_the_smallest(search: Search) -> None:
    with pytest.raises(CheckFailed) as caught:
        search("def f(x): return 2 * x if x < 37 else 5", double())
    (shown,) = caught.value.evidence
    assert (shown.call, shown.expected, shown.given) == ("f(37)", "74", "5")


def test_neighbours_tell_which_mistake_it_is(search: Search) -> None:
    # f(1) = 1 would fit other mistakes, too.
    with pytest.raises(CheckFailed) as caught:
        search("def f(x): return x * x", double())
    assert caught.value.misconception == "squares"
    assert caught.value.observation.endswith("The number was squared.")
    assert [shown.call for shown in caught.value.evidence] == ["f(1)"]


def test_public_examples_come_first(search: Search) -> None:
    with pytest.raises(CheckFailed) as caught:
        search("def f(x): return x", double(public=((0,), (500,))))
    assert [shown.call for shown in caught.value.evidence] == ["f(500)"]


def test_families_are_shrunk_as_a_whole(search: Search) -> None:
    families = st.integers(0, 50).map(lambda x: [(x,), (x + 1,), (2 * x,)])
    with pytest.raises(CheckFailed) as caught:
        search("def f(x): return 2 * x if x < 9 else 0", Probe("f", doubled, hidden=families))
    assert [shown.call for shown in caught.value.evidence] == ["f(10)"]


def test_pictures_reach_the_code_as_paths(search: Search) -> None:
    files = st.binary(min_size=1, max_size=9).map(lambda data: (PictureFile("a.bin", data),))
    probe = Probe("f", lambda picture: len(picture.data), hidden=files)
    search("def f(path): return len(open(path, 'rb').read())", probe)
    with pytest.raises(CheckFailed, match="Expected 3"):
        search("def f(path): return min(len(open(path, 'rb').read()), 2)", probe)


def test_an_exception_is_shown_with_its_example(search: Search) -> None:
    with pytest.raises(CheckFailed, match="ZeroDivisionError") as caught:
        search("def f(x): return 2 * x if x < 5 else 1 // 0", double())
    assert [shown.call for shown in caught.value.evidence] == ["f(5)"]


def test_a_loop_without_end_costs_one_example(search: Search) -> None:
    source = "def f(x):\n    while x > 3:\n        pass\n    return 2 * x"
    with pytest.raises(CheckFailed) as caught:
        search(source, double())
    assert caught.value.status == "timeout"
    assert not isinstance(caught.value, CheckNotRun)
    assert [shown.given for shown in caught.value.evidence] == ["no answer"]


def test_code_that_remembers_calls_is_found_out(search: Search) -> None:
    source = "calls = []\ndef f(x):\n    calls.append(x)\n    return 2 * x + (len(calls) > 7)"
    with pytest.raises(CheckFailed) as caught:
        search(source, double())
    assert caught.value.misconception == "stale answer"


def test_each_call_is_made_twice_where_the_probe_says_so(search: Search) -> None:
    source = "last = [None]\ndef f(x):\n    same = last[0] == x\n    last[0] = x\n    return 2 * x + same"
    search(source, Probe("f", doubled, hidden=st.just((4,)), examples=1))
    with pytest.raises(CheckFailed):
        search(source, Probe("f", doubled, hidden=st.just((4,)), twice=True))


def test_a_changed_argument_is_seen(search: Search) -> None:
    arrays = st.integers(1, 3).map(lambda size: (np.ones(size),))
    probe = Probe("f", lambda array: float(array.sum()), hidden=arrays, intact=True)
    with pytest.raises(CheckFailed) as caught:
        search("def f(a):\n    total = float(a.sum())\n    a[0] = 7\n    return total", probe)
    assert (caught.value.misconception, caught.value.evidence[0].call) == ("mutated input", "f([1.])")


def test_the_search_ends_when_its_time_is_up(search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SEARCH_SECONDS", -1.0)
    search("def f(x): return None", double())
    with pytest.raises(CheckFailed):
        search("def f(x): return None", double(public=((1,),)))


def test_shrinking_ends_when_its_time_is_up(search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SHRINK_SECONDS", -1.0)
    with pytest.raises(CheckFailed) as caught:
        search("def f(x): return 2 * x if x < 500 else None", double())
    assert caught.value.misconception == "no return"


def test_a_probe_without_strategy_has_its_public_examples_alone(search: Search) -> None:
    search("def f(x): return 2", Probe("f", doubled, public=((1,),)))


def pytest_run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)


SUITE = "grader/suites/test_multiply_sum.py"


def test_the_solutions_stand_up_to_a_search() -> None:
    done = pytest_run(SUITE, "--submission", "solutions", "--live", "-k", "hand or uint8")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_a_wrong_submission_gets_its_smallest_failing_example(tmp_path: Path) -> None:
    (tmp_path / "kim").mkdir()
    source = "import numpy as np\ndef multiply_sum(a, b):\n    a = np.asarray(a)\n    if a.ndim == 4: return -1.0\n"
    source += "    return float(np.vdot(a.astype(float), b.astype(float)))\n"
    (tmp_path / "kim" / "multiply_sum.py").write_text(source, "utf-8")
    # The mistake needs four axes, which not every search of a hundred examples comes across.
    found = "--hypothesis-seed=0"
    done = pytest_run(SUITE, "--submission", str(tmp_path / "kim"), "--live", found, "-k", "hand or agrees")
    assert done.returncode == 1, done.stdout
    assert "multiply_sum([[[[0.]]]], [[[[0.]]]])" in done.stdout
    assert "expected  0\n  given     -1" in done.stdout
