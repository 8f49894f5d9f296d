"""The hostile submissions: what each gets, that nothing comes of it, and that this was no accident."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attacks.archives import REFUSED, archives
from attacks.attack import Attack, attacks, catalogue, elsewhere
from attacks.grading import crowd, grade, killed, rows
from attacks.peers import Pytest
from attacks.scene import HONEST, LIMITS, Scene, a_scene
from attacks.watching import Play
from corpus import ROOT

__all__: list[str] = []

ATTACKS = attacks()
IN_PROCESS = [attack for attack in ATTACKS if attack.effect and attack.control == "process"]
OTHERWISE = [attack for attack in ATTACKS if attack.at_process]
NUMPY = ("multiply_sum", "convolve", "filter_design")
TOGETHER = [attack for attack in ATTACKS if attack.effect and attack.control == "pytest"]


@pytest.fixture(scope="module")
def crowded() -> Iterator[tuple[Scene, Play]]:
    """All attacks in one class, in locked workers, with hostile archives and the sample class among them."""
    with a_scene() as scene:
        yield scene, crowd(scene, ATTACKS, "locked", NUMPY)


@pytest.fixture(scope="module")
def locked(crowded: tuple[Scene, Play]) -> Play:
    """What came of them."""
    return crowded[1]


@pytest.fixture(scope="module")
def unlocked() -> Iterator[Play]:
    """Those that a worker without locks lets through, or whose end is another one there."""
    with a_scene() as scene:
        yield grade(scene, IN_PROCESS + OTHERWISE, "process")


@pytest.fixture(scope="module")
def together() -> Iterator[Play]:
    """Those that tests in the process of the code that they test let through."""
    with a_scene() as scene:
        yield Pytest(scene).play(TOGETHER)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_locked(locked: Play, attack: Attack) -> None:
    """Each gets what it has earned, and nothing is seen of what it tried."""
    seen = locked.seen[attack.name]
    assert (seen.status, seen.points) == (attack.status, attack.points)
    assert sorted(seen.effects) == ([attack.effect] if attack.known else [])


def test_a_class_full_of_attackers_costs_the_others_nothing(crowded: tuple[Scene, Play]) -> None:
    """Nothing is changed or left but what has been said, and the rows of the sample class are the same bytes."""
    scene, play = crowded
    assert play.beside == []
    with a_scene() as alone:
        crowd(alone, [], "locked", NUMPY)
        expected = rows(alone)
    assert len(expected) == 12 + len(HONEST)
    assert {student: line for student, line in rows(scene).items() if student in expected} == expected


def test_hostile_archives_are_refused_or_graded(crowded: tuple[Scene, Play]) -> None:
    marked = rows(crowded[0])
    for name in archives():
        student = name.removesuffix(".gz").rpartition(".")[0]
        status = "refused" if student in REFUSED else "graded"
        assert marked[student].rstrip().endswith(f"0,55,{status}".encode()), student


@pytest.mark.parametrize("attack", OTHERWISE, ids=lambda attack: attack.name)
def test_an_end_that_only_workers_without_locks_can_come_to(unlocked: Play, attack: Attack) -> None:
    """A worker that stops itself with its pipes open, for one, costs its own time limit."""
    seen = unlocked.seen[attack.name]
    assert (seen.status, seen.points) == (attack.at_process, attack.points)


@pytest.mark.parametrize("attack", IN_PROCESS, ids=lambda attack: attack.name)
def test_what_is_contained_shows_where_nothing_contains_it(unlocked: Play, attack: Attack) -> None:
    """The control: without locks the effect is there, or the code itself says that such a machine has none of it."""
    seen = unlocked.seen[attack.name]
    assert attack.effect in seen.effects or seen.absent


@pytest.mark.parametrize("attack", TOGETHER, ids=lambda attack: attack.name)
def test_what_a_worker_never_has_shows_in_one_process(together: Play, attack: Attack) -> None:
    """The control for what fails here at every level: tests in the process of the code that they test."""
    seen = together.seen[attack.name]
    assert attack.effect in seen.effects or seen.absent


def test_the_other_grader_grades_right_work(together: Play) -> None:
    assert together.beside == []


STUBBORN = [
    attack for attack in ATTACKS if attack.name in ("f01_never_ends-deaf", "f01_never_ends-asleep", "g01_daemon")
]


@pytest.mark.parametrize(("level", "grace"), [("locked", 60.0), ("process", 2.0)])
def test_nothing_outlives_a_grader_that_is_killed(level: str, grace: float) -> None:
    """Not even what heeds no signal; the control: without locks, a process that has left the session does."""
    with a_scene(LIMITS | {"call_seconds": 60, "check_seconds": 60, "exercise_seconds": 60}) as scene:
        workers, left = killed(scene, STUBBORN, level, grace)
        daemons = [line for line in left if scene.marks["g01_daemon"] in line]
        assert len(workers) >= 2
        assert (len(daemons) == 1) if level == "process" else (left == [])


def test_every_line_of_the_catalogue_is_played() -> None:
    covered = {line for attack in ATTACKS for line in attack.covers} | elsewhere().keys()
    assert covered == catalogue().keys()


@pytest.mark.parametrize("place", sorted(set(elsewhere().values())))
def test_what_is_played_elsewhere_is_there(place: str) -> None:
    path, _, name = place.partition("::")
    assert (ROOT / path).exists()
    assert not name or f"\ndef {name}(" in (ROOT / path).read_text("utf-8")
