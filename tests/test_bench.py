"""The benchmark of classes: what its classes are made of, and that all its ways look for the same thing."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench import classes, tables, ways
from bench.agreement import judged
from bench.bare import Direct, fresh, plain
from bench.hidden import call_of, cell_of, checks_of
from bench.limit import Alarm
from bench.makeup import ALL_RIGHT, COURSE, KERAS, MIXED, NUMPY, golden, make
from bench.measure import Taken, measured, percentile
from bench.notebooks import notebook
from bench.plan import Costs, dealt_out, fitted, foretold, plan
from bench.ways import Class, instructors_checks, own_suites, pytest_each, pytest_one
from corpus import GOLDEN

from grader import wire
from grader.judging import same
from grader.worker import loader
from grader.worker.values import outgoing

__all__: list[str] = []

SAME_HERE = [
    "fourier", "talkative", "sum_rounded", "quiz_doubles", "convolve_reads_global",
    "convolve_indentation",
]  # fmt: skip
MIXED_IN = ["fourier", "exact_numbers", "talkative", "sum_rounded", "convolve_squeezes", "quiz_doubles"]


def test_a_class_has_the_kinds_that_are_asked_for() -> None:
    counts = {"right": 60, "one defect": 25, "stub": 5, "broken": 5, "never ending": 5}
    assert Counter(one.kind for one in make(100, MIXED, NUMPY)) == counts
    assert Counter(one.kind for one in make(7, ALL_RIGHT, NUMPY)) == {"right": 7}


@pytest.mark.parametrize("size", [1, 4, 13, 20])
def test_a_class_has_the_size_that_is_asked_for(size: int) -> None:
    assert len({one.name for one in make(size, MIXED, NUMPY)}) == size


@pytest.mark.parametrize("exercises", [NUMPY, NUMPY + KERAS])
def test_no_module_of_a_class_is_equal_to_another(exercises: tuple[str, ...]) -> None:
    students = make(60, MIXED, exercises)
    modules = [data for one in students for data in one.files.values()]
    assert len(set(modules)) == len(modules) == 60 * len(exercises)


def test_every_source_of_a_mixed_class_is_of_its_kind() -> None:
    status = {"one defect": "graded", "broken": "import_error", "never ending": "timeout"}
    for kind, expected in status.items():
        found = golden(kind, NUMPY + KERAS)
        assert {one.source for one in found}
        assert all(one.files[f"{name}.py"].endswith(f"# {one.name}\n".encode()) for one in found for name in NUMPY)
        assert {GOLDEN.expected(one.source, COURSE).status for one in found} == {expected}


def test_the_instructor_has_a_check_for_each_of_the_suites() -> None:
    for exercise in COURSE.ready:
        assert checks_of(exercise.name) == [check.name for check in exercise.checks]


def test_instructors_checks_find_right_what_is_right() -> None:
    found = judged(("right", "one defect", "broken"), NUMPY, [*MIXED_IN, "convolve_indentation"])
    assert sorted(found) == sorted([*MIXED_IN, "convolve_indentation"])
    assert {name: seen for name, (_, seen) in found.items()} == {name: right for name, (right, _) in found.items()}
    assert Counter(right for right, _ in found.values()) == {True: 3, False: 4}


def test_pytest_finds_right_what_is_right(tmp_path: Path) -> None:
    chosen = [one for kind in ("right", "one defect", "broken") for one in golden(kind, NUMPY)]
    chosen = [one for one in chosen if one.source in ("fourier", "sum_rounded", "convolve_indentation")]
    graded = pytest_each(Class(chosen, NUMPY, tmp_path, notebooks=False))
    assert graded.right == {"fourier"}
    assert len(graded.seconds) == 3


def test_cells_of_a_notebook_find_right_what_is_right(tmp_path: Path) -> None:
    found = {one.source: one for kind in ("right", "one defect") for one in golden(kind, NUMPY)}
    work = Class([found["fourier"]], NUMPY, tmp_path / "class", notebooks=False)
    for source, right in (("fourier", True), ("quiz_doubles", False)):
        cells = [cell["source"] for cell in notebook(NUMPY, found[source].files)["cells"]]
        program = tmp_path / f"{source}.py"
        program.write_text("\n".join(f"exec(compile({cell!r}, 'cell', 'exec'))" for cell in cells), "utf-8")
        taken = measured([sys.executable, str(program)], work.data)
        assert (taken.status == 0) == right, taken.text
        assert ("AssertionError" in taken.text) != right


def test_hidden_cells_hold_no_import_of_the_students_module() -> None:
    for name in ("multiply_sum", "cifar_setup"):
        check = checks_of(name)[0]
        assert f"from {name} import" not in cell_of(name, check)
        assert call_of(name, check).endswith(f"test_{check}()\n### END HIDDEN TESTS")


def test_a_check_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.ways.LIMIT", 0.2)
    student = make(1, ALL_RIGHT, ("multiply_sum",))[0]
    student.files["multiply_sum.py"] = b"def multiply_sum(a, b):\n    while True:\n        pass\n"
    work = Class([student], ("multiply_sum",), tmp_path, notebooks=False)
    assert "::test_hand - TimeoutError: took longer than 0.2" in pytest_one(work, student, tmp_path / "one").text
    assert instructors_checks(work).right == set()


def test_a_command_is_measured_with_its_memory(tmp_path: Path) -> None:
    program = "import time\nheld = bytearray(60 << 20)\nprint('held', flush=True)\ntime.sleep(1)"
    taken = measured([sys.executable, "-c", program], tmp_path, memory=True)
    assert (taken.status, taken.text) == (0, "held\n")
    assert max(megabytes for _, megabytes in taken.memory) > 60


def test_percentiles_are_values_that_were_measured() -> None:
    assert [percentile(range(1, 101), share) for share in (0.5, 0.95)] == [51, 96]
    assert percentile([3.0], 0.95) == 3.0


def test_quick_runs_are_small_and_what_is_typed_counts() -> None:
    quick = classes.parse(["--quick", "--numpy", "6"])
    assert (quick.numpy, quick.rounds, "whole" in quick.parts) == (6, 1, False)
    assert classes.parse([]).growth == [10, 100, 1000]


def test_the_suites_in_one_process_give_the_verdicts_that_a_class_gets(tmp_path: Path) -> None:
    kinds = ("right", "one defect", "broken")
    students = [one for kind in kinds for one in golden(kind, NUMPY) if one.source in SAME_HERE]
    graded = own_suites(Class(students, NUMPY, tmp_path, notebooks=False))
    found = {one["student"]: one["failed"] for one in map(json.loads, graded.taken.text.splitlines())}
    assert sorted(found) == sorted(SAME_HERE)
    assert len(graded.seconds) == len(SAME_HERE)
    assert graded.right == {"fourier", "talkative"}
    for name, failed in found.items():
        lost = {} if name in graded.right else {(wrong := GOLDEN.expected(name, COURSE)).exercise: wrong}
        for exercise in NUMPY:
            expected = lost[exercise].lost + lost[exercise].waits if exercise in lost else ()
            assert sorted(failed[exercise]) == sorted(expected), name


def test_what_one_student_may_not_import_is_there_for_the_next() -> None:
    import wave

    server = Direct(1 << 10)
    server.roots = {"mine"}
    sys.modules["mine"] = wave
    loader.install({"mine": b""}, {})
    loader.forbid(["wave", "no_such_library"])
    assert sys.modules["wave"] is None
    server.leave()
    assert sys.modules["wave"] is wave
    assert not {"mine", "no_such_library"} & sys.modules.keys()
    assert not any(isinstance(finder, loader.Finder) for finder in sys.meta_path)


def test_arguments_are_copies_of_the_same_layout() -> None:
    given = np.arange(12.0).reshape(3, 4).T, np.arange(12)[::2], (1, [np.float64(2)])
    copies = fresh(given)
    assert [copies[0].flags.f_contiguous, copies[1].strides, copies[2]] == [True, (16,), (1, [2.0])]
    copies[0][0, 0] = 9
    assert given[0][0, 0] == 0


def test_answers_are_what_a_worker_would_send() -> None:
    array = np.arange(3.0)
    assert plain(array, exact=False).value is not array
    for value in (array, [1, 2], (1, "a"), 3, 2**70, True, None, 1.5, np.float32(0.5), object(), {"a": [1.0]}):
        for exact in (False, True):
            buffers: list[bytes] = []
            packed = outgoing(value, buffers, 1 << 20, exact)
            sent = wire.value_of(packed, wire.Reader(b"".join(buffers)), fresh=exact)
            answer = plain(value, exact)
            assert same(answer.value, sent), value
            assert answer.listed == (isinstance(packed, wire.Array) and packed.listed)


@pytest.mark.parametrize("body", ["pass", "try:\n  sum(range(99))\n except Exception:\n  pass"])
def test_an_alarm_ends_what_never_ends(body: str) -> None:
    with pytest.raises(TimeoutError), Alarm(0.1):
        exec(f"while True:\n {body}")
    with Alarm(5):
        sum(range(99))


def test_an_alarm_tells_of_an_end_that_was_caught() -> None:
    code = "try:\n while True:\n  pass\nexcept BaseException:\n pass"
    with pytest.raises(TimeoutError), Alarm(0.1):
        exec(code)


def test_ratios_are_those_of_neighbours() -> None:
    """A machine that is half as fast from one minute to the next has the same ratios."""
    speeds = [1.0, 1.0, 1.5, 2.0, 2.0, 2.0, 2.0, 2.0, 1.5, 1.0, 1.0]
    order = ["here, 1 job", "here, 2 jobs", tables.NBGRADER, "here, 1 job", "here, 2 jobs", tables.SUITES]
    order += ["here, 1 job", "here, 2 jobs", tables.CHECKS, "here, 1 job", "here, 2 jobs"]
    costs = {"here, 1 job": 12.0, "here, 2 jobs": 6.0, tables.NBGRADER: 240.0, tables.SUITES: 6.0, tables.CHECKS: 4.0}
    one: dict[str, Any] = {"students": {"s1": ["right", "base"], "s2": ["stub", "exercises"]}, "ways": {}}
    for turn, (way, speed) in enumerate(zip(order, speeds, strict=True)):
        run = {"turn": turn, "seconds": [speed], "right": ["s1"]} | dict.fromkeys(("wall", "cpu"), costs[way] * speed)
        one["ways"].setdefault(way, []).append(run)
    grown = [
        {
            "size": size,
            "jobs": jobs,
            "wall": size / jobs,
            "cpu": 1.0,
            "memory": [[size / jobs * share, 100.0] for share in (0.3, 0.7)],
            "beside": {tables.NBGRADER: 9.0, "here, 1 job": 1.25} if size == 100 else {},
        }
        for size in (10, 100)
        for jobs in (1, 2)
    ]
    raw = {
        "machine": classes.machine(),
        "options": {"jobs": 2},
        "missing": ["a way"],
        "numpy": {"limit": 5, "all right": one, "mixed": one},
        "cold": {"NumPy exercises": {"here": [{"wall": 1.0, "cpu": 1.0}], "pytest": [{"wall": 2.0, "cpu": 1.0}]}},
        "growth": grown,
        "large": grown[-2:],
    }
    text = tables.report(raw)
    for row in (
        "| NumPy exercises, all right: nbgrader autograde / here, 1 job | 20.00 | at least 20 | yes |",
        "| NumPy exercises, mixed: nbgrader autograde / here, 2 jobs | 40.00 | at least 20 | yes |",
        f"| NumPy exercises, all right: processor time, here, 1 job / {tables.SUITES} | 2.00 | at most 1.5 | no |",
        f"| NumPy exercises, all right: here, 1 job / {tables.CHECKS} | 3.00 |  |  |",
        "| NumPy exercises: processor time, here, 1 job, mixed / all right | 1.00 | at most 1.5 | yes |",
        "| One cold submission, NumPy exercises: here / pytest | 0.50 | at most 1 | yes |",
        "| 100 submissions: seconds of here, 1 job / here, 2 jobs | 2.00 | at least 1.7 | yes |",
        "| 100 submissions: memory late / early in the run | 1.00 | at most 1.05 | yes |",
        "| Seconds a submission: 100 submissions / 10 | 0.80 | at most 1 | yes |",
        f"| NumPy exercises, a submission: {tables.NBGRADER} / here, 2 jobs of 100 | 18.00 | at least 20 | no |",
        f"| Whole assignment, a submission: {tables.NBGRADER} / here, 2 jobs of 100 | 18.00 | at least 10 | yes |",
    ):
        assert row in text.splitlines()
    assert "Not measured: a way." in text


def test_the_largest_class_is_held_against_others_measured_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    speed = iter([1.0] * 4 + [1.0, 2.0, 3.0, 4.0, 5.0])  # of the machine, run after run

    def taken(each: float, work: ways.Class) -> ways.Graded:
        return ways.Graded(Taken(wall=each * len(work.students)))

    monkeypatch.setattr(ways, "here", lambda work, jobs, memory=False: taken(next(speed) / jobs, work))
    monkeypatch.setattr(ways, "pytest_each", lambda work: taken(30.0, work))
    found = classes.growth(classes.parse(["--ways", "here", "pytest"]), NUMPY, [1, 2, 3], few=10)
    assert [(one["size"], one["jobs"], one["wall"]) for one in found[-2:]] == [(3, 1, 6.0), (3, 2, 6.0)]
    assert [one["beside"] for one in found[:4]] == [{}] * 4
    # Before and after each of the two runs: 1 and 3, 3 and 5.
    assert [one["beside"] for one in found[4:]] == [{tables.PYTEST: 30.0, "here, 1 job": own} for own in (2.0, 4.0)]


# The plan ------------------------------------------------------------------------------------------------------------
def grown(size: int, jobs: int, start: float, each: float, beside: float) -> dict[str, Any]:
    """A run as the benchmark writes it down, of a machine that costs exactly this."""
    seconds = [0.1 + 0.01 * (number % 7) for number in range(size)]
    return {"size": size, "jobs": jobs, "seconds": seconds, "wall": Costs(start, each, beside).of(seconds, jobs)}


def test_judges_take_the_next_submission_when_they_are_free() -> None:
    assert dealt_out([3.0, 1.0, 1.0, 1.0], 2) == 3.0
    assert dealt_out([1.0, 1.0, 1.0, 3.0], 2) == 4.0
    assert dealt_out([2.0, 2.0], 1) == 4.0


def test_costs_are_found_in_runs_of_two_sizes() -> None:
    runs = [[grown(size, jobs, 2.0, 0.02, 0.06) for jobs in (1, 2)] for size in (10, 100)]
    costs = fitted(*runs)
    assert (costs.start, costs.each, costs.beside) == pytest.approx((2.0, 0.02, 0.06), abs=0.01)


def test_a_larger_class_is_foretold() -> None:
    growth = [grown(size, jobs, 2.0, 0.02, 0.06) for size in (10, 100, 1000) for jobs in (1, 2)]
    told = foretold(growth)
    assert [(size, jobs) for size, jobs, _, _ in told] == [(1000, 1), (1000, 2)]
    assert all(abs(seconds / measured - 1) < 0.05 for _, _, seconds, measured in told)
    growth[-1]["wall"] *= 2  # a machine that does otherwise is seen
    assert abs(foretold(growth)[-1][2] / growth[-1]["wall"] - 1) > 0.4


def test_the_plan_says_how_many_judges_and_when_none_will_do() -> None:
    growth = [grown(size, jobs, 2.0, 0.02, 0.06) for size in (10, 100, 1000) for jobs in (1, 2)]
    runs = {"all right": {"ways": {"here, 1 job": [{"seconds": [1.0] * 5}]}}}
    lines = plan({"growth": growth, "numpy": runs}, students=1000, seconds=122.0)
    assert lines[-1].startswith("| NumPy exercises, all right | 11 |")  # 1,000 times 1.06 s, in the 100 s that are left
    late = plan({"growth": growth, "numpy": runs}, students=1000, seconds=20.0)
    assert "| NumPy exercises, all right | not in that time |" in late[-1]
    assert "three sizes" in plan({"growth": growth[:2]})[0]
