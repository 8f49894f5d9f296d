"""The hostile submissions: what each gets, that nothing comes of it, and that this was no accident."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attacks.attack import Attack, attacks, catalogue, elsewhere
from attacks.grading import grade
from attacks.peers import Pytest
from attacks.scene import a_scene
from attacks.watching import Play
from corpus import ROOT

__all__: list[str] = []

ATTACKS = attacks()
IN_PROCESS = [attack for attack in ATTACKS if attack.effect and attack.control == "process"]
TOGETHER = [attack for attack in ATTACKS if attack.effect and attack.control == "pytest"]
# A play has the machine to itself, as far as this can be had: it looks at what is left in common folders.
pytestmark = pytest.mark.xdist_group("attacks")


@pytest.fixture(scope="module")
def locked() -> Iterator[Play]:
    """All attacks in one class, in locked workers."""
    with a_scene() as scene:
        yield grade(scene, ATTACKS, "locked")


@pytest.fixture(scope="module")
def unlocked() -> Iterator[Play]:
    """Those that a worker without locks lets through."""
    with a_scene() as scene:
        yield grade(scene, IN_PROCESS, "process")


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


def test_a_class_full_of_attackers_costs_the_others_nothing(locked: Play) -> None:
    assert locked.beside == []


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


def test_every_line_of_the_catalogue_is_played() -> None:
    covered = {line for attack in ATTACKS for line in attack.covers} | elsewhere().keys()
    assert covered == catalogue().keys()


@pytest.mark.parametrize("place", sorted(set(elsewhere().values())))
def test_what_is_played_elsewhere_is_there(place: str) -> None:
    path, _, name = place.partition("::")
    assert (ROOT / path).exists()
    assert not name or f"\ndef {name}(" in (ROOT / path).read_text("utf-8")
